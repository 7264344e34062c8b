"""The reading side of the store: SQL over segments and hot files by in-memory DuckDB, and rows in order of time.

Safe for threads, and beside a writer of another process: a query sees each stored row exactly once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from telemetry_store.hot import read_hot
from telemetry_store.layout import Segment, list_folder
from telemetry_store.ordered import batches_in_order
from telemetry_store.schemas import SCHEMAS, TableName

Result = TypeVar("Result")
Row = tuple[Any, ...]

# Each retry begins from a new listing, so only a folder that changes faster than it is read could use them up.
ATTEMPTS: Final = 10
BEGINNING: Final = -(1 << 62)
END: Final = 1 << 62


class StoreUnreadable(Exception):
    """Files kept vanishing while they were read, or a file is damaged."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a table held at one moment, restricted to files that may have rows of [start, end)."""

    table: TableName
    start: int
    end: int
    segments: tuple[Segment, ...]
    hot: pa.Table

    def only(self, segments: Sequence[Segment], *, with_hot: bool) -> "Snapshot":
        hot = self.hot if with_hot else self.hot.slice(0, 0)
        return Snapshot(self.table, self.start, self.end, tuple(segments), hot)


class StoreReader:
    def __init__(self, folder: Path, *, threads: int = 2, memory: str = "1GB") -> None:
        self.folder = folder
        # What does not fit goes beside the store, and not into the working directory, as is DuckDB's custom.
        spill = str(folder / "spill")
        config: dict[str, Any] = {"threads": threads, "memory_limit": memory, "temp_directory": spill}
        self._database = duckdb.connect(":memory:", config=config)
        # A segment never changes, so what its footer says needs to be read only once.
        self._database.execute("set global parquet_metadata_cache = true")

    def close(self) -> None:
        self._database.close()

    def snapshot(self, table: TableName, start: int = BEGINNING, end: int = END) -> Snapshot:
        listing = list_folder(self.folder / table)
        segments = tuple(segment for segment in listing.segments if segment.overlaps(start, end))
        batches = [batch for file in listing.hot for batch in read_hot(file.path).batches]
        return Snapshot(table, start, end, segments, pa.Table.from_batches(batches, schema=SCHEMAS[table]))

    def retrying(self, attempt: Callable[[], Result]) -> Result:
        """Run it again when a file it listed was sealed or deleted before it was opened."""
        for _ in range(ATTEMPTS - 1):
            try:
                return attempt()
            except (FileNotFoundError, duckdb.IOException):
                continue
        try:
            return attempt()
        except (FileNotFoundError, duckdb.IOException) as error:
            raise StoreUnreadable(f"{self.folder}: can't be read: {error}") from error

    def query(self, sql: str, parameters: Mapping[str, Any], *, table: TableName, start: int, end: int) -> list[Row]:
        """Rows of `sql`, in which {rows} stands for the table's rows of [start, end)."""
        return self.retrying(lambda: self.query_snapshot(sql, parameters, self.snapshot(table, start, end)))

    def query_snapshot(self, sql: str, parameters: Mapping[str, Any], snapshot: Snapshot) -> list[Row]:
        relation, bound = _relation(snapshot)
        with closing(self._database.cursor()) as cursor:
            cursor.register("hot", snapshot.hot)
            return cursor.execute(sql.replace("{rows}", relation), {**parameters, **bound}).fetchall()

    def newest(self, table: TableName) -> int | None:
        """The latest timestamp of the table; None when it is empty. Segments tell it by their names."""
        return self.retrying(lambda: self._newest(table))

    def _newest(self, table: TableName) -> int | None:
        listing = list_folder(self.folder / table)
        hot = [batch for file in listing.hot for batch in read_hot(file.path).batches if batch.num_rows]
        times = [pc.max(batch.column("timestamp")).as_py() for batch in hot]
        return max([*times, *(segment.last for segment in listing.segments)], default=None)

    def count(self, table: TableName, start: int, end: int) -> int:
        """Whole segments are counted by their names."""
        return self.retrying(lambda: self._count(self.snapshot(table, start, end)))

    def _count(self, snapshot: Snapshot) -> int:
        within = [item for item in snapshot.segments if item.lies_within(snapshot.start, snapshot.end)]
        others = [item for item in snapshot.segments if not item.lies_within(snapshot.start, snapshot.end)]
        rows = self.query_snapshot("select count(*) from {rows}", {}, snapshot.only(others, with_hot=True))
        return sum(item.rows for item in within) + int(rows[0][0])

    def batches(self, table: TableName, start: int, end: int) -> Iterator[pa.RecordBatch]:
        """All rows of the window, sorted by timestamp; memory is bounded by a segment and what overlaps it."""
        snapshot = self.retrying(lambda: self.snapshot(table, start, end))
        return batches_in_order(table, start, end, snapshot.segments, snapshot.hot)


def _relation(snapshot: Snapshot) -> tuple[str, dict[str, Any]]:
    """A subselect of the snapshot's rows, with everything variable as bound parameters."""
    columns = ", ".join(SCHEMAS[snapshot.table].names)
    where = "where timestamp >= $rows_start and timestamp < $rows_end"
    parts = [f"select {columns} from hot {where}"]  # noqa: S608 - names of our own schema
    bound: dict[str, Any] = {"rows_start": snapshot.start, "rows_end": snapshot.end}
    if snapshot.segments:
        parts.append(f"select {columns} from read_parquet($rows_files) {where}")  # noqa: S608 - as above
        bound["rows_files"] = [str(segment.path) for segment in snapshot.segments]
    return f"({' union all '.join(parts)})", bound
