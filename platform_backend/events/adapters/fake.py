"""Events in memory, on a clock that tests move."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from common.errors import Conflict, Unavailable, UserError, said
from events.catalogue import CATALOGUE
from events.ports import EventRecord, EventSpec, PodSpan
from systems.adapters.fake import FakeSystemDriver

SECOND: Final = 1_000_000
AT_ONCE: Final = SECOND  # what an event that does not last takes
PODS: Final = {pod.name: pod.service for pod in FakeSystemDriver().pods()}


def now_us() -> int:
    return time.time_ns() // 1000


@dataclass
class _Event:
    spec: EventSpec
    start: int
    end: int
    reason: str = "completed"


@dataclass
class FakeEventDriver:
    """`reachable` and `refusal` make calls fail; `forget` loses all records."""

    clock: Callable[[], int] = now_us
    reachable: bool = True
    refusal: str = ""  # as a Conflict
    begun: list[str] = field(default_factory=list)  # event_id of each that was granted, repeats too
    _events: dict[str, _Event] = field(default_factory=dict)

    def supports(self, kind: str) -> str:
        return "" if kind in CATALOGUE else f"nobody knows an event {kind!r}"

    def begin(self, event: EventSpec) -> None:
        self._check()
        if self.refusal:
            raise Conflict(said("system.refused", "{detail}", detail=self.refusal))
        if why := self.supports(event.kind):
            raise UserError(said("kind.unsupported", "{reason}", reason=why))
        if event.service not in PODS.values():
            raise UserError(said("service.unknown", "there is no service {service}", service=event.service))
        self.begun.append(event.event_id)
        start = self.clock()
        end = start + (round(event.duration * SECOND) if CATALOGUE[event.kind].lasts else AT_ONCE)
        self._events.setdefault(event.event_id, _Event(event, start, end))

    def end(self, event_id: str) -> None:
        self._check()
        event = self._events.get(event_id)
        if event and self.clock() < event.end:
            event.end, event.reason = max(self.clock(), event.start), "stopped"

    def record(self, event_id: str) -> EventRecord | None:
        self._check()
        event = self._events.get(event_id)
        if event is None:
            return None
        over = self.clock() >= event.end
        end = event.end if over else None
        pods = [PodSpan(pod, event.start, end) for pod, service in PODS.items() if service == event.spec.service]
        return EventRecord(
            state="ended" if over else "running",
            start=event.start,
            end=end,
            end_reason=event.reason if over else "",
            detail={"kind": event.spec.kind},
            pods=pods if CATALOGUE[event.spec.kind].changes_pods else [],
        )

    def forget(self) -> None:
        self._events.clear()

    def _check(self) -> None:
        if not self.reachable:
            raise Unavailable(said("driver.unreachable", "The fake fault driver is out of reach."))
