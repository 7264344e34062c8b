"""Times as sets of windows: what faults have touched, what is left, and which of it to compare with."""

from collections.abc import Iterable, Sequence
from typing import Final

from telemetry.records import Window

SECOND: Final = 1_000_000
# How long after its end a fault may still show: queues drain, connections back off, caches fill.
COOL_DOWN: Final = 10 * SECOND
# Right before its measured start a fault may be taking hold already.
GUARD: Final = SECOND
BEFORE: Final = 180 * SECOND  # as much untouched time as is compared with, if there is as much
FARTHEST: Final = 900 * SECOND  # and how far back it may lie
ENOUGH: Final = 15 * SECOND


def complement(window: Window, busy: Iterable[Window]) -> list[Window]:
    """What is left of the window, in order."""
    left, position = [], window.start
    for taken in sorted(busy, key=lambda each: each.start):
        if taken.start >= window.end:
            break
        if taken.start > position:
            left.append(Window(position, taken.start))
        position = max(position, taken.end)
    if position < window.end:
        left.append(Window(position, window.end))
    return left


def widened(start: int, end: int, cool_down: int = COOL_DOWN) -> Window:
    """A fault's time, and what of it may linger."""
    return Window(start, max(start, end) + max(1, cool_down))


def length(windows: Iterable[Window]) -> int:
    return sum(window.end - window.start for window in windows)


def clean_before(start: int, anywhere: Sequence[Window], here: Sequence[Window], amount: int = BEFORE) -> list[Window]:
    """Up to `amount` of untouched time, the latest there is: free of any fault, or if that is too little, here.

    Pieces shorter than two seconds are left out: they hold no whole second and no two samples.
    """
    span = Window(start - FARTHEST, start - GUARD)
    everywhere = _latest(complement(span, anywhere), amount)
    return everywhere if length(everywhere) >= ENOUGH else _latest(complement(span, here), amount)


def _latest(windows: Iterable[Window], missing: int) -> list[Window]:
    chosen: list[Window] = []
    for window in sorted(windows, key=lambda each: each.start, reverse=True):
        if missing < 2 * SECOND:
            break
        if window.end - window.start < 2 * SECOND:
            continue
        chosen.append(Window(max(window.start, window.end - missing), window.end))
        missing -= chosen[-1].end - chosen[-1].start
    return chosen[::-1]
