"""Writes of events: begin one, stop one, and follow those that go on.

The driver decides whether an event may begin now: it alone knows of every fault and of the emergency stop.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import owner_or_admin
from changes.models import Topic
from changes.services import changed
from common.errors import NotFound, Unavailable, UserError, said
from common.parameters import Errors, complete
from events import adapters, selectors
from events.catalogue import CATALOGUE, Kind
from events.models import EVENTS, Event, State
from events.ports import EventRecord, EventSpec
from platform_backend.config import config
from systems import selectors as systems
from systems.ports import Service

logger = logging.getLogger(__name__)

# One whose beginning the driver has not heard of by then is given up.
START_LIMIT: Final = timedelta(seconds=60)
NOT_BEGUN: Final = "It could not begin in time, so it was given up."
VANISHED: Final = "The system has lost its record of this event, so its end is not known."


@dataclass(frozen=True, slots=True)
class EventRequest:
    """What a user asks for. `service` empty: the one that makes the load."""

    kind: str
    service: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    duration_s: float | None = None  # None: faults.default_duration_s, of kinds that last
    allow_last_replica: bool = False  # restart the only ready pod of a service


@dataclass(frozen=True, slots=True)
class Examination:
    """What will be asked of the driver, and what is wrong with the request by its fields."""

    spec: EventSpec
    errors: Errors


def event_create(*, request: EventRequest, by: User | None, campaign_step: UUID | None = None) -> Event:
    """Begin it. Raises UserError with an error per field, Conflict when it may not begin now."""
    found = examine(request)
    if found.errors:
        raise UserError(said("event.invalid", "The event is not valid; see errors."), fields=found.errors)
    event = Event.objects.create(
        kind=request.kind,
        service=found.spec.service,
        parameters=dict(found.spec.parameters),
        duration_s=found.spec.duration,
        campaign_step=campaign_step,
        created_by=by,
        created_at=timezone.now(),
    )
    try:
        adapters.event_driver().begin(_spec(event))
    except Unavailable:  # it may have begun: the next look tells
        logger.warning("event %s: the system did not answer", event.id)
    except UserError:
        event.delete()
        raise
    _note_begin(event)
    return event


def examine(request: EventRequest) -> Examination:
    """Everything that is wrong with the request in itself, without acting. Raises Unavailable."""
    kind, errors = _kind(request.kind)
    parameters, found = complete(kind, request.parameters) if kind else ({}, {})
    errors |= {f"parameters.{name}": messages for name, messages in found.items()}
    duration, errors["duration_s"] = _duration(kind, request.duration_s)
    services = {service.name: service for service in systems.services()}
    name = request.service or next((each.name for each in services.values() if not each.protocol), "")
    errors["service"] = _service_errors(kind, name, services, request)
    spec = EventSpec("", request.kind, name, duration, parameters)
    return Examination(spec, {path: messages for path, messages in errors.items() if messages})


@transaction.atomic
def event_stop(*, event_id: UUID, by: User | None) -> Event:
    """Ask for its early end. Asking again, or after the end, changes nothing."""
    event = Event.objects.select_for_update().filter(id=event_id).first()
    if event is None:
        raise NotFound(said("event.unknown", "There is no event {event_id}.", event_id=event_id))
    owner_or_admin(by, owner=event.created_by, thing=f"Event {event}", to="stop")
    if event.is_open and not event.stop_requested:
        event.stop_requested = True
        event.save(update_fields=("stop_requested",))
        audit("event.stop", event.id, by)
    return event


def open_events_advance() -> None:
    """By the clock: what the driver measured of each that goes on."""
    for event in selectors.open_events():
        try:
            event_advance(event_id=event.id)
        except Unavailable as error:
            logger.info("event %s waits: %s", event.id, error.message)
        except Exception:
            logger.exception("event %s could not be advanced", event.id)


def event_advance(*, event_id: UUID) -> None:
    """Raises Unavailable."""
    driver = adapters.event_driver()
    event = selectors.event(event_id)
    record = driver.record(str(event.id))
    if record is None:
        _unheard_of(event)
        return
    if record.state == "running" and event.stop_requested:
        driver.end(str(event.id))
    _write(event, record)


def _unheard_of(event: Event) -> None:
    if event.state == State.RUNNING:
        record: EventRecord | None = EventRecord("failed", event.start, end_reason="failed", error=VANISHED)
    elif event.stop_requested or timezone.now() > event.created_at + START_LIMIT:
        record = EventRecord("failed", end_reason="failed", error=NOT_BEGUN)
    else:
        record = _begin_again(event)
    if record is not None:
        _write(event, record)


def _begin_again(event: Event) -> EventRecord | None:
    driver = adapters.event_driver()
    try:
        driver.begin(_spec(event))
    except Unavailable:
        raise
    except UserError as error:
        return EventRecord("failed", end_reason="failed", error=error.message)
    return driver.record(str(event.id))


@transaction.atomic
def _note_begin(event: Event) -> None:
    audit("event.create", event.id, event.created_by, kind=event.kind, service=event.service)


@transaction.atomic
def _write(before: Event, record: EventRecord) -> None:
    """Unless another look has closed it meanwhile."""
    event = Event.objects.select_for_update().get(id=before.id)
    if not event.is_open:
        return
    told = {
        "start": record.start,
        "end": record.end,
        "end_reason": record.end_reason,
        "error": record.error,
        "detail": dict(record.detail),
        "pods": [{"pod": each.pod, "start": each.start, "end": each.end} for each in record.pods],
    }
    moved = State(record.state) if record.state != "running" or record.start is not None else State(event.state)
    if moved == event.state and all(getattr(event, name) == value for name, value in told.items()):
        return
    for name, value in told.items():
        setattr(event, name, value)
    if moved != event.state:
        EVENTS.check(State(event.state), moved)
        event.state = moved
        audit(f"event.{moved.value}", event.id, None, **({"error": event.error} if event.error else {}))
    event.save()
    changed(Topic.EVENTS)


def _spec(event: Event) -> EventSpec:
    return EventSpec(str(event.id), event.kind, event.service, event.duration_s, event.parameters)


def _kind(name: str) -> tuple[Kind | None, Errors]:
    kind = CATALOGUE.get(name)
    if kind is None:
        return None, {"kind": [f"no event is called {name!r}; known: {', '.join(CATALOGUE)}"]}
    reason = adapters.event_driver().supports(name)
    return kind, {"kind": [f"{name} is not possible here: {reason}"]} if reason else {}


def _duration(kind: Kind | None, asked: float | None) -> tuple[float, list[str]]:
    if kind is None or not kind.lasts:
        named = kind.name if kind else "this"
        return 0.0, [] if asked is None else [f"{named} takes the time it takes; leave duration_s out"]
    limits = config().faults
    duration = limits.default_duration_s if asked is None else asked
    if 1 <= duration <= limits.max_duration_s:
        return duration, []
    return 0.0, [f"expected 1 to {limits.max_duration_s:g} s, not {duration:g}"]


def _service_errors(kind: Kind | None, name: str, services: Mapping[str, Service], request: EventRequest) -> list[str]:
    service = services.get(name)
    if service is None:
        return [f"there is no service {name!r}"] if name else ["name one"]
    if kind is None or not kind.changes_pods:
        return []
    if service.protected:
        return [f"{name} is protected: nothing may change its pods"]
    if kind.restarts and not request.allow_last_replica and service.replicas == 1:
        return [f"{kind.name} would leave {name} without a ready pod; set allow_last_replica if that is meant"]
    return []
