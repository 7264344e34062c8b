"""The five fields of cron, as Vixie's cron reads them; anything else is refused, and never read as another schedule.

A field is a list of terms, each of them `*`, a number, a range `a-b`, or a step through one of these: `*/n`, `a-b/n`.
Months and days of the week may be named by their first three letters; Sunday is both 0 and 7. The day of the month and
the day of the week must both fit when one of the fields begins with `*`; otherwise one of them is enough.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_TERM: Final = re.compile(
    r"(?:(?P<all>\*)|(?P<first>[0-9]+|[a-z]+)(?:-(?P<last>[0-9]+|[a-z]+))?)(?:/(?P<step>[0-9]+))?"
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True)
class Fields:
    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]  # 0 is Sunday
    either_day: bool  # whether one of the two kinds of day is enough

    def is_day(self, *, month: int, of_month: int, of_week: int) -> bool:
        fits = (of_month in self.days_of_month, of_week in self.days_of_week)
        return month in self.months and (any(fits) if self.either_day else all(fits))


@dataclass(frozen=True, slots=True)
class _Field:
    """`last` is the greatest number that may be written."""

    name: str
    first: int
    last: int
    names: Mapping[str, int] = field(default_factory=dict)

    def numbers(self, text: str) -> frozenset[int]:
        """Raises ValueError that names the field and the term."""
        return frozenset(number for term in text.lower().split(",") for number in self._of_term(term))

    def _of_term(self, term: str) -> Iterator[int]:
        found = _TERM.fullmatch(term)
        if found is None:
            raise self._wrong(f"{term!r} is none of: *, a number, a range like 1-5, a step like */10 or 1-30/5")
        first, last = self._range(term, found)
        step = int(found["step"] or 1)
        if found["step"] and not 1 <= step <= last - first:
            raise self._wrong(f"{term!r} has a step of {step}, which leaves one number or none of {first}-{last}")
        yield from range(first, last + 1, step)

    def _range(self, term: str, found: re.Match[str]) -> tuple[int, int]:
        if found["all"]:
            return self.first, self.last
        first = self._number(found["first"])
        if found["last"] is None:
            if found["step"]:
                raise self._wrong(
                    f"{term!r} has a step but no range; expected e.g. {first}-{self.last}/{found['step']}"
                )
            return first, first
        last = self._number(found["last"])
        if last < first:
            raise self._wrong(f"{term!r} ends before it begins; expected two ranges, or the smaller one first")
        return first, last

    def _number(self, text: str) -> int:
        if text.isdecimal():
            number = int(text)
            if not self.first <= number <= self.last:
                raise self._wrong(f"{text} is not between {self.first} and {self.last}")
            return number
        if text not in self.names:
            names = f", or one of: {', '.join(self.names)}" if self.names else ""
            raise self._wrong(f"{text!r} is unknown; expected a number from {self.first} to {self.last}{names}")
        return self.names[text]

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"{self.name}: {what}")


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    _Field("day of week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)


def parse(expression: str) -> Fields:
    """Raises ValueError that names the field and what is wrong with it."""
    texts = expression.split()
    if len(texts) != len(_FIELDS):
        expected = ", ".join(each.name for each in _FIELDS)
        raise ValueError(f"expected five fields ({expected}), not {len(texts)}")
    minutes, hours, of_month, months, of_week = (each.numbers(text) for each, text in zip(_FIELDS, texts, strict=True))
    either_day = not (texts[2].startswith("*") or texts[4].startswith("*"))
    return Fields(minutes, hours, of_month, months, frozenset(day % 7 for day in of_week), either_day)
