"""Holes in the telemetry, one JSON object a line in gaps.jsonl: start_us, end_us, table, reason."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE_NAME: Final = "gaps.jsonl"


@dataclass(frozen=True, slots=True)
class Gap:
    """Ticks of [start_us, end_us) are missing for this reason."""

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
