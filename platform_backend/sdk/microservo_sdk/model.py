"""What a dataset says about itself and its faults. Every time is UTC, integer microseconds since 1970."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """[start, end)"""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / 1_000_000


@dataclass(frozen=True, slots=True)
class NormalWindow(Window):
    """A time without a fault, and whether it was a good one, by errors, latency, the machine and gaps.

    `verdict`: clean, doubtful, unknown (too little was there), or "not vetted", as in datasets of older versions.
    """

    verdict: str = "not vetted"
    figures: Mapping[str, Any] = field(default_factory=dict)
    doubts: Sequence[Mapping[str, Any]] = ()  # what was wrong, from when to when


@dataclass(frozen=True, slots=True)
class PodLabel:
    """One pod that a fault was put on. `start` and `end` are measured; None where nobody knows."""

    pod: str
    service: str
    start: int | None
    end: int | None
    end_reason: str = ""
    effect: str = "unknown"  # confirmed, absent or unknown: whether its telemetry shows the fault
    evidence: Mapping[str, Any] = field(default_factory=dict)
    onset: int | None = None  # of the first visible change; only of a confirmed effect


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault: the truth that an algorithm has to find."""

    injection_id: str
    kind: str
    services: Sequence[str]  # that were hurt
    labels: Sequence[PodLabel]  # one per pod, or empty where the format knows the service only
    start: int | None
    end: int | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    target: Mapping[str, Any] = field(default_factory=dict)  # as asked for: services, pods
    group: str = ""  # the same for faults that were ordered as one, together or as a cascade; empty: alone
    after_s: float = 0.0  # how long after the first of its group it was meant to begin: 0 is a cause

    @property
    def pods(self) -> tuple[str, ...]:
        return tuple(label.pod for label in self.labels)

    @property
    def effect(self) -> str:
        """confirmed when any pod's is, absent when all pods' are, else unknown."""
        effects = {label.effect for label in self.labels}
        if "confirmed" in effects:
            return "confirmed"
        return "absent" if effects == {"absent"} else "unknown"


@dataclass(frozen=True, slots=True)
class PodSpan:
    """When a pod had part in an event: from leaving service to being ready again, and the like."""

    pod: str
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """What a healthy system went through, such as a rolling restart. It is no fault: who calls it one is wrong."""

    event_id: str
    kind: str
    service: str
    start: int
    end: int | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)  # what it did, in numbers
    pods: Sequence[PodSpan] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """What may be looked at to learn, or to be judged."""

    injections: Sequence[Injection]
    windows: Sequence[Window]  # times that hold nothing of the other side; empty when the dataset does not tell


@dataclass(frozen=True, slots=True)
class Split:
    """No injection is on both sides."""

    train: Side
    test: Side

    def __iter__(self) -> Iterator[Side]:
        """So that `train, test = dataset.split()`."""
        return iter((self.train, self.test))


def injection_of(
    injection_id: str,
    kind: str,
    labels: Sequence[PodLabel],
    *,
    parameters: Mapping[str, Any] | None = None,
    target: Mapping[str, Any] | None = None,
    group: str = "",
    after_s: float = 0.0,
) -> Injection:
    """Its times and services follow from its labels."""
    ends = [label.end for label in labels]
    return Injection(
        injection_id=injection_id,
        kind=kind,
        services=tuple(sorted({label.service for label in labels})),
        labels=tuple(labels),
        start=min((label.start for label in labels if label.start is not None), default=None),
        end=None if None in ends else max((end for end in ends if end is not None), default=None),
        parameters=parameters or {},
        target=target or {},
        group=group,
        after_s=after_s,
    )
