"""Holes in the telemetry, one JSON object a line in gaps.jsonl: start_us, end_us, table, reason."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from telemetry_store.appended import AppendedFile
from telemetry_store.layout import Segment
from telemetry_store.schemas import TableName

logger = logging.getLogger(__name__)

FILE_NAME: Final = "gaps.jsonl"
RETENTION: Final = "retention"


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows of [start_us, end_us) are missing for this reason: all ticks of samples, or what retention has deleted."""

    start_us: int
    end_us: int
    table: str
    reason: str


class GapLog:
    """What can't be written (the disk is full, which often is the reason of the gap) is kept until it can."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._open: dict[tuple[TableName, str], int] = {}
        self._unwritten: list[Gap] = []

    def begin(self, reason: str, start_us: int, *, table: TableName = "samples") -> None:
        """From here on rows are missing; nothing new if they were before."""
        self._open.setdefault((table, reason), start_us)

    def end(self, reason: str, end_us: int, *, table: TableName = "samples") -> None:
        """From here on there are rows again; nothing happens if none was missing."""
        start_us = self._open.pop((table, reason), None)
        if start_us is not None:
            self.add(Gap(start_us, end_us, table, reason))

    def end_all(self, end_us: int) -> None:
        for table, reason in list(self._open):
            self.end(reason, end_us, table=table)

    def add(self, gap: Gap) -> None:
        if gap.end_us > gap.start_us:
            self._unwritten.append(gap)
            self.write()

    def write(self) -> None:
        """Try again what could not be written."""
        if not self._unwritten:
            return
        try:
            with AppendedFile(self._path) as file:
                file.append(self._after_torn() + _lines(self._unwritten))
        except OSError as error:
            logger.error("%s: gaps can't be written, which is tried again: %s", self._path, error)
        else:
            self._unwritten.clear()

    def _after_torn(self) -> bytes:
        """A crash of the machine may have left half a line, which must not take the next one with it."""
        content = self._path.read_bytes()
        return b"" if content.endswith(b"\n") or not content else b"\n"

    def add_deleted(self, segments: Iterable[Segment]) -> None:
        """To be called before they are deleted. Retention has one gap a table, which grows. Raises OSError."""
        deleted: defaultdict[str, list[int]] = defaultdict(list)
        for segment in segments:
            deleted[segment.path.parent.name] += [segment.first, segment.last + 1]
        if not deleted:
            return
        kept = []
        for gap in self._all():
            if gap.reason == RETENTION and gap.table in deleted:
                deleted[gap.table] += [gap.start_us, gap.end_us]
            else:
                kept.append(gap)
        grown = [Gap(min(times), max(times), table, RETENTION) for table, times in sorted(deleted.items())]
        self._replace([*kept, *grown])

    def _all(self) -> Iterator[Gap]:
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.is_file() else []
        for line in lines:
            try:
                yield Gap(**json.loads(line))
            except (ValueError, TypeError):
                continue  # torn by a kill

    def _replace(self, gaps: Iterable[Gap]) -> None:
        temporary = self._path.with_suffix(".tmp")
        temporary.write_bytes(_lines(gaps))
        temporary.rename(self._path)


def _lines(gaps: Iterable[Gap]) -> bytes:
    return "".join(json.dumps(asdict(gap)) + "\n" for gap in gaps).encode()
