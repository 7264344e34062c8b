"""What must outlive the controller: one file per fault, and a heartbeat that tells when it died."""

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from local_cluster.faults.record import FaultRecord, close_after_crash
from local_cluster.linux import now_us

logger = logging.getLogger(__name__)

KEPT: Final = 1000  # ended faults


class Journal:
    """Each record is replaced as a whole, on disk before `write` returns."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._heartbeat = directory / "heartbeat"
        directory.mkdir(parents=True, exist_ok=True)

    @property
    def block_path(self) -> Path:
        """Of the emergency stop; not a record, hence no .json."""
        return self._directory / "emergency-stop"

    def write(self, record: FaultRecord) -> None:
        path = self._path(record.fault_id)
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

    def recover(self) -> dict[str, FaultRecord]:
        """All kept records, oldest first; those left open by a controller that died are closed at its last beat."""
        died_us = self._last_beat()
        records = sorted(self._read_all(), key=lambda record: record.created_us)
        for record in records:
            if not record.over:
                close_after_crash(record, died_us)
                self.write(record)
                logger.warning("fault %s was open when the local cluster died; closed", record.fault_id)
        return {record.fault_id: record for record in self._prune(records)}

    def forget(self, records: Iterable[FaultRecord]) -> None:
        for record in records:
            self._path(record.fault_id).unlink(missing_ok=True)

    def _path(self, fault_id: str) -> Path:
        return self._directory / f"{fault_id}.json"

    def _last_beat(self) -> int:
        try:
            return self._heartbeat.stat().st_mtime_ns // 1000
        except FileNotFoundError:
            return now_us()

    def _read_all(self) -> Iterable[FaultRecord]:
        for path in self._directory.glob("*.json"):
            try:
                yield FaultRecord.from_json(json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError, KeyError) as error:
                logger.error("%s: not a fault record, set aside: %s", path, error)
                path.rename(path.with_suffix(".bad"))

    def _prune(self, records: list[FaultRecord]) -> list[FaultRecord]:
        self.forget(records[:-KEPT])
        return records[-KEPT:]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
