"""Times that can be: from 1970 to the end of the year 9999."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

END_S: Final = 253_402_300_800  # of the year 9999, in seconds since 1970
# Ticks per second of the units in which files tell times.
UNITS: Final[Mapping[str, int]] = {
    "seconds": 1,
    "whole seconds": 1,
    "milliseconds": 1_000,
    "microseconds": 1_000_000,
    "nanoseconds": 1_000_000_000,
    "seconds or milliseconds": 1_000,
}
EXPECTED: Final = "a time between 1970 and the end of 9999"
MICROSECONDS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def is_possible(moment: float, unit: str = "microseconds") -> bool:
    return 0 <= moment < END_S * UNITS[unit]


def text_of(microseconds: int) -> str:
    """For people: to the second, UTC."""
    return f"{_EPOCH + timedelta(seconds=microseconds // MICROSECONDS):%Y-%m-%dT%H:%M:%SZ}"
