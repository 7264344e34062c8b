"""What must outlive the controller: one file per record of what was done to the cluster."""

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar

from local_cluster.linux import now_us

logger = logging.getLogger(__name__)

KEPT: Final = 1000  # records of what is over


class Record(Protocol):
    """`what`: as people call it."""

    what: ClassVar[str]
    created_us: int

    @property
    def id(self) -> str:
        """Names its file."""
        ...

    @property
    def over(self) -> bool: ...

    def close_after_crash(self, died_us: int) -> None:
        """It was open when the controller died, and the pods with it."""
        ...

    def to_json(self) -> dict[str, Any]: ...

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self: ...


R = TypeVar("R", bound=Record)


class RecordJournal(Generic[R]):
    """Each record is replaced as a whole, on disk before `write` returns."""

    def __init__(self, directory: Path, kind: type[R], heartbeat: Path) -> None:
        self._directory = directory
        self._kind = kind
        self._heartbeat = heartbeat
        directory.mkdir(parents=True, exist_ok=True)

    def write(self, record: R) -> None:
        path = self._path(record)
        temporary = path.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(record.to_json(), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_directory(self._directory)

    def beat(self) -> None:
        """The pods live now. Called often, from any thread; its age after a crash is the error of an end time."""
        self._heartbeat.touch()

    def recover(self) -> dict[str, R]:
        """All kept records, oldest first; those left open by a controller that died are closed at its last beat."""
        died_us = self._last_beat()
        records = sorted(self._read_all(), key=lambda record: record.created_us)
        for record in records:
            if not record.over:
                record.close_after_crash(died_us)
                self.write(record)
                logger.warning("%s %s was open when the local cluster died; closed", record.what, record.id)
        self.forget(records[:-KEPT])
        return {record.id: record for record in records[-KEPT:]}

    def forget(self, records: Iterable[R]) -> None:
        for record in records:
            self._path(record).unlink(missing_ok=True)

    def _path(self, record: R) -> Path:
        return self._directory / f"{record.id}.json"

    def _last_beat(self) -> int:
        try:
            return self._heartbeat.stat().st_mtime_ns // 1000
        except FileNotFoundError:
            return now_us()

    def _read_all(self) -> Iterable[R]:
        for path in self._directory.glob("*.json"):
            try:
                yield self._kind.from_json(json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError, KeyError) as error:
                logger.error("%s: not a record of a %s, set aside: %s", path, self._kind.what, error)
                path.rename(path.with_suffix(".bad"))


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
