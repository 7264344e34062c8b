"""A memory stress worker: takes SIZE bytes, touches every page of them, and holds them until it is killed.

Piece by piece, so that it reaches its pod's limit (or what the computer has) before it is refused the rest. Ends with
the status ENOMEM when it is refused.
"""

import errno
import mmap
import os
import signal
from typing import Final

PIECE: Final = 16 << 20
PRIVATE: Final = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS  # shared memory would not count as the worker's own


def main() -> int:
    held: list[mmap.mmap] = []
    try:
        _take(int(os.environ["SIZE"]), held)
    except (OSError, MemoryError):
        return errno.ENOMEM
    while True:
        signal.pause()


def _take(size: int, held: list[mmap.mmap]) -> None:
    for start in range(0, size, PIECE):
        length = min(PIECE, size - start)
        piece = mmap.mmap(-1, length, flags=PRIVATE)
        piece[:: mmap.PAGESIZE] = b"\xa5" * len(range(0, length, mmap.PAGESIZE))
        held.append(piece)
