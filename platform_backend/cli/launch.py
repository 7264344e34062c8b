"""Runs a command that dies with its parent and makes private files: `python launch.py PARENT_PID SIGNAL COMMAND...`.

Standard library only, and little of it: this runs before each part of the platform.
"""

import ctypes
import os
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PRIVATE: Final = 0o077  # platform_backend.private has the reason, but can't be loaded here


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for `signal_number` when `parent` ends; ends this process if it already has."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it ended before the request was made
        sys.exit(0)


def main(argv: list[str]) -> None:
    die_with_parent(int(argv[1]), int(argv[2]))
    os.umask(_PRIVATE)
    os.execvp(argv[3], argv[3:])


if __name__ == "__main__":
    main(sys.argv)
