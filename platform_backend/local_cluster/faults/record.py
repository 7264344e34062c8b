"""The record of one fault: what was asked, how far it is, and the measured times of each pod."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

State = Literal["applying", "active", "recovering", "ended", "failed"]


@dataclass(slots=True)
class PodTimes:
    pod: str
    service: str
    start_us: int | None = None
    end_us: int | None = None
    end_reason: str = ""  # deadline, recovered, completed, ended-early, pod-restarted, cluster-restarted, failed
    error: str = ""

    @property
    def over(self) -> bool:
        return bool(self.end_reason)


@dataclass(slots=True)
class FaultRecord:
    """Written to the journal at each change; only the engine changes it."""

    what: ClassVar[str] = "fault"

    fault_id: str
    kind: str
    parameters: Mapping[str, Any]
    created_us: int
    deadline_us: int
    state: State = "applying"
    error: str = ""
    pods: list[PodTimes] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.state in ("ended", "failed")

    def conclude(self) -> None:
        """The final state, when every pod is over: failed if no pod ever had the fault."""
        self.state = "ended" if any(pod.start_us is not None for pod in self.pods) else "failed"
        if self.state == "failed" and not self.error:
            self.error = "; ".join(f"{pod.pod}: {pod.error or pod.end_reason}" for pod in self.pods)

    @property
    def id(self) -> str:
        return self.fault_id

    def close_after_crash(self, died_us: int) -> None:
        close_after_crash(self, died_us)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "FaultRecord":
        return cls(**{**raw, "pods": [PodTimes(**pod) for pod in raw["pods"]]})


def close_after_crash(record: FaultRecord, died_us: int) -> None:
    """End the record of a fault whose controller died, and its pods with it."""
    for pod in record.pods:
        if pod.over:
            continue
        pod.end_reason = "cluster-restarted"
        if pod.start_us is not None:
            pod.end_us = max(pod.start_us, died_us)
    record.conclude()
