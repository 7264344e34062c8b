"""Events as a dataset has them: what a healthy system went through, beside the labels. Pure values, no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.errors import Conflict, said
from telemetry_store.window import Window


@dataclass(frozen=True, slots=True)
class PodSpan:
    """When a pod had part in an event; UTC microseconds, None where nobody knows the end."""

    pod: str
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """No fault. Measured, UTC microseconds; `start` None: it has not begun yet."""

    event_id: str
    kind: str
    service: str
    parameters: Mapping[str, Any]
    start: int | None
    end: int | None
    finished: bool = True  # False while its times may still change
    end_reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    pods: Sequence[PodSpan] = ()


def events_in(events: Sequence[Event], window: Window) -> list[Event]:
    """Those that happened in the window, in an order that depends on nothing else."""
    found = [each for each in events if _overlaps(each, window)]
    return sorted(found, key=lambda each: (each.start or 0, each.event_id))


def refuse_open_events(events: Sequence[Event], window: Window) -> None:
    """Raise Conflict when an event goes on that began, or may have begun, before the end of the window."""
    going_on = [each for each in events if not each.finished and (each.start is None or each.start < window.end)]
    if not going_on:
        return
    names = ", ".join(f"{each.kind} of {each.service} ({each.event_id})" for each in going_on)
    raise Conflict(
        said("window.open_events", "events in this window go on: {names}; wait until they are over", names=names),
        fields={"to": ["lies in or after an event that goes on"]},
    )


def events_record(events: Sequence[Event]) -> dict[str, Any]:
    """The content of events.json."""
    return {"events": [event_record(each) for each in events]}


def event_record(event: Event) -> dict[str, Any]:
    return {
        "event": event.event_id,
        "kind": event.kind,
        "service": event.service,
        "parameters": dict(event.parameters),
        "start": event.start,
        "end": event.end,
        "end_reason": event.end_reason,
        "detail": dict(event.detail),
        "pods": [{"pod": each.pod, "start": each.start, "end": each.end} for each in event.pods],
    }


def _overlaps(event: Event, window: Window) -> bool:
    return event.start is not None and event.start < window.end and (event.end is None or event.end > window.start)
