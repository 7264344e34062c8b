"""The checks of csv tables, row by row: fields and numbers while reading, here counts, times and order."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from microservo_sdk.csvfile import Rows
from microservo_sdk.errors import DatasetError
from microservo_sdk.layout import KPI, LOG, TRACE
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Window

MICROSECONDS: Final = 1_000_000
SPAN_TYPES: Final = ("request", "external", "db", "app")


class TableCheck:
    """Fed with the rows of one table, block by block."""

    def __init__(self, name: str, manifest: Manifest | None) -> None:
        self.name = name
        self.rows = 0
        self._manifest = manifest
        self._newest = float("-inf")

    def feed(self, header: Sequence[str], rows: Rows) -> None:
        self.rows += rows.count
        if self._manifest is None or not rows.count:
            return
        columns = dict(zip(header, rows.columns[-len(header) :], strict=True))
        self._check_times(columns["timestamp"], rows, _unit_window(self.name, self._manifest.window))
        if "type" in columns and not set(columns["type"]) <= set(SPAN_TYPES):
            self._fail(columns["type"], rows, lambda value: value in SPAN_TYPES, f"one of {', '.join(SPAN_TYPES)}")

    def finish(self) -> None:
        """After the last block: the number of rows."""
        record = self._manifest.files.get(self.name) if self._manifest else None
        if record and record.rows is not None and record.rows != self.rows:
            raise DatasetError(f"{self.rows} rows, {record.rows} in dataset.json", file=self.name)

    def _check_times(self, times: Sequence[float], rows: Rows, window: tuple[float, float]) -> None:
        start, end = window
        if min(times) < start or max(times) >= end:
            self._fail(times, rows, lambda moment: start <= moment < end, f"a time of the window, {start} to {end}")
        before = self._newest
        for index, moment in enumerate(times):
            if moment < before:
                problem = f"timestamp: {moment} after {before}, rows stand in the order of time"
                raise DatasetError(problem, file=self.name, line=rows.line_of(index))
            before = moment
        self._newest = before

    def _fail(self, values: Sequence[Any], rows: Rows, good: Any, expected: str) -> None:
        bad = next(index for index, value in enumerate(values) if not good(value))
        problem = f"expected {expected}, found {str(values[bad])[:80]!r}"
        raise DatasetError(problem, file=self.name, line=rows.line_of(bad))


def totals(counted: Mapping[str, int]) -> dict[str, int]:
    """From rows by file to rows by table."""
    samples = sum(rows for name, rows in counted.items() if KPI.fullmatch(name))
    return {"logs": counted.get(LOG, 0), "spans": counted.get(TRACE, 0), "samples": samples}


def _unit_window(name: str, window: Window) -> tuple[float, float]:
    """The window in the unit of the table; a whole second is in it when a part of it is."""
    if name == TRACE:
        return window.start, window.end
    if name == LOG:
        return window.start / MICROSECONDS, window.end / MICROSECONDS
    return window.start // MICROSECONDS, -(-window.end // MICROSECONDS)
