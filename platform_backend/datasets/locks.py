"""Folders locked by the kernel (flock): a lock ends with its process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another process or thread has locked this folder."""


def lock(path: Path, *, shared: bool = False) -> int:
    """Lock a folder; returns a descriptor, whose closing frees it. Raises Busy, FileNotFoundError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(f"{path}: another process or thread is at work there") from None
    except BaseException:
        os.close(descriptor)
        raise
    # It was moved away between opening and locking: what lies at the path now is another folder.
    os.close(descriptor)
    raise FileNotFoundError(path)


def lock_new(path: Path) -> int:
    """As `lock`, of a folder that is made if need be. One removed by its last owner meanwhile is made anew."""
    while True:
        path.mkdir(parents=True, exist_ok=True)
        try:
            return lock(path)
        except FileNotFoundError:
            continue


@contextmanager
def locked(path: Path) -> Iterator[None]:
    descriptor = lock(path)
    try:
        yield
    finally:
        os.close(descriptor)
