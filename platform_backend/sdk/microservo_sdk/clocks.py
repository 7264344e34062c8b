"""Whether the clocks of a dataset agree: rows far from all others, tables of different times.

Rows are counted by day, so memory does not grow with them. Those that lie within a day of each other belong together,
and where most rows belong together is where the dataset is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from microservo_sdk.errors import DatasetError
from microservo_sdk.model import Window
from microservo_sdk.moments import MICROSECONDS

DAY: Final = 86_400 * MICROSECONDS
MOST_DAYS: Final = 100_000


@dataclass(slots=True)
class Stretch:
    """Rows that lie close together: how many, from when to when, and where the first that was read stands."""

    rows: int
    first: int
    last: int
    file: str
    row: int  # of the file, from 0

    def join(self, other: "Stretch") -> None:
        self.rows += other.rows
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)

    @property
    def window(self) -> Window:
        """Whole seconds around its rows."""
        return Window(
            self.first // MICROSECONDS * MICROSECONDS,
            (self.last // MICROSECONDS + 1) * MICROSECONDS,
        )


class Clock:
    """The times of the rows of one table of a case, of a day, or of a dataset."""

    def __init__(self) -> None:
        self._days: dict[int, Stretch] = {}
        self._read: Counter[str] = Counter()  # rows by file

    def see(self, times: Sequence[int], file: str) -> None:
        """The next rows of a file, in microseconds."""
        if not times:
            return
        begin = self._read[file]
        self._read[file] += len(times)
        low, high = min(times), max(times)
        if low // DAY == high // DAY:
            self._add(Stretch(len(times), low, high, file, begin))
            return
        for row, moment in enumerate(times):
            self._add(Stretch(1, moment, moment, file, begin + row))

    def _add(self, stretch: Stretch) -> None:
        day = stretch.first // DAY
        if day in self._days:
            self._days[day].join(stretch)
            return
        self._days[day] = stretch
        if len(self._days) > MOST_DAYS:
            raise DatasetError(f"its times are of more than {MOST_DAYS} different days", file=stretch.file)

    def stretches(self) -> list[Stretch]:
        """The one with the most rows first."""
        found: list[Stretch] = []
        for day in sorted(self._days):
            each = self._days[day]
            if found and each.first - found[-1].last <= DAY:
                found[-1].join(each)
            else:
                found.append(Stretch(each.rows, each.first, each.last, each.file, each.row))
        return sorted(found, key=lambda stretch: -stretch.rows)


class Clocks:
    """By group (a case, a day, "" for all) and table."""

    def __init__(self) -> None:
        self._clocks: dict[str, dict[str, Clock]] = {}

    def of(self, group: str, table: str) -> Clock:
        return self._clocks.setdefault(group, {}).setdefault(table, Clock())

    def groups(self) -> Iterator[tuple[str, Mapping[str, list[Stretch]]]]:
        """The stretches of each table that has rows."""
        for group, clocks in self._clocks.items():
            found = {table: stretches for table, clock in clocks.items() if (stretches := clock.stretches())}
            if found:
                yield group, found

    def window(self, group: str | None = None) -> Window | None:
        """Where the rows of a group are, or those of all, without the ones far away; None: there are no rows."""
        mains = [
            stretches[0].window
            for name, tables in self.groups()
            for stretches in tables.values()
            if group is None or name == group
        ]
        if not mains:
            return None
        return Window(min(each.start for each in mains), max(each.end for each in mains))
