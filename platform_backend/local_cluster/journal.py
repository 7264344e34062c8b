"""What must outlive the controller: one file per record of what was done to the cluster."""

import asyncio
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar

from local_cluster.linux import now_us
from local_cluster.reserved_file import ReservedFile

logger = logging.getLogger(__name__)

KEPT: Final = 1000  # records of what is over
# How much a record may grow after its first write: measured times, and why something failed.
GROWTH: Final = 2
LEAST_ROOM: Final = 4000  # bytes
SAVE_RETRY: Final = 1.0  # seconds


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
    """Each record is replaced as a whole, on disk before `write` returns, and that on a full disk too."""

    def __init__(self, directory: Path, kind: type[R], heartbeat: Path) -> None:
        self._directory = directory
        self._kind = kind
        self._heartbeat = heartbeat
        self._unsaved: dict[str, R] = {}
        self._saving: asyncio.Task[None] | None = None
        directory.mkdir(parents=True, exist_ok=True)

    def begin(self, record: R) -> None:
        """The first write, which takes the room for all further ones. Raises OSError, and leaves nothing then."""
        content = json.dumps(record.to_json())
        file = self._file(record)
        try:
            file.write(content, room=GROWTH * len(content) + LEAST_ROOM)
            file.reserve()
            file.to_disk()
        except OSError:
            self.forget([record])
            raise

    def write(self, record: R) -> None:
        """Raises OSError."""
        file = self._file(record)
        file.write(json.dumps(record.to_json()))
        file.to_disk()
        if record.over:
            file.settle()

    def save(self, record: R) -> None:
        """A disk must not keep anything from being ended: what it does not take now it gets later."""
        try:
            self.write(record)
            self._unsaved.pop(record.id, None)
        except OSError as error:
            logger.error("%s %s: its record can't be written, which is tried again: %s", record.what, record.id, error)
            self._unsaved[record.id] = record
            self._saving = self._saving or asyncio.create_task(self._save_later(), name="unsaved-records")

    async def _save_later(self) -> None:
        while self._unsaved:
            await asyncio.sleep(SAVE_RETRY)
            for record in list(self._unsaved.values()):
                self.save(record)
        self._saving = None

    def stop(self) -> None:
        if self._saving is not None:
            self._saving.cancel()

    def beat(self) -> None:
        """The pods live now. Called often, from any thread; its age after a crash is the error of an end time."""
        try:
            self._heartbeat.touch()
        except OSError as error:
            logger.error("%s can't be touched: %s", self._heartbeat, error)

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
            file = self._file(record)
            file.settle()
            file.path.unlink(missing_ok=True)

    def _file(self, record: R) -> ReservedFile:
        return ReservedFile(self._directory / f"{record.id}.json")

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
