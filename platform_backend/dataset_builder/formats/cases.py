"""Injections as cases: for each, a stretch of time around its start that no other fault reaches into."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dataset_builder.formats.base import Export
from dataset_builder.labels import MICROSECONDS, Injection, in_window
from telemetry_store.window import Window

HALF_S: Final = 720  # seconds at most on each side of the start, as RCAEval's RE2 and RE3 have it
FULL_S: Final = 600  # what RCAEval's evaluation takes of each side
RECOVERY_US: Final = 10 * MICROSECONDS  # a fault that is over may still show for so long
NEVER: Final = 1 << 62
WINDOW: Final = "the dataset's window"
OTHER_PODS: Final = "a pod that had not recovered from an earlier fault"

# RCAEval's names of the same faults, by which its evaluation groups its results; other kinds keep their own.
FAULTS: Final = {
    "cpu-stress": "cpu",
    "memory-stress": "mem",
    "network-delay": "delay",
    "network-loss": "loss",
    "io-latency": "disk",
    "io-fault": "disk",
}


@dataclass(frozen=True, slots=True)
class Bound:
    moment: int  # UTC microseconds
    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """When an injection really hurt; UTC microseconds."""

    injection_id: str
    start: int
    over: int


@dataclass(frozen=True, slots=True)
class Case:
    """Rows of `step_s` seconds: as many before `inject_s` as from it on. Times in UTC seconds."""

    injection: Injection  # with the labels as the export gives them
    services: Sequence[str]
    fault: str
    number: int  # from 1, among the cases of the same services and fault
    inject_s: int
    half_s: int
    step_s: int
    cut_by: Sequence[str]  # why it is shorter than HALF_S on each side; empty: it is not

    @property
    def folder(self) -> str:
        return f"{'+'.join(self.services)}_{self.fault}/{self.number}"

    @property
    def window(self) -> Window:
        start, end = self.inject_s - self.half_s, self.inject_s + self.half_s
        return Window(start * MICROSECONDS, end * MICROSECONDS)

    @property
    def is_short(self) -> bool:
        return self.half_s < FULL_S


@dataclass(frozen=True, slots=True)
class Skipped:
    """An injection without a case."""

    injection: Injection
    reason: str


def cases(export: Export) -> tuple[list[Case], list[Skipped]]:
    """In the order of the true starts. Windows are cut by what was really there, and centred on the labels."""
    found, skipped = [], []
    numbers: Counter[tuple[str, str]] = Counter()
    injections = in_window(export.injections, export.window)
    troubles = [Trouble(each.injection_id, first_start(each), _over(each)) for each in injections]
    for true, labelled in zip(injections, export.knobs.labels(injections), strict=True):
        case = _case(export, true, labelled, troubles)
        if isinstance(case, Skipped):
            skipped.append(case)
            continue
        key = ("+".join(case["services"]), case["fault"])
        numbers[key] += 1
        found.append(Case(**case, number=numbers[key]))
    return found, skipped


def cases_record(found: Sequence[Case], skipped: Sequence[Skipped]) -> dict[str, Any]:
    """The content of cases.json."""
    return {
        "cases": [_case_record(case) for case in found],
        "skipped": [
            {"injection": each.injection.injection_id, "kind": each.injection.kind, "reason": each.reason}
            for each in skipped
        ],
    }


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def first_start(injection: Injection) -> int:
    """When the fault took hold of its first pod; the injection has to have a label with a start."""
    return min(label.start for label in injection.pods if label.start is not None)


def services_of(injection: Injection) -> list[str]:
    """Those that were hurt."""
    return sorted({label.service for label in injection.pods if label.start is not None})


def _case(
    export: Export, true: Injection, labelled: Injection, troubles: Sequence[Trouble]
) -> dict[str, Any] | Skipped:
    others = [each for each in troubles if each.injection_id != true.injection_id]
    start, inject_s = first_start(true), first_start(labelled) // MICROSECONDS
    before = max(_earliest(export, start, others), key=lambda bound: bound.moment)
    after = min(_latest(export, start, others), key=lambda bound: bound.moment)
    sides = [(inject_s - -(-before.moment // MICROSECONDS), before), (after.moment // MICROSECONDS - inject_s, after)]
    half, bound = min(sides, key=lambda side: side[0])
    step = max(1, export.knobs.metric_step_s)
    half = min(half, HALF_S) // step * step
    if half < step:
        return Skipped(labelled, f"no time around its start is free of other influences: {bound.reason}")
    return {
        "injection": labelled,
        "services": services_of(true),
        "fault": FAULTS.get(true.kind, true.kind),
        "inject_s": inject_s,
        "half_s": half,
        "step_s": step,
        "cut_by": [reach.reason for seconds, reach in sides if seconds < min(HALF_S, half + step)],
    }


def _earliest(export: Export, start: int, others: Sequence[Trouble]) -> Iterator[Bound]:
    """Where the normal part may begin: after whatever else was wrong."""
    yield Bound(export.window.start, WINDOW)
    earlier = [other for other in others if other.start < start]
    yield from (Bound(other.over + RECOVERY_US, f"injection {other.injection_id}") for other in earlier)
    normal = [each.start for each in export.normal if each.start < start <= each.end]
    if export.normal:
        yield Bound(max(normal, default=NEVER), OTHER_PODS)


def _latest(export: Export, start: int, others: Sequence[Trouble]) -> Iterator[Bound]:
    """Where the part with the fault has to end: before another one begins."""
    yield Bound(export.window.end, WINDOW)
    later = [other for other in others if other.start >= start]
    yield from (Bound(other.start, f"injection {other.injection_id}") for other in later)


def _over(injection: Injection) -> int:
    hurt = [label for label in injection.pods if label.start is not None]
    ends = [injection.over_by if label.end is None else label.end for label in hurt]
    return max(NEVER if end is None else end for end in ends)


def _case_record(case: Case) -> dict[str, Any]:
    hurt = [label for label in case.injection.pods if label.start is not None]
    return {
        "folder": case.folder,
        "injection": case.injection.injection_id,
        "kind": case.injection.kind,
        "services": list(case.services),
        "pods": sorted(label.pod for label in hurt),
        "inject_time": case.inject_s,
        "seconds_each_side": case.half_s,
        "step_s": case.step_s,
        "short": case.is_short,
        "cut_by": list(case.cut_by),
        "effects": sorted({label.effect for label in hurt}),
    }
