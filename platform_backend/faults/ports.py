"""The port to fault injection: apply a fault to named pods, end it, tell exactly when both happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Support:
    supported: bool
    reason: str = ""  # why not; empty when supported


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One fault on named pods. `fault_id` makes `apply` idempotent; `parameters` are catalogue-validated."""

    fault_id: str
    kind: str
    pods: Sequence[str]
    duration: float  # seconds; the driver ends the fault by itself after this long
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PodRecord:
    """Measured times of one fault on one pod: UTC microseconds since the epoch, None while not yet so."""

    pod: str
    service: str
    start: int | None = None  # the fault really took hold
    end: int | None = None  # it was really gone
    # deadline, recovered, completed; before it was asked for: ended-early, pod-restarted, cluster-restarted; or failed
    end_reason: str = ""
    error: str = ""  # why it failed, was over early, or was less than asked for


@dataclass(frozen=True, slots=True)
class Block:
    """An emergency stop as the driver holds it."""

    stop_id: str
    reason: str
    by: str
    since: int = 0  # UTC microseconds; the driver sets it


class FaultDriver(Protocol):
    """`apply` raises UserError for what can't be done, Unavailable when the system is out of reach (try again)."""

    def supports(self, kind: str) -> Support: ...
    def apply(self, fault: FaultSpec) -> None: ...
    def recover(self, fault_id: str) -> None:
        """End the fault now. Idempotent, also for a fault that ended or never began."""
        ...

    def records(self, fault_id: str) -> Sequence[PodRecord]:
        """One per target pod, also after the end; empty when the driver never heard of the fault.

        A fault whose own processes or rules are gone is over, whoever ended them: the record ends then, and says why.
        """
        ...

    def block(self, block: Block) -> None:
        """End every fault now and refuse each apply until `unblock`, also over a restart. Idempotent."""
        ...

    def unblock(self, stop_id: str) -> None:
        """Idempotent. Another emergency stop's block stays."""
        ...

    def blocked(self) -> Block | None: ...
