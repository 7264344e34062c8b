"""A small file of text that can be written anew also when the disk is full.

A spare of the same size lies beside it, with its blocks in use already. New content goes there, and then the two change
places, which needs no room. So a fault can be ended, and its end be recorded, on a disk without a free byte. On file
systems that never overwrite in place (btrfs, ZFS) a full disk remains an error.
"""

import os
from pathlib import Path
from typing import Final

from local_cluster.linux import exchange

BLOCK: Final = 4096
SPARE: Final = ".spare"


class ReservedFile:
    """Owns the file and its spare. Content is filled up with spaces, which JSON allows at its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spare = path.with_name(path.name + SPARE)

    def write(self, content: str, *, room: int = 0) -> None:
        """The file is the old one or the new one, never a part; at least `room` bytes long. Raises OSError."""
        data = content.encode()
        size = max(len(data), room, _size(self._spare), _size(self.path))
        _write(self._spare, data.ljust(-(-size // BLOCK) * BLOCK))
        if self.path.exists():
            exchange(self._spare, self.path)
        else:
            self._spare.replace(self.path)

    def reserve(self) -> None:
        """From here on contents up to the file's present length need no more room. Raises OSError."""
        self.prepare(_size(self.path))

    def prepare(self, size: int) -> None:
        """Room for a first content of this size, before there is any. Raises OSError."""
        if _size(self._spare) < size:
            _write(self._spare, b" " * size)

    def to_disk(self) -> None:
        """What was written outlives a crash of the machine when this returns. Raises OSError."""
        _sync(self.path, 0)
        _sync(self.path.parent, os.O_DIRECTORY)

    def set_aside(self) -> None:
        """Remove the file but keep its room. Raises OSError."""
        if self.path.exists():
            self.path.replace(self._spare)

    def settle(self) -> None:
        """It will not change any more: give the spare's room back."""
        self._spare.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """In place: what the file has of the disk already is used again."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
