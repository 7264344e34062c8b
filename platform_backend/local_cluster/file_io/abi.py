"""Numbers and structures of seccomp user notification: see seccomp(2) and seccomp_unotify(2)."""

import platform
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Method = Literal["open", "write", "fsync"]
METHODS: Final[tuple[Method, ...]] = ("open", "write", "fsync")

PR_SET_NO_NEW_PRIVS: Final = 38
SECCOMP_SET_MODE_FILTER: Final = 1
FLAG_NEW_LISTENER: Final = 1 << 3
# Only death interrupts a call that is being delayed: not the CPU quota's stops, after which it would begin anew.
FLAG_WAIT_KILLABLE_RECV: Final = 1 << 5  # since Linux 5.19

RET_ALLOW: Final = 0x7FFF0000
RET_USER_NOTIF: Final = 0x7FC00000

# struct seccomp_notif: id, pid, flags, then struct seccomp_data: number, architecture, instruction pointer, arguments.
NOTIFICATION: Final = struct.Struct("=QIIiIQ6Q")
# struct seccomp_notif_resp: id, value, error, flags.
RESPONSE: Final = struct.Struct("=QqiI")
CONTINUE: Final = 1
IOCTL_RECV: Final = 0xC0502100
IOCTL_SEND: Final = 0xC0182101

AT_FDCWD: Final = -100


@dataclass(frozen=True, slots=True)
class Machine:
    """Numbers of one architecture. `by_path`: the calls that name a file, with the position of the name; if it is not
    the first argument, the one before is the folder that it is relative to.
    """

    audit: int
    seccomp: int
    methods: Mapping[int, Method]
    by_path: Mapping[int, int]


MACHINES: Final[Mapping[str, Machine]] = {
    "x86_64": Machine(
        audit=0xC000003E,
        seccomp=317,
        methods={
            **{2: "open", 85: "open", 257: "open", 437: "open"},  # open creat openat openat2
            **{1: "write", 18: "write", 20: "write", 296: "write", 328: "write"},  # write pwrite64 (p)writev pwritev2
            **{74: "fsync", 75: "fsync"},  # fsync fdatasync
        },
        by_path={2: 0, 85: 0, 257: 1, 437: 1},
    ),
    "aarch64": Machine(
        audit=0xC00000B7,
        seccomp=277,
        methods={
            **{56: "open", 437: "open"},
            **{64: "write", 66: "write", 68: "write", 70: "write", 287: "write"},
            **{82: "fsync", 83: "fsync"},
        },
        by_path={56: 1, 437: 1},
    ),
}


def machine() -> Machine | None:
    """Of this computer; None where nobody has written its numbers down."""
    return MACHINES.get(platform.machine()) if sys.platform == "linux" else None
