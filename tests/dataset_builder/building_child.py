"""A process that builds a dataset and kills itself in the middle of a write: store, work, into, format, writes."""

import os
import random
import signal
import sys
from pathlib import Path

from dataset_builder.build import Order, build
from dataset_builder.engine import disk, journal, spool, zip64
from dataset_builder.formats.csv import CsvFormat
from dataset_builder.formats.parquet import ParquetFormat
from dataset_builder.manifest import SystemFacts
from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.records import Window
from telemetry_store import held
from telemetry_store.reader import StoreReader

START = 1_718_651_400_000_000
FORMATS = {"csv": CsvFormat, "parquet": ParquetFormat}


class Killer:
    """Lets `survived` calls pass, tears the next one, and ends the process as `kill -9` does."""

    def __init__(self, survived: int) -> None:
        self._left = survived

    def write_all(self, descriptor: int, data: bytes | memoryview) -> None:
        if not self._left:
            os.write(descriptor, memoryview(data)[: random.Random(len(data)).randrange(len(data) + 1)])
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        disk_write_all(descriptor, data)


disk_write_all = disk.write_all


def main(store: str, work: str, into: str, kind: str, survived: str) -> None:
    held.SLICE_ROWS = 500
    killer = Killer(int(survived))
    for module in (spool, journal, zip64):
        module.write_all = killer.write_all
    order = Order(
        name="d",
        kind=kind,
        window=Window(START + 3_000_000, START + 57_000_000),
        source=EmbeddedTelemetry(StoreReader(Path(store))),
        injections=(),
        facts=SystemFacts(),
        nodes={},
        default_node="local",
    )
    build(order, FORMATS[kind](), work=Path(work), into=Path(into), progress=told)


def told(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main(*sys.argv[1:])
