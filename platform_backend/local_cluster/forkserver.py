"""The fork server: a process that has the shop's modules loaded and forks pods which share that memory.

Runs as `python -m local_cluster.forkserver SOCKET PRELOAD...`, connects to the controller's socket and speaks JSON
lines with it. Requests: {"op": "spawn", "id", and what `Spawn` has} and {"op": "reap", "pid"}. Answers: {"id", "pid",
"anonymous"} or {"id", "error"}; by itself {"exited": pid, "status": n}.
A dead child stays a zombie until the controller has it reaped, so its pid and group can't be taken by another
process while the controller may still signal them.

multiprocessing's fork server was not taken: it needs a resource tracker process beside it, blocks its caller while
it preloads, and reaps before the owner knows.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from local_cluster.file_io.filter import hand_over
from local_cluster.linux import anonymous_bytes, die_with_parent, set_comm

RECEIVE_SIZE: Final = 65536


@dataclass(frozen=True, slots=True)
class Spawn:
    """What a new child shall become: `target` ("module:function") in this program, or `argv` executed."""

    name: str
    env: Mapping[str, str]
    log: str  # empty: that of the fork server
    piped: bool = False  # the fork server writes the log: the kernel counts none of its bytes as the child's
    group: int = 0  # process group to join; 0 opens a new one
    io_socket: str = ""  # of the supervisor that answers its file operations; empty: nobody does
    target: str = ""
    argv: Sequence[str] = ()


class ForkServer:
    """Serves one controller. Single-threaded, as whatever forks should be."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)
        self._pidfds: dict[int, int] = {}
        self._pipes: dict[int, int] = {}  # what children write: the end to read, and the file that it goes to
        self._buffer = b""

    def serve(self) -> Spawn | None:
        """Returns None when the controller is gone, and in each forked child what it has to become."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is not self._connection:
                    key.data(key.fd)
                    continue
                received = self._connection.recv(RECEIVE_SIZE)
                if not received:
                    return None
                for request in self._requests(received):
                    child = self._handle(request)
                    if child is not None:
                        return child

    def _requests(self, received: bytes) -> Iterable[dict[str, Any]]:
        *lines, self._buffer = (self._buffer + received).split(b"\n")
        return [json.loads(line) for line in lines]

    def _send(self, message: Mapping[str, Any]) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\n")

    def _handle(self, request: dict[str, Any]) -> Spawn | None:
        operation = request.pop("op")
        if operation == "reap":
            self._reap(request["pid"])
            return None
        identity = request.pop("id")
        return self._fork(identity, Spawn(**request))

    def _fork(self, identity: int, spawn: Spawn) -> Spawn | None:
        parent = os.getpid()
        # A child is born with all of it. Read before the fork, for what the child takes from then on is its own.
        anonymous = anonymous_bytes(parent)
        try:
            reader, writer = os.pipe() if spawn.piped else (-1, -1)
            pid = os.fork()
        except OSError as error:
            self._send({"id": identity, "error": f"fork failed: {error.strerror}"})
            return None
        if pid == 0:
            self._become_child(parent, spawn, writer)
            return spawn
        self._adopt(pid, spawn.group)
        if spawn.piped:
            os.close(writer)
            self._write_for(reader, spawn.log)
        self._send({"id": identity, "pid": pid, "anonymous": anonymous})
        return None

    def _adopt(self, pid: int, group: int) -> None:
        # Also done by the child: whoever comes first, nobody signals a group that is not yet there.
        try:
            os.setpgid(pid, group or pid)
        except (ProcessLookupError, PermissionError):
            pass  # the child was faster and has ended or become another program
        pidfd = os.pidfd_open(pid)
        self._pidfds[pidfd] = pid
        self._selector.register(pidfd, selectors.EVENT_READ, self._report)

    def _write_for(self, reader: int, log: str) -> None:
        self._pipes[reader] = _open_log(log)
        self._selector.register(reader, selectors.EVENT_READ, self._pass_on)

    def _pass_on(self, reader: int) -> None:
        """From the pipe into the log. On a full disk it is lost, as if the child had written it."""
        content = os.read(reader, RECEIVE_SIZE)
        if content:
            with contextlib.suppress(OSError):
                os.write(self._pipes[reader], content)
            return
        self._selector.unregister(reader)
        os.close(self._pipes.pop(reader))
        os.close(reader)

    def _report(self, pidfd: int) -> None:
        """Tell the controller that a child ended; it stays a zombie until `reap`."""
        self._selector.unregister(pidfd)
        pid = self._pidfds.pop(pidfd)
        os.close(pidfd)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        killed = ended.si_code != os.CLD_EXITED
        self._send({"exited": pid, "status": -ended.si_status if killed else ended.si_status})

    def _reap(self, pid: int) -> None:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass  # reaped already

    def _become_child(self, parent: int, spawn: Spawn, writer: int) -> None:
        """`writer`: of the pipe that its output goes to, if it does."""
        die_with_parent(parent)
        try:
            os.setpgid(0, spawn.group)
        except OSError:
            os._exit(os.EX_UNAVAILABLE)  # the pod it was to join has just died
        self._selector.close()
        self._connection.close()
        for descriptor in (*self._pidfds, *self._pipes, *self._pipes.values()):
            os.close(descriptor)
        if spawn.log:
            _redirect(writer if spawn.piped else _open_log(spawn.log))
        os.environ.clear()
        os.environ.update(spawn.env)
        if spawn.io_socket:
            hand_over(spawn.io_socket, spawn.name)


def _open_log(log: str) -> int:
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _redirect(output: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(null)
    os.close(output)


def become(spawn: Spawn) -> None:
    """Turn a forked child into its program; returns when that has ended."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if spawn.argv:
        os.execvpe(spawn.argv[0], list(spawn.argv), dict(spawn.env))  # noqa: S606
    sys.argv = [spawn.name]
    module, _, function = spawn.target.partition(":")
    program = getattr(import_module(module), function)
    gc.enable()
    set_comm(spawn.name)  # its name tells that it is itself now, and not still becoming it
    sys.exit(program())


def main(argv: Sequence[str]) -> None:
    path, *preload = argv
    # As the documentation of gc.freeze() has it: no collection before the fork, for the memory that it frees would be
    # holes in shared pages, which each pod would fill with its own; and none ever of what is loaded now.
    gc.disable()
    for module in preload:
        import_module(module)
    gc.freeze()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the controller's business
    spawn = ForkServer(connection).serve()
    if spawn is not None:
        become(spawn)


if __name__ == "__main__":
    main(sys.argv[1:])
