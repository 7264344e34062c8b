"""How much time each case of a planned campaign will have on either side of its fault. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.planner import BEFORE_S, CHECKS_S, Plan, group_seconds
from campaigns.schema import CampaignFile
from dataset_builder.formats.case_sides import LONGEST_S, MICROSECONDS, Trouble, sides
from telemetry_store.window import Window

ENOUGH_S: Final = 60  # a side; with less, methods can't tell a fault from noise


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """Whole seconds, as expected: what has to wait for a steady system comes later."""

    group: int
    begins: int  # after the start of the campaign
    before: int  # seconds of normal time before the fault
    after: int  # from its start until the next fault, or the campaign's end
    each_side: int  # of the case, in the middle of which the fault stands


def planned_cases(file: CampaignFile, plan: Plan) -> list[PlannedCase]:
    """What `dataset_builder` would make of it, had the dataset the campaign's time but for its warm-up.

    An event makes no case, and bounds none: it is part of the normal time around it, as what a detector must not take
    for a fault.
    """
    by_group = {number: trouble for number, trouble, is_event in _timed(plan) if not is_event}
    troubles = list(by_group.values())
    window = Window(_us(file.warm_up), _us(plan.seconds))
    cases = []
    for number, trouble in by_group.items():
        others = [other for other in troubles if other is not trouble]
        first, last = (bound.moment for bound in sides(trouble.start, others, window))
        before, after = (seconds // MICROSECONDS for seconds in (trouble.start - first, last - trouble.start))
        each = max(0, min(before, after, LONGEST_S))
        cases.append(PlannedCase(number, trouble.start // MICROSECONDS, max(0, before), after, each))
    return cases


def warnings(cases: Sequence[PlannedCase]) -> list[str]:
    """What of it will not serve root-cause analysis, in words."""
    short = [case for case in cases if case.each_side < ENOUGH_S]
    if not short:
        return []
    least = min(case.each_side for case in short)
    return [
        f"{len(short)} of {len(cases)} cases have fewer than {ENOUGH_S} s on a side (the shortest {least} s): too few "
        "for root-cause analysis. Longer: normal_before, normal_after, or shape: rca."
    ]


def _timed(plan: Plan) -> Iterator[tuple[int, Trouble, bool]]:
    """When each group begins and ends if nothing has to wait, and whether it is an event."""
    now = 0.0
    for number, group in enumerate(plan.groups):
        pause = group[0].pause if number == 0 else max(group[0].pause, CHECKS_S)
        start = now + pause + BEFORE_S
        now = now + pause + group_seconds(group)
        yield number, Trouble(str(group[0].index + 1), _us(start), _us(now)), group[0].is_event


def _us(seconds: float) -> int:
    return round(seconds * MICROSECONDS)
