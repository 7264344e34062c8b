"""events.json: what a healthy system went through. Hard negatives, and no faults."""

from typing import Final

from microservo_sdk.container import Container
from microservo_sdk.documents import Node, read_json
from microservo_sdk.errors import DatasetError
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Event, PodSpan
from microservo_sdk.tolerance import TRUTH

EVENTS: Final = "groundtruth/events.json"


def read_events(container: Container) -> list[Event]:
    """Datasets of older versions, and of others, tell of none."""
    if EVENTS not in container.sizes:
        return []
    return [_event(node) for node in Node(read_json(container, EVENTS), EVENTS).get("events").items()]


def check_events(container: Container, manifest: Manifest | None) -> None:
    """Raise DatasetError for the first one that can't have been in this dataset's window, or stands there twice."""
    seen: set[str] = set()
    for place, event in enumerate(read_events(container)):
        if event.event_id in seen:
            raise DatasetError(f"events[{place}]: a second {event.event_id!r}", file=EVENTS, hint=TRUTH)
        seen.add(event.event_id)
        if manifest is None:
            continue
        window = manifest.window
        if event.start >= window.end or (event.end is not None and event.end <= window.start):
            problem = f"events[{place}]: {event.kind} of {event.service} lies outside of the dataset's window"
            raise DatasetError(problem, file=EVENTS, hint=TRUTH)


def _event(node: Node) -> Event:
    start, end = node.get("start").moment(), node.get("end").moment_or_none()
    if end is not None and end < start:
        raise node.wrong(f"its end {end} is before its start {start}")
    return Event(
        event_id=node.get("event").text(),
        kind=node.get("kind").text(),
        service=node.get("service").text(),
        start=start,
        end=end,
        parameters=node.find("parameters", {}).object(),
        detail=node.find("detail", {}).object(),
        pods=tuple(
            PodSpan(each.get("pod").text(), each.get("start").moment(), each.get("end").moment_or_none())
            for each in node.find("pods", []).items()
        ),
    )
