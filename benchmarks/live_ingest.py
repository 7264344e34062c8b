"""Rows that keep coming, for the benchmarks: a writer process that goes on where a generated store ends."""

import multiprocessing as mp
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pyarrow as pa
from generated_store import START, Logs, samples_of, spans_of

from telemetry_store.schemas import TABLES, TableName
from telemetry_store.writer import StoreWriter

TICK = 0.5  # seconds, as the collector polls
POOL = 60_000  # different rows of each table


@dataclass(frozen=True)
class Rates:
    """Rows a second."""

    logs: int = 3000
    spans: int = 300
    samples: int = 700


class LiveRows:
    """Rows of a pool, again and again, with times of now."""

    def __init__(self) -> None:
        makers = {"logs": Logs().rows, "spans": spans_of, "samples": samples_of}
        self._pool = {table: makers[table](START, POOL, 0) for table in TABLES}
        self._next = dict.fromkeys(TABLES, 0)

    def take(self, table: TableName, count: int, first: int, last: int) -> dict[str, pa.Array]:
        """`count` rows of [first, last), in order of time."""
        start = self._next[table]
        self._next[table] = (start + count) % (POOL - count)
        columns = {name: values.slice(start, count) for name, values in self._pool[table].items()}
        columns.pop("log_id", None)
        return columns | {"timestamp": pa.array(np.linspace(first, last, count, endpoint=False).astype(np.int64))}


@contextmanager
def ingesting(folder: Path, origin: int, rates: Rates) -> Iterator[int]:
    """A writer process; its rows' times begin at `origin` and go on with the clock. Gives its process id."""
    context = mp.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    child = context.Process(target=_ingest, args=(folder, origin, rates, ready, stop), daemon=True)
    child.start()
    try:
        if not ready.wait(120) or not child.pid:
            raise RuntimeError("the writer did not start")
        yield child.pid
    finally:
        stop.set()
        child.join(60)
        child.kill()


def _ingest(folder: Path, origin: int, rates: Rates, ready: Event, stop: Event) -> None:
    rows = LiveRows()
    with StoreWriter(folder) as writer:
        begun, done = time.monotonic(), 0.0
        while not stop.wait(max(0.0, begun + done + TICK - time.monotonic())):
            now = time.monotonic() - begun
            for table in TABLES:
                count = int(now * getattr(rates, table)) - int(done * getattr(rates, table))
                writer.append(table, rows.take(table, count, origin + int(done * 1e6), origin + int(now * 1e6)))
            writer.seal_if_due()
            done = now
            ready.set()
