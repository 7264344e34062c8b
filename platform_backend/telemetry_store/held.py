"""A window of the store that stays as it is: its rows sealed, and its segments linked into a folder of their own.

<folder>/<table>/seg-....parquet     hard links: retention may delete the store's names, never these
<folder>/held.json                   written last, so a hold without it is begun anew
"""

import errno
import itertools
import json
import logging
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from telemetry_store.hot import read_hot
from telemetry_store.layout import Listing, Segment, list_folder
from telemetry_store.row_order import ORDER, in_order
from telemetry_store.schemas import SCHEMAS, TABLES, TableName
from telemetry_store.seal_request import SealTimeout, request_seal
from telemetry_store.segment import write_segment
from telemetry_store.segment_reader import SegmentReader

logger = logging.getLogger(__name__)

SLICE_ROWS: Final = 40_000  # as text and compressed about 20 MB; larger ones are slower, not faster
MARK: Final = "held.json"
ATTEMPTS: Final = 10
# Where a hard link can't be made: another file system, none that has them, or too many links.
NO_LINK: Final = (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK)


class HoldFailed(Exception):
    """The files of the window kept vanishing while they were linked."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of time [start, end), and the places of the segments that may have rows of it."""

    start: int
    end: int
    sources: tuple[int, ...]


class HeldTable:
    """Safe for threads: nothing of it changes."""

    def __init__(self, table: TableName, start: int, end: int, segments: Iterable[Segment]) -> None:
        self._table, self._start, self._end = table, start, end
        ordered = sorted(segments, key=lambda segment: (segment.first, segment.last, segment.seq))
        self._readers = [SegmentReader(segment, table) for segment in ordered]
        self._newest = max((segment.seq for segment in ordered), default=0)

    def count(self) -> int:
        return sum(
            reader.segment.rows if self._is_whole(reader) else reader.count(self._start, self._end)
            for reader in self._readers
        )

    def files(self) -> list[Path]:
        """Segments that lie in the window. Not the newest, which may be a copy of rows that were not sealed in time:
        how busy the collector was when they were held must not be seen in what is made of them."""
        return [reader.segment.path for reader in self._readers if self._is_taken_whole(reader)]

    def cuts(self, align_us: int = 1) -> list[Cut]:
        """Together the window, each of about SLICE_ROWS rows or one segment of samples."""
        return self._cuts(range(len(self._readers)), self._start, self._end, max(align_us, 1))

    def edges(self) -> list[Cut]:
        """The rows of the window in each of the other segments."""
        return [
            Cut(max(self._start, reader.segment.first), min(self._end, reader.segment.last + 1), (index,))
            for index, reader in enumerate(self._readers)
            if not self._is_taken_whole(reader)
        ]

    def read(self, cut: Cut, columns: Sequence[str] | None = None) -> pa.Table:
        wanted = list(SCHEMAS[self._table].names if columns is None else columns)
        needed = list(dict.fromkeys([*wanted, *ORDER[self._table]]))
        tables = [self._readers[index].read(cut.start, cut.end, needed) for index in cut.sources]
        rows = pa.concat_tables(tables) if tables else _no_rows(self._table, needed)
        return in_order(self._table, rows).select(wanted)

    def _is_taken_whole(self, reader: SegmentReader) -> bool:
        return self._is_whole(reader) and reader.segment.seq < self._newest

    def _is_whole(self, reader: SegmentReader) -> bool:
        return reader.segment.lies_within(self._start, self._end)

    def _cuts(self, chosen: Sequence[int], start: int, end: int, align: int) -> list[Cut]:
        boundaries = [start, *self._boundaries(chosen, start, end, align), end]
        return [
            Cut(first, last, tuple(index for index in chosen if self._readers[index].segment.overlaps(first, last)))
            for first, last in itertools.pairwise(boundaries)
        ]

    def _boundaries(self, chosen: Sequence[int], start: int, end: int, align: int) -> list[int]:
        """Where row groups begin, as soon as SLICE_ROWS rows lie before."""
        boundaries: list[int] = []
        rows, previous = 0, start
        for first, count in sorted(each for index in chosen for each in self._readers[index].starts(start, end)):
            boundary = first - (first - start) % align
            if rows >= SLICE_ROWS and previous < boundary < end:
                boundaries.append(boundary)
                rows, previous = 0, boundary
            rows += count
        return boundaries


def hold(store: Path, folder: Path, start: int, end: int, *, seal_within_s: float) -> dict[TableName, HeldTable]:
    """Seal and link the rows of [start, end), or give what an earlier call with this folder has."""
    if not _is_held(folder, start, end):
        shutil.rmtree(folder, ignore_errors=True)
        for table in TABLES:
            _hold_table(store, table, folder / table, start, end, seal_within_s)
        _write_mark(folder, start, end)
    return {table: HeldTable(table, start, end, list_folder(folder / table).segments) for table in TABLES}


def _hold_table(store: Path, table: TableName, into: Path, start: int, end: int, seal_within_s: float) -> None:
    if _has_hot_rows(store / table, start, end):
        try:
            request_seal(store, table, timeout_s=seal_within_s)
        except SealTimeout as error:
            logger.warning("%s; its unsealed rows are copied", error)
    for _ in range(ATTEMPTS):
        into.mkdir(parents=True)
        try:
            _take(list_folder(store / table), table, into, start, end)
        except FileNotFoundError:  # sealed or expired since it was listed
            shutil.rmtree(into)
        else:
            return
    raise HoldFailed(f"{store / table}: its files changed {ATTEMPTS} times while they were linked; try again")


def _has_hot_rows(folder: Path, start: int, end: int) -> bool:
    try:
        return any(_hot_rows(file.path, start, end) for file in list_folder(folder).hot)
    except FileNotFoundError:
        return True  # being sealed now: wait for it


def _hot_rows(path: Path, start: int, end: int) -> list[pa.RecordBatch]:
    chosen = (
        batch.filter(pc.and_(pc.greater_equal(batch["timestamp"], start), pc.less(batch["timestamp"], end)))
        for batch in read_hot(path).batches
    )
    return [batch for batch in chosen if batch.num_rows]


def _take(listing: Listing, table: TableName, into: Path, start: int, end: int) -> None:
    for segment in listing.segments:
        if segment.overlaps(start, end):
            _link(segment.path, into / segment.path.name)
    for hot in listing.hot:
        if _hot_rows(hot.path, start, end):  # all of its rows: as the segment will have them
            write_segment(into, table, hot.seq, read_hot(hot.path).batches, None)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        shutil.copyfile(source, target)


def _is_held(folder: Path, start: int, end: int) -> bool:
    mark = folder / MARK
    return mark.is_file() and json.loads(mark.read_text()) == {"start": start, "end": end}


def _write_mark(folder: Path, start: int, end: int) -> None:
    temporary = folder / f".{MARK}"
    temporary.write_text(json.dumps({"start": start, "end": end}))
    temporary.replace(folder / MARK)


def _no_rows(table: TableName, columns: Sequence[str]) -> pa.Table:
    return SCHEMAS[table].empty_table().select(list(columns))
