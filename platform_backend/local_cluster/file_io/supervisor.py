"""The supervisor: a thread of the controller that answers the file operations of all pods with volumes.

Without a rule each operation goes on at once. A pod whose operations can't be answered any more is killed, so that it
starts again: it would hang, or fail in ways that nobody asked for. The kernel does the same for us when the controller
dies, for then all pods die with it.
"""

import fcntl
import heapq
import itertools
import json
import logging
import os
import select
import signal
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from errno import ENOENT
from pathlib import Path
from typing import Final

from local_cluster.file_io import abi
from local_cluster.file_io.calls import Call
from local_cluster.file_io.filter import ACK
from local_cluster.file_io.rules import IoRule, as_seen, matches

logger = logging.getLogger(__name__)

HELLO_SIZE: Final = 1024
STOP_TIMEOUT: Final = 5.0
_CREDENTIALS: Final = struct.Struct("3i")  # struct ucred: pid, uid, gid

Mounts = Mapping[str, Path]  # folder on this machine, by where the pod sees it


class NotIntercepted(Exception):
    """The pod's file operations don't come to the supervisor; the message says why."""


@dataclass(slots=True, eq=False)
class _Listener:
    """One process, with its children, whose operations we answer."""

    pod: str
    descriptor: int
    process: int  # pidfd
    rule: IoRule | None = None
    held: set[int] = field(default_factory=set)  # operations that are being delayed


class IoSupervisor:
    """`set_rule` and the like are for other threads; all else happens in its own."""

    def __init__(self, path: Path, mounts: Mapping[str, Mounts]) -> None:
        self._path = path
        self._mounts = dict(mounts)
        self._machine = abi.machine()
        self._epoll = select.epoll()  # not a selector: that can't tell a hang-up from a notification
        self._watched: dict[int, _Listener | socket.socket] = {}
        self._wake = -1
        self._server: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._listeners: dict[str, _Listener] = {}  # by pod
        self._why_not: dict[str, str] = {}  # by pod, as its process told
        self._due: list[tuple[float, int, _Listener, int]] = []
        self._count = itertools.count()

    def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self._path))
        self._path.chmod(0o600)
        self._server.listen()
        self._server.setblocking(False)
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._watch(self._server.fileno(), self._server)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._thread = threading.Thread(target=self._run, name="io-supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Idempotent. What still has a filter is killed."""
        if self._thread is None:
            return
        os.eventfd_write(self._wake, 1)
        self._thread.join(STOP_TIMEOUT)
        self._thread = None
        os.close(self._wake)

    def expect(self, pod: str, mounts: Mounts) -> None:
        """A pod that will be started."""
        self._mounts[pod] = mounts

    def forget(self, pod: str) -> None:
        """One that has ended for good."""
        self._mounts.pop(pod, None)

    def set_rule(self, pod: str, rule: IoRule) -> None:
        """In force when this returns, until the pod's process ends or it is cleared. Raises NotIntercepted."""
        with self._lock:
            listener = self._listeners.get(pod)
            if listener is None:
                why = self._why_not.get(pod, "it has just been started, or its supervisor has ended")
                raise NotIntercepted(f"the file operations of {pod} are not intercepted: {why}")
            listener.rule = rule

    def clear_rule(self, pod: str) -> None:
        """Gone when this returns; what was being delayed goes on at once. Idempotent."""
        with self._lock:
            listener = self._listeners.get(pod)
            if listener is not None:
                listener.rule = None
                for identity in listener.held:
                    _answer(listener, identity)
                listener.held.clear()

    def rules(self) -> dict[str, str]:
        """By pod, what is in force."""
        with self._lock:
            return {
                listener.pod: f"{listener.rule or 'no rule'}, {len(listener.held)} delayed now"
                for listener in self._listeners.values()
                if listener.rule is not None or listener.held
            }

    def _run(self) -> None:
        try:
            while self._serve():
                pass
        except Exception as failure:  # a mistake of ours; whom we served must not wait for ever
            logger.critical("file operations are no longer answered, pods that need it start anew", exc_info=failure)
        finally:
            self._close()

    def _serve(self) -> bool:
        """False when it is to end."""
        for descriptor, events in self._epoll.poll(self._patience()):
            if descriptor == self._wake:
                return False
            watched = self._watched[descriptor]
            if isinstance(watched, _Listener):
                self._serve_listener(watched, events)
            elif watched is self._server:
                self._accept(watched)
            else:
                self._greet(watched)
        self._let_due_go()
        return True

    def _watch(self, descriptor: int, what: _Listener | socket.socket) -> None:
        self._watched[descriptor] = what
        self._epoll.register(descriptor, select.EPOLLIN)

    def _unwatch(self, descriptor: int) -> None:
        del self._watched[descriptor]
        self._epoll.unregister(descriptor)

    def _patience(self) -> float | None:
        return max(0.0, self._due[0][0] - time.monotonic()) if self._due else None

    def _accept(self, server: socket.socket) -> None:
        try:
            connection, _ = server.accept()
        except OSError as error:  # whoever called has gone, or waits in vain and ends
            logger.warning("a process could not be let in: %s", error)
            return
        connection.setblocking(False)
        self._watch(connection.fileno(), connection)

    def _greet(self, connection: socket.socket) -> None:
        """A new process has put its filter in place, or could not."""
        self._unwatch(connection.fileno())
        with connection:
            try:
                message, descriptors, _, _ = socket.recv_fds(connection, HELLO_SIZE, 1, socket.MSG_CMSG_CLOEXEC)
                told = json.loads(message)
                self._enter(told["pod"], told["error"], _peer(connection), descriptors)
                connection.send(ACK)
            except (OSError, ValueError) as failure:  # it was killed meanwhile
                logger.warning("a process could not hand over its file operations: %s", failure)

    def _enter(self, pod: str, error: str, pid: int, descriptors: list[int]) -> None:
        if error or not descriptors:
            logger.warning("pod %s: its file operations can't be intercepted: %s", pod, error)
            self._why_not[pod] = error
            return
        try:
            process = os.pidfd_open(pid)
        except OSError:
            os.close(descriptors[0])
            raise
        listener = _Listener(pod, descriptors[0], process)
        with self._lock:
            self._listeners[pod] = listener
        self._watch(listener.descriptor, listener)

    def _serve_listener(self, listener: _Listener, events: int) -> None:
        if not events & select.EPOLLIN:
            self._drop(listener)
            return
        try:
            call = _receive(listener)
            if call is not None:
                self._decide(listener, call)
        except OSError as error:
            logger.error("pod %s: its file operations can't be answered: %s", listener.pod, error)
            self._drop(listener)

    def _decide(self, listener: _Listener, call: Call) -> None:
        with self._lock:
            rule = listener.rule
            if rule is None or not self._hits(rule, listener.pod, call):
                _answer(listener, call.identity)
            elif rule.errno:
                _answer(listener, call.identity, rule.errno)
            else:
                listener.held.add(call.identity)
                due = time.monotonic() + rule.delay_s
                heapq.heappush(self._due, (due, next(self._count), listener, call.identity))

    def _hits(self, rule: IoRule, pod: str, call: Call) -> bool:
        assert self._machine is not None
        if not rule.concerns(call.method(self._machine)):
            return False
        try:
            seen = as_seen(call.file(self._machine), self._mounts.get(pod, {}))
        except OSError:
            return False
        return seen is not None and matches(rule.path, seen) and rule.strikes()

    def _let_due_go(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            _, _, listener, identity = heapq.heappop(self._due)
            with self._lock:
                if identity in listener.held:
                    listener.held.remove(identity)
                    _answer(listener, identity)

    def _drop(self, listener: _Listener) -> None:
        """Its processes are gone, or can't be served and have to go."""
        self._unwatch(listener.descriptor)
        with self._lock:
            if self._listeners.get(listener.pod) is listener:
                del self._listeners[listener.pod]
            listener.held.clear()
            _kill(listener)
            os.close(listener.process)
            os.close(listener.descriptor)

    def _close(self) -> None:
        for watched in list(self._watched.values()):
            if isinstance(watched, _Listener):
                self._drop(watched)
            else:
                watched.close()
        self._epoll.close()
        self._path.unlink(missing_ok=True)


def _peer(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid: int = _CREDENTIALS.unpack(raw)[0]
    return pid


def _receive(listener: _Listener) -> Call | None:
    """None when the caller has died meanwhile."""
    buffer = bytearray(abi.NOTIFICATION.size)
    try:
        fcntl.ioctl(listener.descriptor, abi.IOCTL_RECV, buffer)
    except OSError as error:
        if error.errno == ENOENT:
            return None
        raise
    return Call.unpacked(buffer)


def _answer(listener: _Listener, identity: int, errno: int = 0) -> None:
    flags = 0 if errno else abi.CONTINUE
    try:
        fcntl.ioctl(listener.descriptor, abi.IOCTL_SEND, abi.RESPONSE.pack(identity, 0, -errno, flags))
    except OSError as error:
        if error.errno != ENOENT:  # the caller has died meanwhile
            raise


def _kill(listener: _Listener) -> None:
    try:
        signal.pidfd_send_signal(listener.process, signal.SIGKILL)
    except ProcessLookupError:
        pass  # that is why it is dropped
