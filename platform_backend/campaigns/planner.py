"""From a campaign file to its steps. Pure: the same file with the same seed gives the same plan, anywhere."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from campaigns.schema import CampaignFile, EventEntry, Fault, Member, Together, after, members
from common.parameters import complete
from dataset_builder.formats.case_sides import RECOVERY_S
from events.catalogue import CATALOGUE as EVENTS
from faults.catalogue import CATALOGUE

NAMESPACE: Final = UUID("4b0c3c0e-6f0a-5d35-9f0b-0d8f1b1a7c11")
NOBODY: Final = UUID(int=0)
# What a step takes besides its injection: to be found steady and take hold, and to be checked afterwards.
BEFORE_S: Final = 2.0
CHECKS_S: Final = 12.0
# What an event takes that does not last: each pod of a service is made anew, or a store is emptied.
EVENT_S: Final = 15.0
# What a fault that is over at once takes: the pod to start again.
AT_ONCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One injection, or one event. Those of one group are ordered as one: together, or as a cascade."""

    id: UUID
    index: int
    group: int
    fault: str
    service: str
    pods: str  # one or all
    draw: float  # in [0, 1): which pod of the service, see `pick`
    parameters: Mapping[str, Any]  # all of the kind's, defaults filled in
    duration: float  # seconds
    after: float  # seconds after the first of its group took hold
    follows: bool  # another one is the first of its group
    pause: float  # seconds without faults before its group
    allow_last_replica: bool
    repeat: int  # from 1
    is_event: bool = False  # then `fault` is the kind of an event, and `service` may be empty


@dataclass(frozen=True, slots=True)
class Plan:
    digest: str  # of the file's content: comments and layout do not count, the seed does
    steps: tuple[PlannedStep, ...]
    seconds: float  # expected

    @property
    def groups(self) -> list[tuple[PlannedStep, ...]]:
        return [tuple(steps) for _, steps in groupby(self.steps, key=lambda step: step.group)]


def plan(file: CampaignFile) -> Plan:
    digest = digest_of(file)
    # Only random() is promised to give the same numbers in every Python, so it alone is used.
    dice = random.Random(file.seed)  # noqa: S311  (nobody is kept from guessing)
    groups = list(_written(file))
    if file.order == "shuffled":
        keys = [dice.random() for _ in groups]
        groups = [groups[position] for position in sorted(range(len(groups)), key=lambda each: keys[each])]
    flat = [
        replace(step, group=number, follows=step is not group[0])
        for number, group in enumerate(groups)
        for step in group
    ]
    drawn = [replace(step, index=index, draw=dice.random()) for index, step in enumerate(flat)]
    pauses = [round(pause_before(file, each) + dice.random() * file.pause_jitter, 1) for each in range(len(groups))]
    steps = tuple(
        replace(step, id=uuid5(NAMESPACE, f"{digest}/{step.index}"), pause=pauses[step.group]) for step in drawn
    )
    made = Plan(digest, steps, 0.0)
    taken = sum(group_seconds(group) for group in made.groups)
    return replace(made, seconds=_quiet(pauses) + taken + last_pause(file))


def digest_of(file: CampaignFile) -> str:
    without = set() if file.events else {"events"}  # files of before there were events keep their digest
    content = json.dumps(file.model_dump(mode="json", exclude=without), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def pause_before(file: CampaignFile, group: int) -> float:
    """Seconds without faults before a group, at the least. The time between two serves both of them."""
    if group == 0:
        return file.warm_up + file.normal_before
    return max(file.normal_after, settled(file))


def settled(file: CampaignFile) -> float:
    """Seconds from the end of whatever was wrong until there was the normal time that an injection needs."""
    return file.normal_before + RECOVERY_S if file.normal_before else 0.0


def last_pause(file: CampaignFile) -> float:
    return max(file.normal_after, CHECKS_S)


def _quiet(pauses: Sequence[float]) -> float:
    """Checks of the group before take their time, too."""
    return pauses[0] + sum(max(pause, CHECKS_S) for pause in pauses[1:])


class Timed(Protocol):
    """An injection of a group, planned or under way."""

    @property
    def fault(self) -> str: ...
    @property
    def is_event(self) -> bool: ...
    @property
    def after(self) -> float: ...
    @property
    def duration(self) -> float: ...


def group_seconds(group: Iterable[Timed]) -> float:
    """How long it is expected to take from its first look at the system to the end of its last fault."""
    return BEFORE_S + max(step.after + lasts(step) for step in group)


def lasts(step: Timed) -> float:
    if step.is_event:
        return step.duration or EVENT_S
    kind = CATALOGUE.get(step.fault)  # a plan may be older than the catalogue
    return min(step.duration, AT_ONCE_S) if kind and kind.at_once else step.duration


def pick(pods: list[str], draw: float) -> str:
    """The pod that was drawn. `pods` are all of the service, however many it has by then."""
    return sorted(pods)[int(draw * len(pods))]


def _written(file: CampaignFile) -> Iterator[list[PlannedStep]]:
    """Groups in the order of the file; id, index, draw and pause follow once the order is known."""
    for repeat in range(1, file.repeats + 1):
        for entry in file.matrix:
            for chosen in _combinations(entry):
                steps = [_step(file, *each, repeat) for each in chosen]
                yield sorted(steps, key=lambda step: step.after)
        for event in file.events:
            for service in event.services or [""]:
                for given in event.combinations():
                    yield [_event_step(file, event, service, given, repeat)]


def _combinations(entry: Fault | Together) -> Iterator[tuple[tuple[Fault | Member, str, Mapping[str, Any]], ...]]:
    """Of each member one service and one value of each parameter."""
    yield from product(
        *(
            [(member, service, given) for service in member.services for given in member.combinations()]
            for member in members(entry)
        )
    )


def _step(
    file: CampaignFile, fault: Fault | Member, service: str, given: Mapping[str, Any], repeat: int
) -> PlannedStep:
    parameters, _ = complete(CATALOGUE[fault.fault], given)
    return PlannedStep(
        id=NOBODY,
        index=0,
        group=0,
        fault=fault.fault,
        service=service,
        pods=fault.pods,
        draw=0.0,
        parameters=parameters,
        duration=file.duration_of(fault),
        after=after(fault),
        follows=False,
        pause=0.0,
        allow_last_replica=file.allows_last_replica(fault),
        repeat=repeat,
    )


def _event_step(
    file: CampaignFile, entry: EventEntry, service: str, given: Mapping[str, Any], repeat: int
) -> PlannedStep:
    parameters, _ = complete(EVENTS[entry.event], given)
    return PlannedStep(
        id=NOBODY,
        index=0,
        group=0,
        fault=entry.event,
        service=service,
        pods="all",
        draw=0.0,
        parameters=parameters,
        duration=file.event_duration_of(entry) or 0.0,
        after=0.0,
        follows=False,
        pause=0.0,
        allow_last_replica=file.allows_last_replica(entry),
        repeat=repeat,
        is_event=True,
    )
