"""Asks the store's writer, usually another process, to seal what it has of a table.

A request is a file in `<folder>/<table>/seal-requests/`; the writer removes it when the rows are in segments.
"""

import contextlib
import time
import uuid
from pathlib import Path
from typing import Final

from telemetry_store import layout
from telemetry_store.schemas import TableName
from telemetry_store.writer import StoreLocked, StoreWriter

TIMEOUT_S: Final = 30.0
POLL_SECONDS: Final = 0.05


class SealTimeout(Exception):
    """The writer did not seal in time: it is stuck, or it can't write its segments."""


def request_seal(folder: Path, table: TableName, *, timeout_s: float = TIMEOUT_S) -> None:
    """On return every row that was acknowledged before the call is in a segment.

    A running writer has to call `seal_if_due` regularly; without a writer the caller seals by itself.
    """
    if not (folder / table).is_dir():
        return  # nothing was ever written
    request = layout.request_folder(folder / table) / uuid.uuid4().hex
    request.parent.mkdir(exist_ok=True)
    request.touch()
    try:
        _wait_until_sealed(folder, request, timeout_s)
    finally:
        request.unlink(missing_ok=True)


def _wait_until_sealed(folder: Path, request: Path, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while request.exists() and not _seal_ourselves(folder):
        if time.monotonic() > deadline:
            raise SealTimeout(f"{folder}: the writer did not seal within {timeout_s:g} s; look at the collector's log")
        time.sleep(POLL_SECONDS)


def _seal_ourselves(folder: Path) -> bool:
    """Opening a store seals what its last writer left."""
    with contextlib.suppress(StoreLocked):
        StoreWriter(folder).close()
        return True
    return False
