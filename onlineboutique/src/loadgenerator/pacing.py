"""When the next action is due: `rate` actions a second on average, at random moments, changeable while it runs."""

import random
import time
from collections.abc import Callable
from typing import Final

HIGHEST_RATE: Final = 1000.0
# What a slow shop has held up is made good up to this; the rest is lost, as it is with real users.
LARGEST_BACKLOG_S: Final = 1.0


class BadRate(ValueError):
    """The message is for who asked for it."""


def checked_rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HIGHEST_RATE:
        raise BadRate(f"rate is {value!r}; expected requests per second from 0 to {HIGHEST_RATE:g}")
    return float(value)


class Pacer:
    """One slot per 1/rate seconds; the action happens at a random moment inside its slot."""

    def __init__(self, rate: float, rng: random.Random, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = checked_rate(rate)
        self._random = rng
        self._clock = clock
        self._slot = clock()

    @property
    def rate(self) -> float:
        return self._rate

    def change(self, rate: float) -> None:
        self._rate = checked_rate(rate)
        self._slot = self._clock()

    def next_due(self) -> float | None:
        """The moment of the next action on the clock; None while the rate is 0."""
        if not self._rate:
            return None
        width = 1 / self._rate
        self._slot = max(self._slot + width, self._clock() - LARGEST_BACKLOG_S)
        return self._slot + self._random.random() * width
