"""How far a case may reach to either side of the start of its fault, and what keeps it from reaching further.

Pure numbers: the planner of campaigns asks it about times that are to come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry_store.window import Window

MICROSECONDS: Final = 1_000_000
LONGEST_S: Final = 720  # seconds at most on each side of the start, as RCAEval's RE2 and RE3 have it
RECOVERY_S: Final = 10  # a fault that is over may still show for so long
NEVER: Final = 1 << 62
WINDOW: Final = "the dataset's window"
OTHER_PODS: Final = "a pod that had not recovered from an earlier fault"


@dataclass(frozen=True, slots=True)
class Bound:
    moment: int  # UTC microseconds
    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """When a fault, or several that belong together, really hurt; UTC microseconds."""

    name: str
    start: int
    over: int


def sides(start: int, others: Sequence[Trouble], window: Window, normal: Sequence[Window] = ()) -> tuple[Bound, Bound]:
    """Where the normal part may begin, and where the part with the fault has to end.

    `normal`: the parts of the window in which no pod shows a fault; empty when that is not known.
    """
    before = max(_earliest(start, others, window, normal), key=lambda bound: bound.moment)
    after = min(_latest(start, others, window), key=lambda bound: bound.moment)
    return before, after


def _earliest(start: int, others: Sequence[Trouble], window: Window, normal: Sequence[Window]) -> Iterator[Bound]:
    """After whatever else was wrong."""
    yield Bound(window.start, WINDOW)
    earlier = [other for other in others if other.start < start]
    yield from (Bound(other.over + RECOVERY_S * MICROSECONDS, f"injection {other.name}") for other in earlier)
    before = [each.start for each in normal if each.start < start <= each.end]
    if normal:
        yield Bound(max(before, default=NEVER), OTHER_PODS)


def _latest(start: int, others: Sequence[Trouble], window: Window) -> Iterator[Bound]:
    """Before another one begins."""
    yield Bound(window.end, WINDOW)
    later = [other for other in others if other.start >= start]
    yield from (Bound(other.start, f"injection {other.name}") for other in later)
