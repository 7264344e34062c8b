"""What a check learns of a dataset while it reads all of it: its times, its names, and what to be careful with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from microservo_sdk.clocks import Clocks, Stretch
from microservo_sdk.container import Container
from microservo_sdk.csvfile import CsvFile
from microservo_sdk.errors import DatasetError
from microservo_sdk.manifest import FileRecord
from microservo_sdk.model import Window
from microservo_sdk.moments import MICROSECONDS, text_of
from microservo_sdk.names import printable
from microservo_sdk.naming import service_of

MOST_WARNINGS: Final = 100
MOST_NAMED: Final = 10  # in one warning
SLACK: Final = 60 * MICROSECONDS  # tables of one time may end so far apart


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found of a dataset that is whole."""

    format: str
    window: Window | None  # as dataset.json has it, else of the rows; None: there are none
    files: Mapping[str, FileRecord]  # all but dataset.json, as they were read
    warnings: Sequence[str]  # what to be careful with
    ignored: Sequence[str]  # litter of operating systems, which is not part of it


class Findings:
    """Filled by the checks of the layouts; of a dataset of the platform the manifest tells its times."""

    def __init__(self) -> None:
        self.clocks = Clocks()
        self.names: set[str] = set()  # of pods, services and nodes that rows are about
        self._warnings: list[str] = []
        self._left_out = 0

    def warn(self, text: str, *, file: str = "", line: int | None = None) -> None:
        if len(self._warnings) >= MOST_WARNINGS:
            self._left_out += 1
            return
        place = [printable(file)] if file else []
        place += [] if line is None else [f"line {line}"]
        self._warnings.append(f"{', '.join(place)}: {text}" if place else text)

    def warnings(self) -> list[str]:
        return [*self._warnings, f"and {self._left_out} more"] if self._left_out else list(self._warnings)

    def saw(self, names: Iterable[str]) -> None:
        """Names as files have them, such as `<node>.<pod>`."""
        self.names.update(part for name in names for part in name.split("."))

    def knows(self, name: str) -> bool:
        return name in self.names or any(service_of(each, {}) == name for each in self.names)

    def judge_clocks(self, container: Container) -> None:
        for group, tables in self.clocks.groups():
            for stretches in tables.values():
                for stretch in stretches[1:]:
                    self._warn_of_strays(container, stretch, stretches[0])
            self._warn_of_tables(group, {table: stretches[0] for table, stretches in tables.items()})

    def _warn_of_strays(self, container: Container, stray: Stretch, main: Stretch) -> None:
        far = min(abs(stray.first - main.last), abs(main.first - stray.last)) / (86_400 * MICROSECONDS)
        rows = "this row is" if stray.rows == 1 else f"{stray.rows} rows like it are"
        self.warn(
            f"{text_of(stray.first)} is {far:.0f} days away from most rows, which are {_span(main.window)}: "
            f"a clock was wrong; {rows} not counted into the window",
            file=stray.file,
            line=_line_of(container, stray),
        )

    def _warn_of_tables(self, group: str, mains: Mapping[str, Stretch]) -> None:
        """Tables that have no time in common."""
        (table, latest), *others = sorted(mains.items(), key=lambda item: (item[1].first, item[0]))
        for other, later in others:
            if later.first > latest.last + SLACK:
                spans = f"the {table} are {_span(latest.window)}, the {other} {_span(later.window)}"
                self.warn(f"{spans}: their clocks do not agree", file=group)
            if later.last > latest.last:
                table, latest = other, later


def refuse_outside(first: int, last: int, window: Window, *, file: str) -> None:
    """Times that dataset.json does not have; some tables tell minutes."""
    start = window.start // SLACK * SLACK
    if first < start or last >= window.end:
        problem = f"times from {text_of(first)} to {text_of(last)} are not all of the window, {_span(window)}"
        raise DatasetError(problem, file=file)


def named(names: Sequence[str]) -> str:
    """Some of them, and how many more there are."""
    listed = ", ".join(printable(name) for name in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{listed} and {more} more" if more > 0 else listed


def _span(window: Window) -> str:
    return f"from {text_of(window.start)} to {text_of(window.end)}"


def _line_of(container: Container, stretch: Stretch) -> int | None:
    """The line of its first row; the file is read again, as few have a reason to."""
    before = 0
    for rows in CsvFile(container, stretch.file, {}).rows():
        if stretch.row < before + rows.count:
            return rows.line_of(stretch.row - before)
        before += rows.count
    return None
