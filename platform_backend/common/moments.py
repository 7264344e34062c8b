"""Times of requests: RFC 3339 with a time zone, or integer microseconds since the epoch. Inside, UTC microseconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
END: Final = 253_402_300_800_000_000  # the year 10000
EXPECTED: Final = "expected a time with its time zone, like 2026-01-05T09:00:00Z, or UTC microseconds"
LONGEST_SHOWN: Final = 40
_INTEGER: Final = re.compile(r"-?[0-9]{1,30}")
_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DIGITS_BEYOND_MICROSECONDS: Final = re.compile(r"(?<=\.[0-9]{6})[0-9]+")


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def as_datetime(value: int) -> datetime:
    return EPOCH + value * MICROSECOND


def of_number(value: int) -> int:
    """The same, when it lies within bounds. Raises ValueError."""
    if not 0 <= value < END:
        raise ValueError(f"{_shown(str(value))} is not between the years 1970 and 9999, in microseconds")
    return value


def of_text(text: str) -> int:
    """Raises ValueError that says what was expected."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(f"{EXPECTED}; not {_shown(text)}")
    try:
        moment = datetime.fromisoformat(_DIGITS_BEYOND_MICROSECONDS.sub("", text.upper()))
    except ValueError:  # a 30 February
        raise ValueError(f"{EXPECTED}; {_shown(text)} does not exist") from None
    value = microseconds(moment)
    if not 0 <= value < END:
        raise ValueError(f"{_shown(text)} is not between the years 1970 and 9999")
    return value


def of_query(text: str) -> int:
    """As a query string has it, where all is text. Raises ValueError."""
    if _INTEGER.fullmatch(text):
        return of_number(int(text))
    return of_text(re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", text))  # a + that was not escaped arrives as a space


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
