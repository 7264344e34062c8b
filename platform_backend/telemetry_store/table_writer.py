"""One table of the store as its single writer sees it: append, seal, recover."""

import contextlib
import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from telemetry_store import layout
from telemetry_store.hot import HotWriter, read_hot
from telemetry_store.layout import HotFile, Segment
from telemetry_store.schemas import SCHEMAS, TableName
from telemetry_store.segment import read_checkpoint, write_segment

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """A hot file is sealed at `rows`, or after `seconds` if it has `few_rows`, or after `longest_s` anyway.

    Quiet tables thus don't leave thousands of tiny files, and no segment spans more than a few minutes.
    """

    rows: int = 200_000
    seconds: float = 60.0
    few_rows: int = 20_000
    longest_s: float = 300.0

    def is_due(self, rows: int, age_s: float) -> bool:
        if rows >= self.rows or (rows and age_s >= self.longest_s):
            return True
        return rows >= self.few_rows and age_s >= self.seconds


@dataclass(frozen=True, slots=True)
class _Sealing:
    hot: HotFile
    checkpoint: bytes | None
    future: Future[Segment | None]
    begun: float  # monotonic


class TableWriter:
    """Not thread-safe; sealing itself happens in `sealer`'s thread."""

    def __init__(self, folder: Path, table: TableName, policy: SealPolicy, sealer: ThreadPoolExecutor) -> None:
        self._folder, self._table, self._policy, self._sealer = folder, table, policy, sealer
        self._sealing: list[_Sealing] = []
        self._asked: dict[str, int] = {}  # requests to seal, each with the last hot file it waits for
        self._hot: HotWriter | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._recover()
        newest = self.newest_segment()
        self._seq = newest.seq + 1 if newest else 1
        self.checkpoint = self._stored_checkpoint()

    def append(self, batch: pa.RecordBatch, checkpoint: bytes | None = None) -> None:
        """The rows and the checkpoint are stored together or not at all; safe from a kill on return."""
        hot = self._hot or self._open()
        try:
            hot.append(batch, checkpoint)
        except OSError:
            if not hot.can_grow:  # what follows could not be read, so this file ends here
                self._rotate()
            raise
        self.checkpoint = self.checkpoint if checkpoint is None else checkpoint
        self.seal_if_due()

    def seal_if_due(self) -> None:
        self._retry_failed()
        if self._hot and self._policy.is_due(self._hot.rows, time.monotonic() - self._opened):
            self.seal()

    def seal(self) -> None:
        """Hand the hot file over to the sealing thread; the next append begins another one."""
        if self._hot and self._hot.rows:
            self._rotate()

    def answer_requests(self) -> None:
        """Seal for those who asked, and tell them when it is done."""
        asked = self._requests()
        if asked - self._asked.keys():
            self.seal()
        last = self._seq - 1
        self._asked = {name: self._asked.get(name, last) for name in asked}
        unsealed = min((sealing.hot.seq for sealing in self._unsealed()), default=self._seq)
        for name, seq in self._asked.items():
            if seq < unsealed:
                (layout.request_folder(self._folder) / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Seal everything and wait for it."""
        if self._hot:
            self._rotate()
        self._retry_failed(pause=0)
        for sealing in self._sealing:
            sealing.future.result()

    def last_timestamp(self) -> int | None:
        """Of the newest row at the start of this writer."""
        return self._last_timestamp

    def newest_segment(self) -> Segment | None:
        segments = layout.list_folder(self._folder).segments
        return segments[-1] if segments else None

    def _requests(self) -> set[str]:
        try:
            return set(os.listdir(layout.request_folder(self._folder)))  # noqa: PTH208 - only names are needed
        except FileNotFoundError:
            return set()

    def _unsealed(self) -> Iterator[_Sealing]:
        for sealing in self._sealing:
            if not sealing.future.done() or sealing.future.exception():
                yield sealing

    def _open(self) -> HotWriter:
        self._hot = HotWriter(layout.hot_path(self._folder, self._seq), SCHEMAS[self._table])
        self._opened = time.monotonic()
        return self._hot

    def _rotate(self) -> None:
        if self._hot is None:
            return
        with contextlib.suppress(
            OSError
        ):  # a full disk; what was acknowledged is in the file, only its end mark is not
            self._hot.close()
        self._submit(HotFile(self._seq, self._hot.path), self.checkpoint)
        self._hot = None
        self._seq += 1

    def _submit(self, hot: HotFile, checkpoint: bytes | None) -> None:
        future = self._sealer.submit(seal_hot, self._folder, self._table, hot, checkpoint)
        self._sealing.append(_Sealing(hot, checkpoint, future, time.monotonic()))

    def _retry_failed(self, *, pause: float = RETRY_SECONDS) -> None:
        """A hot file that could not be sealed (disk full) stays readable; try again."""
        before = time.monotonic() - pause
        finished = [it for it in self._sealing if it.future.done() and (it.begun < before or not it.future.exception())]
        self._sealing = [it for it in self._sealing if it not in finished]
        for sealing in finished:
            if error := sealing.future.exception():
                logger.error("%s: can't be sealed, will try again: %s", sealing.hot.path, error)
                self._submit(sealing.hot, sealing.checkpoint)

    def _recover(self) -> None:
        """Seal what a killed writer left, remove what it had begun, and find where it stopped."""
        for leftover in self._folder.glob(f"{layout.TEMPORARY}*"):
            leftover.unlink()
        listing = layout.list_folder(self._folder)
        for path in set(self._folder.glob("hot-*.arrows")) - {hot.path for hot in listing.hot}:
            path.unlink()
        for hot in listing.hot:
            seal_hot(self._folder, self._table, hot, self._stored_checkpoint())
        segments = layout.list_folder(self._folder).segments
        self._last_timestamp = max((segment.last for segment in segments), default=None)

    def _stored_checkpoint(self) -> bytes | None:
        newest = self.newest_segment()
        return read_checkpoint(newest.path) if newest else None


def seal_hot(folder: Path, table: TableName, hot: HotFile, checkpoint: bytes | None) -> Segment | None:
    """Turn a hot file that nobody writes any more into a segment. `checkpoint` is kept if the file has none."""
    contents = read_hot(hot.path)
    segment = None
    if any(batch.num_rows for batch in contents.batches):
        segment = write_segment(folder, table, hot.seq, contents.batches, contents.checkpoint or checkpoint)
    hot.path.unlink()
    return segment
