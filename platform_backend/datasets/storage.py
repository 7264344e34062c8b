"""Where datasets lie on disk, and how a build appears there whole or not at all.

    <datasets_dir>/<id>/<name>.zip, dataset.json     published by one rename of the folder, locked by its readers
    <datasets_dir>/<id>/series.json                  of an import that has no such figures itself
    <datasets_dir>/.building/<id>/                   a build or import at work, locked by who works on it
    <datasets_dir>/.places/<n>/                      one for each that may be at work at once, locked likewise

Locks are the kernel's, so they end with their process: a killed reader holds nothing up, and a killed build leaves
its folder to the next one, which goes on where it ended.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from dataset_builder.manifest import MANIFEST
from datasets.locks import Busy, lock, lock_new, locked

BUILDING: Final = ".building"
RESULT: Final = "result"
SERIES: Final = "series.json"
PLACES: Final = 2  # of the worker's four threads: faults and campaigns must always find a free one

__all__ = ["BUILDING", "RESULT", "Busy", "Lease", "Store", "Work"]


@dataclass(slots=True)
class Work:
    """The folder of a build. Unless it is kept, it goes when its lock ends; a killed process leaves it."""

    path: Path
    kept: bool = False


@dataclass(slots=True)
class Lease:
    """While it lasts, the files of a dataset stay. Close it, or use it as a context manager."""

    folder: Path
    _descriptor: int

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Store:
    def __init__(self, root: Path) -> None:
        self.root = root

    def archive(self, dataset: UUID, name: str) -> Path:
        return self._folder(dataset) / f"{name}.zip"

    def manifest(self, dataset: UUID) -> Path:
        return self._folder(dataset) / MANIFEST

    def series(self, dataset: UUID) -> Path:
        return self._folder(dataset) / SERIES

    def read(self, dataset: UUID) -> Lease:
        """Any number may read at once. Raises FileNotFoundError when it is gone, Busy when it is just being removed."""
        folder = self._folder(dataset)
        return Lease(folder, lock(folder, shared=True))

    def is_read(self, dataset: UUID) -> bool:
        """Whether somebody reads it just now."""
        try:
            with locked(self._folder(dataset)):
                return False
        except FileNotFoundError:
            return False
        except Busy:
            return True

    @contextmanager
    def work(self, dataset: UUID) -> Iterator[Work]:
        """The work folder, which nobody else has until this is left. Raises Busy."""
        path = self.root / BUILDING / str(dataset)
        descriptor = lock_new(path)
        work = Work(path)
        try:
            yield work
        finally:
            if not work.kept:
                shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the few places for those who build. Raises Busy when all are taken, in whichever process."""
        for number in range(PLACES):
            try:
                descriptor = lock_new(self.root / ".places" / str(number))
            except Busy:
                continue
            try:
                yield
            finally:
                os.close(descriptor)
            return
        raise Busy(f"all {PLACES} places for builds are taken")

    def publish(self, dataset: UUID, result: Path) -> None:
        """Move the folder `result` to its place. The caller holds the work folder."""
        self.remove(dataset)
        result.rename(self._folder(dataset))
        _sync_folder(self.root)

    def remove(self, dataset: UUID) -> None:
        """Delete what is published; idempotent. Raises Busy while somebody reads it, and leaves it whole then.

        Renamed away first, so that it is never seen in part.
        """
        doomed = self.root / BUILDING / f"{dataset}.deleted"
        doomed.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(doomed, ignore_errors=True)
        try:
            with locked(self._folder(dataset)):
                self._folder(dataset).rename(doomed)
        except FileNotFoundError:
            return
        shutil.rmtree(doomed, ignore_errors=True)  # what resists is left to the next sweep

    def sweep(self, *, is_kept: Callable[[UUID], bool], is_open: Callable[[UUID], bool]) -> list[str]:
        """Remove what no dataset owns, and name it: builds that are over, deletions cut short, orphans."""
        removed = [name for name in _names(self.root / BUILDING) if self._clear_leftover(name, is_open)]
        for dataset in self._published():
            if not is_kept(dataset) and self._remove_if_free(dataset, is_kept):
                removed.append(str(dataset))
        return removed

    def _folder(self, dataset: UUID) -> Path:
        return self.root / str(dataset)

    def _published(self) -> list[UUID]:
        return [UUID(name) for name in _names(self.root) if _is_uuid(name)]

    def _clear_leftover(self, name: str, is_open: Callable[[UUID], bool]) -> bool:
        if name.endswith(".deleted"):
            shutil.rmtree(self.root / BUILDING / name, ignore_errors=True)
            return True
        if not _is_uuid(name) or is_open(UUID(name)):
            return False
        try:
            with self.work(UUID(name)) as work:
                work.kept = is_open(UUID(name))  # an upload may have become a dataset between the look and the lock
                return not work.kept
        except Busy:
            return False

    def _remove_if_free(self, dataset: UUID, is_kept: Callable[[UUID], bool]) -> bool:
        try:
            with self.work(dataset):
                if is_kept(dataset):  # it may have been finished between the look and the lock
                    return False
                self.remove(dataset)
                return True
        except Busy:
            return False


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
