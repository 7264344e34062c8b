"""Where datasets lie on disk, and how a build appears there whole or not at all.

    <datasets_dir>/<id>/<name>.zip, dataset.json     published by one rename of the folder
    <datasets_dir>/.building/<id>/                   a build at work, locked by its builder

The lock is the kernel's (flock), so it ends with its process, however that ends.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from datasets.manifest import MANIFEST

BUILDING: Final = ".building"
RESULT: Final = "result"


class Busy(Exception):
    """Another process or thread is at work on this dataset."""


class Store:
    def __init__(self, root: Path) -> None:
        self.root = root

    def archive(self, dataset: UUID, name: str) -> Path:
        return self.root / str(dataset) / f"{name}.zip"

    def manifest(self, dataset: UUID) -> Path:
        return self.root / str(dataset) / MANIFEST

    @contextmanager
    def lock(self, dataset: UUID) -> Iterator[Path]:
        """An empty work folder that nobody else has until this is left; it is gone then. Raises Busy."""
        path = self.root / BUILDING / str(dataset)
        descriptor = _lock_folder(path)
        try:
            _empty(path)
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)

    def publish(self, dataset: UUID, work: Path) -> None:
        """Move the result in `work` to its place. The caller holds the lock."""
        target = self.root / str(dataset)
        self.remove(dataset)
        (work / RESULT).rename(target)
        _sync_folder(self.root)

    def remove(self, dataset: UUID) -> None:
        """Delete what is published. Renamed away first, so that it is never seen in part; idempotent."""
        published = self.root / str(dataset)
        doomed = self.root / BUILDING / f"{dataset}.deleted"
        doomed.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(doomed, ignore_errors=True)
        if published.exists():
            published.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)  # what resists is left to the next sweep

    def sweep(self, is_kept: Callable[[UUID], bool]) -> list[str]:
        """Remove what no dataset owns: builds whose process died, deletions cut short. Names what it removed."""
        removed = [name for name in self._leftovers() if self._clear_leftover(name)]
        for folder in self._published():
            if not is_kept(folder) and self._remove_if_free(folder, is_kept):
                removed.append(str(folder))
        return removed

    def _leftovers(self) -> list[str]:
        return _names(self.root / BUILDING)

    def _published(self) -> list[UUID]:
        return [UUID(name) for name in _names(self.root) if _is_uuid(name)]

    def _clear_leftover(self, name: str) -> bool:
        if name.endswith(".deleted"):
            shutil.rmtree(self.root / BUILDING / name, ignore_errors=True)
            return True
        if not _is_uuid(name):
            return False
        try:
            with self.lock(UUID(name)):
                return True
        except Busy:
            return False

    def _remove_if_free(self, dataset: UUID, is_kept: Callable[[UUID], bool]) -> bool:
        try:
            with self.lock(dataset):
                if is_kept(dataset):  # it may have been finished between the look and the lock
                    return False
                self.remove(dataset)
                return True
        except Busy:
            return False


def _lock_folder(path: Path) -> int:
    """Create and lock a folder. A folder removed by its last owner meanwhile is not locked but made anew."""
    while True:
        path.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if _is_locked_in_place(descriptor, path):
            return descriptor
        os.close(descriptor)


def _is_locked_in_place(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(f"{path}: another build is at work there") from None
    try:
        return os.fstat(descriptor).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
