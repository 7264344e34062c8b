"""The record of one event: what was asked, how far it is, and what was measured."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

State = Literal["running", "ended", "failed"]


@dataclass(slots=True)
class PodSpan:
    """When a pod had part in it: from leaving service to being back, from being made to being ready, and so on."""

    pod: str
    start_us: int
    end_us: int | None = None


@dataclass(slots=True)
class EventRecord:
    """Written to the journal at each change; only the engine and the event itself change it."""

    what: ClassVar[str] = "event"

    event_id: str
    kind: str
    service: str
    parameters: Mapping[str, Any]
    created_us: int
    duration_s: float = 0.0
    state: State = "running"
    start_us: int | None = None  # its first visible deed
    end_us: int | None = None  # its last one was done
    end_reason: str = ""  # completed, stopped, failed, cluster-restarted
    error: str = ""
    detail: dict[str, Any] = field(default_factory=dict)  # what it did, in numbers
    pods: list[PodSpan] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.event_id

    @property
    def over(self) -> bool:
        return self.state != "running"

    def close(self, end_us: int, reason: str, error: str = "") -> None:
        self.state = "failed" if error or self.start_us is None else "ended"
        self.end_us = None if self.start_us is None else max(self.start_us, end_us)
        self.end_reason, self.error = reason, error
        for span in self.pods:
            if span.end_us is None:
                span.end_us = max(span.start_us, end_us)

    def close_after_crash(self, died_us: int) -> None:
        self.close(died_us, "cluster-restarted")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "EventRecord":
        return cls(**{**raw, "pods": [PodSpan(**span) for span in raw["pods"]]})
