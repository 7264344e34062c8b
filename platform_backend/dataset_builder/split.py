"""Train and test: whole injections to either side, and times of the window that hold nothing of the other side.

Injections whose traces in the telemetry meet or overlap stay together. A trace is the time from the first label to
the last, widened by the reach of faults, and whatever the platform does not count as normal around it, such as the
quarantine of a pod that did not recover. Sides are balanced by kind of fault, in an order drawn by the seed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from dataset_builder.knobs.hashing import hash_text, key_of
from dataset_builder.labels import Injection, Reach, in_window
from telemetry_store.window import Window

Side = Literal["train", "test"]
SIDES: Final[tuple[Side, Side]] = ("train", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """Ids of injections and times by side; together the times are the window but for what neither may use."""

    injections: dict[Side, list[str]]
    windows: dict[Side, list[Window]]

    def to_record(self) -> dict[str, Any]:
        """The content of split.json."""
        return {side: {"injections": self.injections[side], "windows": _records(self.windows[side])} for side in SIDES}


@dataclass(slots=True)
class _Group:
    """Injections that can't be told apart in time; without any: a time that no side may use."""

    start: int
    end: int
    injections: list[Injection] = field(default_factory=list)
    side: Side | None = None

    def order(self, key: int) -> tuple[int, int]:
        """Large groups first, as they are hard to balance; then as drawn."""
        return -len(self.injections), hash_text(key, *(each.injection_id for each in self.injections))


def split_injections(
    injections: Sequence[Injection],
    *,
    window: Window,
    normal: Sequence[Window],
    reach: Reach,
    train_fraction: float,
    seed: int,
) -> Split:
    """`injections`: with their true times; `normal`: the parts of the window in which no pod shows a fault."""
    groups = _groups(in_window(injections, window), window, normal, reach)
    faulty = [group for group in groups if group.injections]
    _assign(sorted(faulty, key=lambda group: group.order(key_of(seed, "split"))), train_fraction)
    members: dict[Side, list[str]] = {
        side: [each.injection_id for group in faulty if group.side == side for each in group.injections]
        for side in SIDES
    }
    return Split(injections=members, windows=_windows(groups, window, train_fraction))


def _groups(injections: Sequence[Injection], window: Window, normal: Sequence[Window], reach: Reach) -> list[_Group]:
    """In order of time, none touching the next."""
    traces = _traces(injections, window, reach)
    busy = [_Group(*span) for span in _between(normal, window)]
    groups: list[_Group] = []
    for each in sorted([*traces, *busy], key=lambda group: (group.start, group.end)):
        if groups and each.start <= groups[-1].end:
            groups[-1].end = max(groups[-1].end, each.end)
            groups[-1].injections += each.injections
        else:
            groups.append(each)
    return groups


def _traces(injections: Sequence[Injection], window: Window, reach: Reach) -> list[_Group]:
    """Those that were ordered as one are one, also where they lie apart."""
    ordered: dict[str, _Group] = {}
    for each in injections:
        trace, known = _trace(each, window, reach), ordered.get(each.group or each.injection_id)
        if known is not None:
            trace = _Group(min(known.start, trace.start), max(known.end, trace.end), [*known.injections, each])
        ordered[each.group or each.injection_id] = trace
    return list(ordered.values())


def _trace(injection: Injection, window: Window, reach: Reach) -> _Group:
    starts = [label.start for label in injection.pods if label.start is not None]
    ends = [_end(label.end, injection, window) for label in injection.pods if label.start is not None]
    start, end = min(starts) - reach.before, max(*starts, *ends) + reach.after
    return _Group(max(start, window.start), min(end, window.end), [injection])


def _end(end: int | None, injection: Injection, window: Window) -> int:
    if end is not None:
        return end
    return window.end if injection.over_by is None else injection.over_by


def _between(normal: Sequence[Window], window: Window) -> Iterable[tuple[int, int]]:
    """What is left of the window."""
    position = window.start
    for each in sorted(normal, key=lambda part: part.start):
        if each.start > position:
            yield position, each.start
        position = max(position, each.end)
    if position < window.end:
        yield position, window.end


def _assign(groups: Sequence[_Group], train_fraction: float) -> None:
    """Each to the side that is then nearest to its share, of each kind and of all; neither side stays empty."""
    train: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for group in groups:
        kinds = Counter(each.kind for each in group.injections)
        kinds[""] = len(group.injections)  # all kinds together
        seen += kinds
        if _imbalance(train + kinds, seen, train_fraction) <= _imbalance(train, seen, train_fraction):
            group.side = "train"
            train += kinds
        else:
            group.side = "test"
    _leave_none_empty(groups)


def _imbalance(train: Counter[str], seen: Counter[str], train_fraction: float) -> float:
    return sum((train[kind] - train_fraction * count) ** 2 for kind, count in seen.items())


def _leave_none_empty(groups: Sequence[_Group]) -> None:
    sides = {group.side for group in groups}
    if len(groups) > 1 and len(sides) == 1:
        groups[-1].side = "test" if "train" in sides else "train"


def _windows(groups: Sequence[_Group], window: Window, train_fraction: float) -> dict[Side, list[Window]]:
    """Time between two groups is cut where the sides change: halfway, or where no side may be."""
    windows: dict[Side, list[Window]] = {"train": [], "test": []}
    faulty = [group for group in groups if group.injections]
    if not faulty:
        cut = window.start + round((window.end - window.start) * train_fraction)
        edges: list[tuple[Side, int, int]] = [("train", window.start, cut), ("test", cut, window.end)]
    else:
        edges = list(_edges(faulty, window))
    unusable = [group for group in groups if not group.injections]
    for side, start, end in edges:
        windows[side] += _without(unusable, start, end)
    return windows


def _edges(groups: Sequence[_Group], window: Window) -> Iterable[tuple[Side, int, int]]:
    start = window.start
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        if following is None:
            end = window.end
        elif following.side == group.side:
            continue
        else:
            end = (group.end + following.start) // 2
        yield group.side or "train", start, end
        start = end


def _without(unusable: Sequence[_Group], start: int, end: int) -> Iterable[Window]:
    for group in unusable:
        if group.end <= start or group.start >= end:
            continue
        if group.start > start:
            yield Window(start, group.start)
        start = max(start, group.end)
    if start < end:
        yield Window(start, end)


def _records(windows: Sequence[Window]) -> list[dict[str, int]]:
    return [{"start": each.start, "end": each.end} for each in windows]
