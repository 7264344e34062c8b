"""A full disk, told so that its owner can do something about it."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class DiskFull(OSError):
    """The message names the folder, and how many bytes the dataset needs there."""


@contextmanager
def room_in(folder: Path, needed: Callable[[], int | None]) -> Iterator[None]:
    """Turns "no space left" into DiskFull; `needed` is asked then for the bytes that were still to be written."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise disk_full(folder, needed()) from error


def require_room(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise disk_full(folder, needed)


def disk_full(folder: Path, needed: int | None) -> DiskFull:
    free = shutil.disk_usage(folder).free
    need = "more" if needed is None else f"about {needed:,} bytes more"
    return DiskFull(
        f"{folder}: the disk is full: this dataset needs {need}, {free:,} are free; "
        "delete datasets, or choose a shorter window"
    )


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
