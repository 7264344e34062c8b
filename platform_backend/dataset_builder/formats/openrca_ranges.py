"""Which time a task of the openrca format is about. Pure numbers, seconds since 1970.

A range that follows from the clock, or is short, gives the time of its failure away: the middle of two minutes is
within a minute of every moment in them. So a time is asked for only in a long range that could lie anywhere around
its failure, and lies where a seeded hash puts it: then every place in the range is as likely as any other.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

# OpenRCA's evaluation tries every order of the answers, so a task is about few failures.
FAILURES_AT_MOST: Final = 3
MINUTE_S: Final = 60
LENGTHS_S: Final = tuple(minutes * MINUTE_S for minutes in (30, 20, 15, 10, 5, 2, 1))
# Where a time is asked for: a guess that is the same for all is right in one of seven at most.
TIMED_LENGTHS_S: Final = tuple(minutes * MINUTE_S for minutes in (30, 20, 15))
TOGETHER_S: Final = 5  # failures of one injection begin so close to each other
DRAWS: Final = 16


@dataclass(frozen=True, slots=True)
class Range:
    """[start, end), and which of the failures, by their place in the list, lie in it."""

    start: int
    end: int
    inside: range

    @property
    def middle(self) -> int:
        return (self.start + self.end) // 2


@dataclass(frozen=True, slots=True)
class Ranges:
    """`moments` of all failures, sorted; `start` and `end` of the telemetry."""

    moments: Sequence[int]
    start: int
    end: int

    def timed(self, place: int, draw: "Draw") -> Range | None:
        """For the failure at this place; None where every range would tell something about its time."""
        moment = self.moments[place]
        for length in TIMED_LENGTHS_S:
            near = self._between(moment - length + 1, moment + length)
            first, last = self.moments[near.start], self.moments[near.stop - 1]
            is_alone = last - first <= TOGETHER_S and len(near) <= FAILURES_AT_MOST
            if is_alone and self.start <= moment - length and moment + length <= self.end:
                return self._range(first - draw.below(length - (last - first), f"timed/{length}"), length)
        return None

    def any(self, place: int, draw: "Draw") -> Range:
        """The longest that is found with few failures in it; of the shortest, whatever is in it."""
        for length in LENGTHS_S:
            found = next((each for each in self._drawn(place, length, draw) if self._is_small(each)), None)
            if found is not None:
                return found
        moment = self.moments[place]
        return self._range(moment - draw.below(LENGTHS_S[-1], "least"), LENGTHS_S[-1])

    def _drawn(self, place: int, length: int, draw: "Draw") -> Iterator[Range]:
        """Ranges of the telemetry that hold the failure."""
        moment = self.moments[place]
        first, last = max(self.start, moment - length + 1), min(moment, self.end - length)
        if first <= last:
            for number in range(DRAWS):
                yield self._range(first + draw.below(last - first + 1, f"{length}/{number}"), length)

    def _range(self, start: int, length: int) -> Range:
        return Range(start, start + length, self._between(start, start + length))

    def _between(self, start: int, end: int) -> range:
        return range(bisect_left(self.moments, start), bisect_left(self.moments, end))

    def _is_small(self, found: Range) -> bool:
        return len(found.inside) <= FAILURES_AT_MOST


@dataclass(frozen=True, slots=True)
class Draw:
    """Numbers that follow from a seed and a name."""

    seed: int
    name: str

    def below(self, bound: int, purpose: str) -> int:
        return self.word(purpose) % bound

    def word(self, purpose: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{self.name}/{purpose}".encode()).digest()[:8])
