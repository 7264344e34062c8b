"""What a dataset format is given, and what it has to do.

A format enumerates parts that depend on nothing but the export and not on each other; the engine makes them in
threads, compresses, counts and hashes what they yield, and goes on after the last finished one when it was killed.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa

from dataset_builder.events import Event
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection, Reach, Vetted
from telemetry_store.schemas import TableName
from telemetry_store.window import HeldTelemetry, Slice, Window

NEUTRAL: Final = Knobs()
AT_ONCE: Final = Reach()


@dataclass(frozen=True, slots=True)
class FileRange:
    """The bytes [start, end) of a file that stays as it is until the dataset is finished."""

    path: Path
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Uncompressed content that is appended to the dataset's file `path`."""

    path: str  # inside the dataset, with forward slashes
    data: bytes | memoryview | pa.Buffer | FileRange
    rows: int | None = None  # None: the file is no table
    table: TableName | None = None  # what `rows` counts towards in the manifest
    metric: str = ""  # and of which metric they are
    header: bytes = b""  # goes before the first chunk of the file, and only there


@dataclass(frozen=True, slots=True)
class Part:
    """`make` runs in any thread, perhaps again after a crash, and yields the same each time.

    Parts of one path are appended in the order of their enumeration, whichever is made first. Each holds in memory
    what it yields until it is written: some ten megabytes.
    """

    key: str  # unique in the export and the same each time
    make: Callable[[], Iterable[Chunk]]


@dataclass(frozen=True, slots=True)
class Export:
    held: HeldTelemetry
    window: Window
    injections: Sequence[Injection]
    nodes: Mapping[str, str]  # node by pod
    default_node: str  # of pods that are gone
    normal: Sequence[Window] = ()  # parts of the window in which no pod shows a fault
    reach: Reach = AT_ONCE
    knobs: Knobs = NEUTRAL
    events: Sequence[Event] = ()
    vetted: Vetted | None = None  # what was found in `normal`; None: nobody has looked
    stores: Mapping[str, str] = field(default_factory=dict)  # by service, the one store that it calls

    def slices(self, table: TableName, *, align_us: int = 1) -> Sequence[Slice]:
        step = self.knobs.metric_step_us if table == "samples" else 0
        return self.held.slices(table, align_us=math.lcm(align_us or 1, step or 1))

    def between(self, table: TableName, start: int, end: int, *, align_us: int = 1) -> Sequence[Slice]:
        """Slices of [start, end), which has to lie in the window; `metric_step_s` looks at steps of the window."""
        touching = [part for part in self.slices(table, align_us=align_us) if part.start < end and part.end > start]
        return [replace(part, start=max(part.start, start), end=min(part.end, end)) for part in touching]

    def rows(self, part: Slice, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows that the knobs leave, ordered and typed as `HeldTelemetry.read` has them."""
        if not self.knobs.touches(part.table):
            return self.held.read(part, columns)
        needed = None if columns is None else list(dict.fromkeys([*columns, *self.knobs.columns(part.table)]))
        rows = self.knobs.apply(part.table, self.held.read(part, needed), start=self.window.start)
        return rows if columns is None else rows.select(list(columns))

    def expected(self, table: TableName, idle: Callable[[], None] = lambda: None) -> int:
        """How many rows the knobs leave of the window. `idle` is called now and then; it may raise to stop."""
        if not self.knobs.touches(table):
            return self.held.count(table)
        columns, rows = self.knobs.columns(table), 0
        for part in self.slices(table):
            rows += self.rows(part, columns).num_rows
            idle()
        return rows


@dataclass(frozen=True, slots=True)
class RowCounts:
    tables: Mapping[TableName, int]
    metrics: Mapping[str, int]


class Format(Protocol):
    """`complete`: each row that the knobs leave is written exactly once, which the build verifies."""

    @property
    def name(self) -> str: ...

    @property
    def complete(self) -> bool: ...

    def facts(self, export: Export) -> Mapping[str, Any]:
        """What dataset.json tells of this format alone; the same whenever asked."""
        ...

    def parts(self, export: Export) -> Iterator[Part]:
        """Every file but those that the build itself writes (dataset.json, the data card)."""
        ...
