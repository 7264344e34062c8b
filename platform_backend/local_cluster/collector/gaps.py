"""Holes in the telemetry, one JSON object a line in gaps.jsonl: start_us, end_us, table, reason."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from telemetry_store.layout import Segment

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
    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._open: dict[str, int] = {}

    def begin(self, reason: str, start_us: int) -> None:
        """From this tick on samples are missing; nothing new if they were before."""
        self._open.setdefault(reason, start_us)

    def end(self, reason: str, end_us: int) -> None:
        """This tick is the first with samples again; nothing happens if none was missing."""
        start_us = self._open.pop(reason, None)
        if start_us is not None:
            self.add(Gap(start_us, end_us, "samples", reason))

    def end_all(self, end_us: int) -> None:
        for reason in list(self._open):
            self.end(reason, end_us)

    def add(self, gap: Gap) -> None:
        if gap.end_us > gap.start_us:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(gap)) + "\n")

    def add_deleted(self, segments: Iterable[Segment]) -> None:
        """To be called before they are deleted. Retention has one gap a table, which grows."""
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
        temporary.write_text("".join(json.dumps(asdict(gap)) + "\n" for gap in gaps), encoding="utf-8")
        temporary.rename(self._path)
