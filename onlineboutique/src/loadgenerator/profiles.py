"""How the load moves over time, as a factor of the rate that is set; a day passes in `period_s` seconds."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

SHORTEST_S: Final = 10.0
LONGEST_S: Final = 86_400.0
DEFAULT_PERIOD_S: Final = 1200.0
MOST_STEPS: Final = 1440  # of what is replayed: a day by the minute

SWING: Final = 0.6  # of the mean, by which night and day differ from it
BURST: Final = 2.5
BURST_LASTS: Final = 0.08  # of the period; one burst in each
STEPS: Final = (0.5, 0.8, 1.2, 1.5)


class BadProfile(ValueError):
    """The message is for who asked for it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`series`: what is replayed, in any unit; its mean counts as the rate that is set."""

    name: str = "constant"
    period_s: float = DEFAULT_PERIOD_S
    series: tuple[float, ...] = ()

    def factor(self, seconds: float, seed: int) -> float:
        """So long after it began. 0 or more; over a period, 1 on average."""
        return _FACTORS[self.name](self, seconds, seed)


def checked(name: object = "constant", period_s: object = DEFAULT_PERIOD_S, series: object = ()) -> Profile:
    """Raises BadProfile."""
    if not isinstance(name, str) or name not in _FACTORS:
        raise BadProfile(f"profile is {name!r}; expected one of {', '.join(_FACTORS)}")
    if not _is_number(period_s) or not SHORTEST_S <= float(period_s) <= LONGEST_S:  # type: ignore[arg-type]
        raise BadProfile(f"period_s is {period_s!r}; expected {SHORTEST_S:g} to {LONGEST_S:g} seconds")
    return Profile(name, float(period_s), _series(series, wanted=name == "replay"))  # type: ignore[arg-type]


def _series(series: object, *, wanted: bool) -> tuple[float, ...]:
    values = series if isinstance(series, list | tuple) else ()
    if not wanted and not values:
        return ()
    good = wanted and 2 <= len(values) <= MOST_STEPS and all(_is_number(each) and each >= 0 for each in values)
    if not good or not sum(values):
        raise BadProfile(f"series is for replay: 2 to {MOST_STEPS} numbers, none below 0, not all of them 0")
    return tuple(map(float, values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _constant(profile: Profile, seconds: float, seed: int) -> float:
    return 1.0


def _diurnal(profile: Profile, seconds: float, seed: int) -> float:
    """A day that begins in the morning, when the load is at its mean and rises."""
    return 1 + SWING * math.sin(2 * math.pi * seconds / profile.period_s)


def _burst(profile: Profile, seconds: float, seed: int) -> float:
    """Once in a period, at a random time, many times the load; else a little less than the mean."""
    number, into = divmod(seconds / profile.period_s, 1)
    begins = random.Random(f"{seed}:burst:{number:.0f}").uniform(0, 1 - BURST_LASTS)  # noqa: S311 - reproducible
    usual = (1 - BURST * BURST_LASTS) / (1 - BURST_LASTS)
    return BURST if begins <= into < begins + BURST_LASTS else usual


def _steps(profile: Profile, seconds: float, seed: int) -> float:
    """Each level once in a period, in random order."""
    number, into = divmod(seconds / profile.period_s, 1)
    order = random.Random(f"{seed}:steps:{number:.0f}").sample(STEPS, len(STEPS))  # noqa: S311
    return _at(order, into)


def _replay(profile: Profile, seconds: float, seed: int) -> float:
    mean = sum(profile.series) / len(profile.series)
    return _at(profile.series, seconds / profile.period_s % 1) / mean


def _at(values: Sequence[float], share: float) -> float:
    return values[min(int(share * len(values)), len(values) - 1)]


_FACTORS: Final[dict[str, Callable[[Profile, float, int], float]]] = {
    "constant": _constant,
    "diurnal": _diurnal,
    "burst": _burst,
    "steps": _steps,
    "replay": _replay,
}
