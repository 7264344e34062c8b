"""Gives disk space of the consumed beginning of a growing file back, without moving what follows."""

import ctypes
import logging
import os
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

KEEP_SIZE: Final = 1
PUNCH_HOLE: Final = 2
BLOCK: Final = 4096

_libc: Final = ctypes.CDLL(None, use_errno=True)
_libc.fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)


class HolePuncher:
    """Keeps the last `keep` bytes before the offset, and acts only when `keep` more have become free."""

    def __init__(self, keep: int = 16 << 20) -> None:
        self._keep = keep
        self._punched: dict[tuple[Path, int], int] = {}
        self._supported = True

    def release(self, path: Path, inode: int, consumed: int) -> None:
        """The file's bytes before `consumed` are stored elsewhere."""
        end = (consumed - self._keep) // BLOCK * BLOCK
        start = self._punched.get((path, inode), 0)
        if self._supported and end - start >= self._keep:
            self._punch(path, start, end)
            self._punched[path, inode] = end

    def _punch(self, path: Path, start: int, end: int) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        except OSError as error:
            logger.warning("%s: space can't be given back: %s", path, error)
            return
        try:
            if _libc.fallocate(descriptor, PUNCH_HOLE | KEEP_SIZE, start, end - start):
                self._supported = False
                reason = os.strerror(ctypes.get_errno())
                logger.warning("%s: this file system can't give space back (%s); pod output grows", path, reason)
        finally:
            os.close(descriptor)
