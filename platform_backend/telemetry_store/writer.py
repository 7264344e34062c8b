"""The writing side of the store. One process at a time; everything it acknowledged survives a kill."""

import fcntl
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa

from telemetry_store import layout
from telemetry_store.schemas import SCHEMAS, TABLES, TableName
from telemetry_store.segment import read_last_log_id
from telemetry_store.table_writer import SealPolicy, TableWriter

LOCK_POLL_SECONDS: Final = 0.05

Columns = Mapping[str, Sequence[Any] | pa.Array]


class StoreLocked(Exception):
    """Another process writes to this store."""


class StoreWriter:
    """Owns the three tables of one folder. Use it from one thread."""

    def __init__(self, folder: Path, policy: SealPolicy | None = None, *, wait_s: float = 0.0) -> None:
        """Waits that long for another writer to end. Raises StoreLocked when it does not, and OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = _lock(folder / layout.LOCK_NAME, wait_s)
        self._sealer = ThreadPoolExecutor(1, thread_name_prefix="seal")
        self._tables = {
            table: TableWriter(folder / table, table, policy or SealPolicy(), self._sealer) for table in TABLES
        }
        newest = self._tables["logs"].newest_segment()
        self._last_log_id = read_last_log_id(newest.path) if newest else 0

    def append(self, table: TableName, columns: Columns, *, checkpoint: bytes | None = None) -> int:
        """Store rows given by column; logs get their log_id here. On return they are visible and safe from a kill.

        `checkpoint` says how far the source of these rows was read; `checkpoint_of` gives back the last one stored.
        Without rows nothing is stored, the checkpoint neither.
        """
        count = len(columns["timestamp"])
        if not count:
            return 0
        if table == "logs":
            columns = {**columns, "log_id": self._log_ids(count)}
        schema = SCHEMAS[table]
        arrays = [_array(columns[field.name], field.type) for field in schema]
        self._tables[table].append(pa.RecordBatch.from_arrays(arrays, schema=schema), checkpoint)
        return count

    def checkpoint_of(self, table: TableName) -> bytes | None:
        return self._tables[table].checkpoint

    def last_timestamp(self, table: TableName) -> int | None:
        """Of the newest row that the previous writer left."""
        return self._tables[table].last_timestamp()

    def seal_if_due(self) -> None:
        """Call it twice a second: a quiet table has no append that would notice, and others may ask to seal."""
        for table in self._tables.values():
            table.seal_if_due()
            table.answer_requests()

    def seal(self) -> None:
        for table in self._tables.values():
            table.seal()

    def close(self) -> None:
        for table in self._tables.values():
            table.close()
        self._sealer.shutdown()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _log_ids(self, count: int) -> pa.Array:
        first = max(self._last_log_id + 1, time.time_ns() // 1000)
        self._last_log_id = max(self._last_log_id, first + count - 1)
        return pa.array(range(first, first + count), type=pa.int64())


def _array(values: Sequence[Any] | pa.Array, kind: pa.DataType) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, type=kind)


def _lock(path: Path, wait_s: float) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait_s
    while not _locked(descriptor):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            raise StoreLocked(f"{path}: another process writes to this store; stop it first")
        time.sleep(LOCK_POLL_SECONDS)
    return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
