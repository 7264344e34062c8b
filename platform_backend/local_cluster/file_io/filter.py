"""The seccomp filter of a process, which hands its file operations to a supervisor. Without privileges.

A filter stays for the life of its process and of all that it starts; only the supervisor's answers change.
"""

import ctypes
import json
import os
import platform
import socket
import struct
import sys
import threading
from collections.abc import Collection
from functools import cache
from typing import Final

from local_cluster.file_io import abi

ACK: Final = b"1"
ACK_TIMEOUT: Final = 10.0
UNKNOWN_CALL: Final = 0x7FFF  # no system call has this number

# Instructions of classic BPF, and where struct seccomp_data has what they load.
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE = 0, 4

# Loaded at import: a freshly forked child must not have to look for it.
_libc: Final = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


@cache
def why_not() -> str:
    """Why file operations can't be intercepted here; empty when they can. Tried out in a thread, which is then over."""
    found: list[str] = []
    trial = threading.Thread(target=lambda: found.append(_try()), name="seccomp-trial")
    trial.start()
    trial.join()
    return found[0]


def _try() -> str:
    machine = abi.machine()
    if machine is None:
        return f"file operations can't be intercepted on {sys.platform} {platform.machine()}"
    try:
        os.close(_install(machine, [UNKNOWN_CALL]))
    except OSError as error:
        return f"this system does not let file operations be intercepted: seccomp: {error.strerror}"
    return ""


def hand_over(supervisor: str, pod: str) -> None:
    """Have this process's file operations answered by the supervisor at that socket. Call it in a fresh child.

    Where that can't be, the child goes on without a filter, and the supervisor, if there is one, knows why. With a
    filter that nobody answers it must not go on: then it ends.
    """
    machine = abi.machine()
    if machine is None:
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ACK_TIMEOUT)
        try:
            connection.connect(supervisor)
        except OSError:
            return
        try:
            listener = _install(machine, machine.methods)
        except OSError as error:
            connection.sendall(hello(pod, f"seccomp: {error.strerror}"))
            return
        try:
            socket.send_fds(connection, [hello(pod)], [listener])
            answered = connection.recv(1) == ACK
        except OSError:
            answered = False
    if not answered:
        os._exit(os.EX_UNAVAILABLE)
    os.close(listener)


def hello(pod: str, error: str = "") -> bytes:
    return json.dumps({"pod": pod, "error": error}).encode()


def _install(machine: abi.Machine, calls: Collection[int]) -> int:
    """The descriptor by which this thread's calls of these numbers are answered from now on. Raises OSError."""
    code = _compiled(machine.audit, calls)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    if _libc.prctl(abi.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise _last_error()
    for flags in (abi.FLAG_NEW_LISTENER | abi.FLAG_WAIT_KILLABLE_RECV, abi.FLAG_NEW_LISTENER):
        number, operation = ctypes.c_long(machine.seccomp), ctypes.c_long(abi.SECCOMP_SET_MODE_FILTER)
        listener: int = _libc.syscall(number, operation, ctypes.c_long(flags), ctypes.byref(program))
        if listener >= 0:
            return listener
    raise _last_error()


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def _compiled(audit: int, calls: Collection[int]) -> bytes:
    """Notify of these calls, allow all others, and all of a foreign architecture."""
    numbers = sorted(calls)
    allow = len(numbers)  # how far from the first comparison; the notification is one further
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 0, allow + 1, audit),
        (_LOAD, 0, 0, _NUMBER),
        *((_JUMP_IF_EQUAL, allow - index, 0, number) for index, number in enumerate(numbers)),
        (_RETURN, 0, 0, abi.RET_ALLOW),
        (_RETURN, 0, 0, abi.RET_USER_NOTIF),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
