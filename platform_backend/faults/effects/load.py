"""Changes of the load on purpose: they move calls as faults do, so only times at the same load are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from faults.windows import FARTHEST, SECOND
from telemetry.records import Window

# Until requests under way are done and the load generator has its new pace.
SETTLING: Final = 5 * SECOND


@dataclass(frozen=True, slots=True)
class LoadChange:
    """From then on (UTC microseconds) so many requests a second were asked for."""

    at: int
    rate: float


def changes_only(entries: Sequence[LoadChange]) -> list[LoadChange]:
    """Without those that set what was set already. In order of time."""
    ordered = sorted(entries, key=lambda each: each.at)
    return ordered[:1] + [later for earlier, later in pairwise(ordered) if later.rate != earlier.rate]


def other_load(changes: Sequence[LoadChange], start: int) -> list[Window]:
    """The times before `start` at another load than it had then, and what follows each change."""
    past = [change for change in changes if change.at <= start]
    if not past:
        return []
    edges = [start - FARTHEST, *(change.at for change in past), start]
    rates = [None, *(change.rate for change in past)]
    busy = [Window(change.at, change.at + SETTLING) for change in past]
    for (begin, end), rate in zip(pairwise(edges), rates, strict=True):
        if rate != past[-1].rate and begin < end:
            busy.append(Window(begin, end))
    return busy


def until_changed(changes: Sequence[LoadChange], during: Window) -> Window | None:
    """The part of a fault at the load that it began with; None when there is next to none."""
    first = min((change.at for change in changes if during.start < change.at < during.end), default=during.end)
    return Window(during.start, first) if first - during.start >= SETTLING or first == during.end else None


def told(changes: Sequence[LoadChange], during: Window) -> str:
    """The change nearest to the fault, in words; empty without any."""
    if not changes:
        return ""
    nearest = min(changes, key=lambda each: abs(each.at - during.start))
    earlier = [change.rate for change in changes if change.at < nearest.at]
    seconds = (nearest.at - during.start) / SECOND
    when = f"{-seconds:.0f} s before the fault" if seconds < 0 else f"{seconds:.0f} s into the fault"
    was = f"from {earlier[-1]:g} " if earlier else ""
    return f"the load was changed {was}to {nearest.rate:g} requests/s {when}"
