"""The port to events: have the system do one, end it, tell exactly when it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class EventSpec:
    """One event on one service. `event_id` makes `begin` idempotent; `parameters` are catalogue-validated."""

    event_id: str
    kind: str
    service: str
    duration: float = 0.0  # seconds, of kinds that last
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PodSpan:
    """When a pod had part in it: UTC microseconds since the epoch, None while it still has."""

    pod: str
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Measured, UTC microseconds since the epoch: None while not yet so, and when it never began."""

    state: Literal["running", "ended", "failed"]
    start: int | None = None
    end: int | None = None
    end_reason: str = ""  # completed, stopped, failed, cluster-restarted
    error: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)  # what it did, in numbers
    pods: Sequence[PodSpan] = ()


class EventDriver(Protocol):
    """Raises UserError for what can't be done, Conflict for what can't be done now: an emergency stop, a fault on one
    of its pods, another event of the service. Unavailable when the system is out of reach (try again).
    """

    def supports(self, kind: str) -> str:
        """Why it can't be done here; empty when it can."""
        ...

    def begin(self, event: EventSpec) -> None:
        """It goes on by itself and, if it lasts, ends by itself. Idempotent, also when it is over."""
        ...

    def end(self, event_id: str) -> None:
        """Have it take the way back now. Idempotent, also for one that is over or was never begun."""
        ...

    def record(self, event_id: str) -> EventRecord | None:
        """Also after the end; None when the driver never heard of it."""
        ...
