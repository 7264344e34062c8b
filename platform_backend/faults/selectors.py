"""Reads of faults: kinds, injections, labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import NotFound
from faults import adapters
from faults.catalogue import CATALOGUE, Kind
from faults.models import LIFECYCLE, Injection, Label
from faults.ports import Support
from telemetry.records import Window


@dataclass(frozen=True, slots=True)
class KindHere:
    kind: Kind
    support: Support


def kinds() -> Sequence[KindHere]:
    """All kinds of the catalogue, and whether the system at hand can do them."""
    driver = adapters.fault_driver()
    return [KindHere(kind, driver.supports(kind.name)) for kind in CATALOGUE.values()]


def injections() -> QuerySet[Injection]:
    return Injection.objects.select_related("created_by").prefetch_related("targets", "labels")


def injection(injection_id: UUID) -> Injection:
    found = injections().filter(id=injection_id).first()
    if found is None:
        raise NotFound(f"There is no injection {injection_id}.")
    return found


def open_injections() -> QuerySet[Injection]:
    return Injection.objects.filter(state__in=LIFECYCLE.open_states).order_by("requested_at")


def labels(window: Window) -> QuerySet[Label]:
    """Labels that overlap the window. One without an end reaches beyond it."""
    return Label.objects.filter(Q(end=None) | Q(end__gt=window.start), start__lt=window.end).order_by("start", "pod")
