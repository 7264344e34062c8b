"""When who does what: visitors come at random (a Poisson process), stay for some actions, and think between them.

Times between arrivals, times to think and lengths of visits have no memory, so the number of visitors who are in the
shop is known for every rate, and a new rate holds at once: some more have come, or some have left.
"""

import heapq
import itertools
import math
import random
import time
from collections.abc import Callable
from typing import Final

from loadgenerator.plan import Action, Visit
from loadgenerator.profiles import Profile
from loadgenerator.rates import HIGHEST_RATE, checked_rate

SHOPPERS: Final = 40  # at once; who finds no place goes elsewhere
ACTIONS: Final = 4.0  # of a visit, on average
THINK_S: Final = 1.5  # on average, and less where there would be too many visitors at once:
MOST_VISITORS: Final = 24.0  # on average
TICK_S: Final = 1.0  # how often the rate follows the profile
SLOWEST: Final = 1e-6  # what is less is nothing: a visitor in months
STAYS: Final = 1 - 1 / ACTIONS


class Traffic:
    """Times are those of `clock`. `next_due` first, then `take`."""

    def __init__(
        self,
        seed: int,
        rate: float,
        profile: Profile | None = None,
        mistakes: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seed, self._mistakes, self._clock = seed, mistakes, clock
        self._random = random.Random(f"{seed}:traffic")  # noqa: S311 - reproducible
        self._rate, self._profile = checked_rate(rate), profile or Profile()
        self._begun = self._tick = clock()
        self._now_rate = 0.0  # as of the last tick
        self._arrival = math.inf
        self._visits = 0
        self._free = list(range(SHOPPERS))
        self._waiting: list[tuple[float, int, Visit]] = []  # heap of who acts when; the number breaks ties
        self._numbers = itertools.count()

    @property
    def rate(self) -> float:
        return self._rate

    @property
    def profile(self) -> Profile:
        return self._profile

    def change(self, rate: float, profile: Profile | None = None) -> None:
        """Raises BadRate. A new profile begins now, the same one goes on."""
        now = self._clock()
        self._rate = checked_rate(rate)
        if profile is not None and profile != self._profile:
            self._profile, self._begun = profile, now
        self._tick = now

    def next_due(self) -> float | None:
        """When to `take`; None while the rate is 0."""
        if not self._rate:
            self._follow(self._clock(), 0.0)
            return None
        while self._tick <= min(self._first(), self._clock()):
            factor = self._profile.factor(self._tick - self._begun, self._seed)
            rate = self._rate * factor
            self._follow(self._tick, min(rate, HIGHEST_RATE) if rate > SLOWEST else 0.0)
            self._tick += TICK_S
        return min(self._first(), self._tick)

    def _first(self) -> float:
        return min(self._arrival, self._waiting[0][0]) if self._waiting else self._arrival

    def take(self) -> Action | None:
        """What was due; nothing, if it was only time to look anew."""
        if self._first() >= self._tick:
            return None
        if self._waiting and self._waiting[0][0] <= self._arrival:
            due, _, visit = heapq.heappop(self._waiting)
        else:
            due, visit = self._arrival, self._welcome()
            self._arrival = due + self._random.expovariate(self._now_rate / ACTIONS)
        if self._random.random() < STAYS:
            self._wait(due, visit)
        else:
            self._free.append(visit.shopper)
        return next(visit)

    def hold_up(self, seconds: float) -> None:
        """All that is due comes so much later."""
        self._waiting = [(due + seconds, number, visit) for due, number, visit in self._waiting]
        self._arrival += seconds

    def _follow(self, now: float, rate: float) -> None:
        """From now on it is this rate."""
        if rate == self._now_rate:
            return
        before, after = _visitors(self._now_rate), _visitors(rate)
        slower = _think_s(rate) / _think_s(self._now_rate)
        self._now_rate = rate
        self._send_away(before, after)
        self._waiting = [(now + max(due - now, 0) * slower, number, visit) for due, number, visit in self._waiting]
        heapq.heapify(self._waiting)
        for _ in range(min(_poisson(after - before, self._random), len(self._free))):
            self._wait(now, self._welcome())
        self._arrival = now + self._random.expovariate(rate / ACTIONS) if rate else math.inf

    def _send_away(self, before: float, after: float) -> None:
        """Each stays by the same chance, if there are to be fewer."""
        if after >= before:
            return
        stays = [self._random.random() < after / before for _ in self._waiting]
        self._free += [each[2].shopper for each, stay in zip(self._waiting, stays, strict=True) if not stay]
        self._waiting = [each for each, stay in zip(self._waiting, stays, strict=True) if stay]

    def _welcome(self) -> Visit:
        """Without a free shopper somebody who is here already makes place."""
        if not self._free:
            self._free.append(self._waiting.pop()[2].shopper)
        self._visits += 1
        return Visit(self._seed, self._visits, self._free.pop(0), self._mistakes)

    def _wait(self, now: float, visit: Visit) -> None:
        due = now + self._random.expovariate(1 / _think_s(self._now_rate))
        heapq.heappush(self._waiting, (due, next(self._numbers), visit))


def _think_s(rate: float) -> float:
    return min(THINK_S, MOST_VISITORS / (rate * STAYS)) if rate else THINK_S


def _visitors(rate: float) -> float:
    """Who are in the shop and think, on average."""
    return rate * STAYS * _think_s(rate)


def _poisson(mean: float, rng: random.Random) -> int:
    count, passed = 0, rng.expovariate(1)
    while passed < mean:
        count, passed = count + 1, passed + rng.expovariate(1)
    return count
