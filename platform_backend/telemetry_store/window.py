"""A range of time, and the telemetry of one held still: what the telemetry port gives and datasets are built from.

Times are UTC integer microseconds since the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from telemetry_store.schemas import TableName


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open range of time [start, end)."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"window ends at {self.end}, not after its start {self.start}")


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one table with start <= timestamp < end. It may be narrowed with `dataclasses.replace`."""

    table: TableName
    start: int
    end: int
    sources: tuple[int, ...] = ()  # where the holder finds them; means nothing to others


class HeldTelemetry(Protocol):
    """A window that neither retention nor a writer changes any more. Safe for threads."""

    @property
    def window(self) -> Window: ...

    def count(self, table: TableName) -> int: ...

    def slices(self, table: TableName, *, align_us: int = 0) -> Sequence[Slice]:
        """Disjoint, in order of time, together the window, each of about 40,000 rows; the same whenever asked.

        Boundaries inside of the window lie multiples of `align_us` after its start.
        """
        ...

    def read(self, part: Slice, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows, logs sorted by (timestamp, log_id), spans by (timestamp, span_id, trace_id), samples by
        (metric, timestamp, pod, labels). Columns as in the schema of the table, but text may be dictionary-encoded,
        and `columns` chooses and orders them; None is all."""
        ...

    def files(self, table: TableName) -> Sequence[Path]:
        """Sealed Parquet files all of whose rows lie in the window, in order of time. May be empty."""
        ...

    def edges(self, table: TableName) -> Sequence[Slice]:
        """Slices with exactly the rows of the window that are in none of `files`, in order of time."""
        ...
