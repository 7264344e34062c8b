"""How many requests a second may be asked for."""

from typing import Final

HIGHEST_RATE: Final = 1000.0


class BadRate(ValueError):
    """The message is for who asked for it."""


def checked_rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HIGHEST_RATE:
        raise BadRate(f"rate is {value!r}; expected requests per second from 0 to {HIGHEST_RATE:g}")
    return float(value)
