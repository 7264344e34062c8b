"""Reads of events: their kinds, those that there were, and when each pod had part in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import NotFound, said
from events import adapters
from events.catalogue import CATALOGUE, Kind
from events.models import EVENTS, Event
from telemetry.records import Window


@dataclass(frozen=True, slots=True)
class KindHere:
    kind: Kind
    reason: str  # why the system at hand can't do it; empty when it can


def kinds() -> Sequence[KindHere]:
    driver = adapters.event_driver()
    return [KindHere(kind, driver.supports(kind.name)) for kind in CATALOGUE.values()]


def events() -> QuerySet[Event]:
    return Event.objects.select_related("created_by")


def events_where(wanted: Mapping[str, Any]) -> QuerySet[Event]:
    """Those that `wanted` lets through: by the names of the API's filters, where an empty one lets all through."""
    columns = {"state": "state__in", "kind": "kind__in", "service": "service__in", "created_by": "created_by__username"}
    return events().filter(**{column: wanted[name] for name, column in columns.items() if wanted[name]})


def event(event_id: UUID) -> Event:
    found = events().filter(id=event_id).first()
    if found is None:
        raise NotFound(said("event.unknown", "There is no event {event_id}.", event_id=event_id))
    return found


def open_events() -> QuerySet[Event]:
    return Event.objects.filter(state__in=EVENTS.open_states).order_by("created_at")


def event_of(campaign_step: UUID) -> Event | None:
    return Event.objects.filter(campaign_step=campaign_step).first()


def events_in(window: Window) -> QuerySet[Event]:
    """Those that happened in the window, in the order of time. One without an end reaches beyond it."""
    found = Event.objects.filter(Q(end=None) | Q(end__gt=window.start), start__lt=window.end)
    return found.order_by("start", "id")
