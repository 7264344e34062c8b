"""From a campaign file to its steps. Pure: the same file with the same seed gives the same plan, anywhere."""

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid5

from campaigns.schema import CampaignFile
from faults.catalogue import CATALOGUE
from faults.validation import complete

NAMESPACE: Final = UUID("4b0c3c0e-6f0a-5d35-9f0b-0d8f1b1a7c11")
# What a step takes besides its injection: to be found steady and take hold, and to be checked afterwards.
BEFORE_S: Final = 2.0
CHECKS_S: Final = 12.0


@dataclass(frozen=True, slots=True)
class PlannedStep:
    id: UUID
    index: int
    fault: str
    service: str
    pods: str  # one or all
    draw: float  # in [0, 1): which pod of the service, see `pick`
    parameters: Mapping[str, Any]  # all of the kind's, defaults filled in
    duration: float  # seconds
    allow_last_replica: bool
    repeat: int  # from 1


@dataclass(frozen=True, slots=True)
class Plan:
    digest: str  # of the file's content: comments and layout do not count, the seed does
    steps: tuple[PlannedStep, ...]
    seconds: float  # expected


def plan(file: CampaignFile) -> Plan:
    digest = digest_of(file)
    # Only random() is promised to give the same numbers in every Python, so it alone is used.
    dice = random.Random(file.seed)  # noqa: S311  (nobody is kept from guessing)
    steps = list(_written(file))
    if file.order == "shuffled":
        keys = [dice.random() for _ in steps]
        steps = [steps[position] for position in sorted(range(len(steps)), key=lambda each: keys[each])]
    numbered = tuple(
        replace(step, id=uuid5(NAMESPACE, f"{digest}/{index}"), index=index, draw=dice.random())
        for index, step in enumerate(steps)
    )
    return Plan(digest, numbered, file.warm_up + sum(step_seconds(file, step.duration) for step in numbered))


def digest_of(file: CampaignFile) -> str:
    content = json.dumps(file.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def step_seconds(file: CampaignFile, duration: float) -> float:
    """How long a step is expected to take."""
    return BEFORE_S + duration + max(file.cool_down, CHECKS_S)


def pick(pods: list[str], draw: float) -> str:
    """The pod that was drawn. `pods` are all of the service, however many it has by then."""
    return sorted(pods)[int(draw * len(pods))]


def _written(file: CampaignFile) -> Iterator[PlannedStep]:
    """In the order of the file; id, index and draw follow once the order is known."""
    nobody = UUID(int=0)
    for repeat in range(1, file.repeats + 1):
        for entry in file.matrix:
            for service in entry.services:
                for given in entry.combinations():
                    parameters, _ = complete(CATALOGUE[entry.fault], given)
                    yield PlannedStep(
                        id=nobody,
                        index=0,
                        fault=entry.fault,
                        service=service,
                        pods=entry.pods,
                        draw=0.0,
                        parameters=parameters,
                        duration=file.duration_of(entry),
                        allow_last_replica=file.allows_last_replica(entry),
                        repeat=repeat,
                    )
