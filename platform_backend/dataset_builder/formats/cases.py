"""Injections as cases: for each, a stretch of time around its start that no other fault reaches into.

Injections that were ordered as one, together or as a cascade, are one case. It is named after those that began it:
what follows them is not where the trouble came from.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dataset_builder.events import Event, events_in
from dataset_builder.formats.base import Export
from dataset_builder.formats.case_sides import LONGEST_S, NEVER, Bound, Trouble, sides
from dataset_builder.labels import MICROSECONDS, NOT_VETTED, Injection, PodLabel, in_window
from telemetry_store.window import Window

FULL_S: Final = 600  # what RCAEval's evaluation takes of each side

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
class Unit:
    """Injections that are one case: one alone, or those ordered as one, in the order of their true starts."""

    true: Sequence[Injection]
    labelled: Sequence[Injection]  # the same, with the labels as the export gives them

    @property
    def start(self) -> int:
        """True, UTC microseconds."""
        return first_start(self.true[0])

    @property
    def trouble(self) -> Trouble:
        return Trouble(self.true[0].injection_id, self.start, max(_over(each) for each in self.true))

    @property
    def causes(self) -> Sequence[Injection]:
        """Without those that followed by an offset; should their first be missing, what is left is the cause."""
        least = min(each.after_s for each in self.labelled)
        return [each for each in self.labelled if each.after_s == least]


@dataclass(frozen=True, slots=True)
class Case:
    """Rows of `step_s` seconds: as many before `inject_s` as from it on. Times in UTC seconds."""

    unit: Unit
    number: int  # from 1, among the cases of the same services and fault
    inject_s: int
    half_s: int
    step_s: int
    cut_by: Sequence[str]  # why it is shorter than LONGEST_S on each side; empty: it is not
    normal: str  # what was found in the part before the start, as normal.json has it
    events: Sequence[Event] = ()  # that happened in its time

    @property
    def folder(self) -> str:
        return f"{name_of(self.unit)}/{self.number}"

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
    numbers: Counter[str] = Counter()
    known = units(export)
    for unit in known:
        case = _case(export, unit, [other.trouble for other in known if other is not unit])
        if isinstance(case, str):
            skipped += [Skipped(each, case) for each in unit.labelled]
            continue
        numbers[name_of(unit)] += 1
        made = Case(unit, number=numbers[name_of(unit)], **case)
        found.append(replace(made, events=events_in(export.events, made.window)))
    return found, skipped


def units(export: Export) -> list[Unit]:
    """In the order of the true starts."""
    injections = in_window(export.injections, export.window)
    members: dict[str, list[tuple[Injection, Injection]]] = {}
    for true, labelled in zip(injections, export.knobs.labels(injections), strict=True):
        members.setdefault(true.group or true.injection_id, []).append((true, labelled))
    return [Unit(*zip(*pairs, strict=True)) for pairs in members.values()]


def name_of(unit: Unit) -> str:
    """`<services>_<fault>` of its causes."""
    services = sorted({service for each in unit.causes for service in services_of(each)})
    faults = sorted({FAULTS.get(each.kind, each.kind) for each in unit.causes})
    return f"{'+'.join(services)}_{'+'.join(faults)}"


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
    return sorted({label.service for label in _hurt(injection)})


def _case(export: Export, unit: Unit, others: Sequence[Trouble]) -> dict[str, Any] | str:
    """The fields of a case, or why there can't be one."""
    inject_s = first_start(unit.labelled[0]) // MICROSECONDS
    before, after = sides(unit.start, others, export.window, export.normal)
    reaches = [(inject_s - -(-before.moment // MICROSECONDS), before), (after.moment // MICROSECONDS - inject_s, after)]
    half, bound = min(reaches, key=_seconds)
    step = max(1, export.knobs.metric_step_s)
    half = min(half, LONGEST_S) // step * step
    if half < step:
        return f"no time around its start is free of other influences: {bound.reason}"
    return {
        "inject_s": inject_s,
        "half_s": half,
        "step_s": step,
        "normal": _verdict(export, inject_s - half, inject_s),
        "cut_by": [reach.reason for seconds, reach in reaches if seconds < min(LONGEST_S, half + step)],
    }


def _verdict(export: Export, start_s: int, end_s: int) -> str:
    if export.vetted is None:
        return NOT_VETTED
    return export.vetted.verdict(start_s * MICROSECONDS, end_s * MICROSECONDS)


def _seconds(reach: tuple[int, Bound]) -> int:
    return reach[0]


def _hurt(injection: Injection) -> list[PodLabel]:
    return [label for label in injection.pods if label.start is not None]


def _over(injection: Injection) -> int:
    ends = [injection.over_by if label.end is None else label.end for label in _hurt(injection)]
    return max(NEVER if end is None else end for end in ends)


def _case_record(case: Case) -> dict[str, Any]:
    unit = case.unit
    hurt = [label for each in unit.causes for label in _hurt(each)]
    return {
        "folder": case.folder,
        "injection": unit.causes[0].injection_id,
        "kind": unit.causes[0].kind,
        "services": sorted({label.service for label in hurt}),
        "pods": sorted(label.pod for label in hurt),
        "inject_time": case.inject_s,
        "seconds_each_side": case.half_s,
        "step_s": case.step_s,
        "short": case.is_short,
        "normal": case.normal,
        "cut_by": list(case.cut_by),
        "effects": sorted({label.effect for label in hurt}),
        "injections": [_injection_record(each) for each in unit.labelled],
        "events": [_event_record(each) for each in case.events],
    }


def _event_record(event: Event) -> dict[str, Any]:
    return {
        "event": event.event_id,
        "kind": event.kind,
        "service": event.service,
        "start": event.start,
        "end": event.end,
    }


def _injection_record(injection: Injection) -> dict[str, Any]:
    return {
        "injection": injection.injection_id,
        "kind": injection.kind,
        "services": services_of(injection),
        "pods": sorted(label.pod for label in _hurt(injection)),
        "after_s": injection.after_s,
    }
