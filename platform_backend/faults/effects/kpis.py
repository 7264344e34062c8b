"""Key performance indicators of one pod as series of points: per second of calls, per tick of samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from faults.effects.readings import Readings
from faults.effects.statistics import Share
from telemetry.records import Window

Shape = Literal["level", "share", "events"]
MILLISECOND: Final = 1000


@dataclass(frozen=True, slots=True)
class Point:
    """A level is `value`; a share is `value` of `total`; events are `value` in `total` seconds."""

    time: int
    value: float
    total: float = 1.0

    @property
    def share(self) -> Share:
        return Share(self.value, self.total)


@dataclass(frozen=True, slots=True)
class Context:
    """`slow`: calls that take longer, in microseconds, are slow; learnt from the time before. `failing`: share of the
    calls that the host makes fail on top of those that do.
    """

    readings: Readings
    slow: float
    pod: str
    failing: float = 0.0


Points = Callable[[Context, Window], Sequence[Point]]
# Times at which single calls show that something is wrong; the third argument is the level beyond which it is.
Signs = Callable[[Context, Window, float], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Kpi:
    """`smallest` and `relative` are what a change of a level has to exceed, whichever is more, to matter at all;
    of shares and events, `smallest` alone. `distinct` is the least Cliff's delta.

    `harm` is the side on which a pod has not recovered: 1 above the band of before, -1 below. `side` is the side to
    which the fault moves it, where that is not the same; 0: to either.

    `expected` is the share during, by that before, which the fault leaves if it does what it should.
    """

    name: str
    unit: str
    shape: Shape
    points: Points
    smallest: float
    relative: float = 0.0
    distinct: float = 0.5
    harm: Literal[1, -1] = 1
    side: Literal[1, 0, -1] | None = None
    signs: Signs | None = None
    before: Points | None = None  # where it is not `points` that says what is usual
    others: Points | None = None  # the same share of uninvolved calls
    of_calls: bool = False  # uninvolved calls tell what the host has done to it
    by_host: bool = True  # a busy machine moves it as well, or hides that it moved
    by_load: bool = False  # another rate of requests moves it as well
    is_rate: bool = False  # it counts requests
    expected: Callable[[float], float] | None = None
    sure: bool = False  # so much of it is the fault's work whatever the machine does

    @property
    def must_move(self) -> bool:
        """No fault of its kind leaves it as it was."""
        return self.sure or self.expected is not None or not self.by_host

    def least_change(self, before: float) -> float:
        return max(self.smallest, self.relative * abs(before))

    @property
    def towards(self) -> int:
        """To which side the fault moves it; upwards, where it may be either."""
        return self.side or self.harm

    def is_towards(self, change: float) -> bool:
        return change * self.towards > 0 or (self.side == 0 and change != 0)
