"""Reads of faults: kinds, injections, labels, and the times that no fault touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import NotFound, said
from faults import adapters
from faults.catalogue import CATALOGUE, Kind
from faults.models import (
    LIFECYCLE,
    Experiment,
    ExperimentVersion,
    Injection,
    Label,
    Occurrence,
    PodQuarantine,
    Target,
)
from faults.ports import Support
from faults.windows import COOL_DOWN, SECOND, complement, widened
from telemetry.records import Window


@dataclass(frozen=True, slots=True)
class KindHere:
    kind: Kind
    support: Support


@dataclass(frozen=True, slots=True)
class Touched:
    """Time in which a pod may show a fault: a label and what lingers of it (`label`: its key), or its quarantine."""

    pod: str
    window: Window
    label: int | None = None


def kinds() -> Sequence[KindHere]:
    """All kinds of the catalogue, and whether the system at hand can do them."""
    driver = adapters.fault_driver()
    return [KindHere(kind, driver.supports(kind.name)) for kind in CATALOGUE.values()]


def injections() -> QuerySet[Injection]:
    return Injection.objects.select_related("created_by").prefetch_related("targets", "labels")


def injections_where(found: QuerySet[Injection], wanted: Mapping[str, Any]) -> QuerySet[Injection]:
    """Those that `wanted` lets through: by the names of the API's filters, where an empty one lets all through."""
    on = Target.objects.values("injection")
    conditions = {
        "state": Q(state__in=wanted["state"]),
        "kind": Q(kind__in=wanted["kind"]),
        "service": Q(pk__in=on.filter(service__in=wanted["service"])),
        "pod": Q(pk__in=on.filter(pod__in=wanted["pod"])),
        "created_by": Q(created_by__username=wanted["created_by"]),
        "experiment": Q(experiment=wanted["experiment"]),
        "from": Q(ended_at__gt=wanted["from"]) | Q(state__in=LIFECYCLE.open_states),
        "to": Q(requested_at__lt=wanted["to"]),
    }
    return found.filter(*(condition for name, condition in conditions.items() if wanted[name]))


def labels_where(found: QuerySet[Label], wanted: Mapping[str, Any]) -> QuerySet[Label]:
    conditions = {
        "kind": Q(kind__in=wanted["kind"]),
        "service": Q(service__in=wanted["service"]),
        "pod": Q(pod__in=wanted["pod"]),
        "effect": Q(effect__in=wanted["effect"]),
        "created_by": Q(injection__created_by__username=wanted["created_by"]),
        "injection": Q(injection=wanted["injection"]),
    }
    return found.filter(*(condition for name, condition in conditions.items() if wanted[name]))


def injection(injection_id: UUID) -> Injection:
    found = injections().filter(id=injection_id).first()
    if found is None:
        raise NotFound(said("injection.unknown", "There is no injection {injection_id}.", injection_id=injection_id))
    return found


def experiments() -> QuerySet[Experiment]:
    return Experiment.objects.select_related("created_by")


def experiment(experiment_id: UUID) -> Experiment:
    found = experiments().filter(id=experiment_id).first()
    if found is None:
        raise NotFound(
            said("experiment.unknown", "There is no experiment {experiment_id}.", experiment_id=experiment_id)
        )
    return found


def versions(experiment: Experiment) -> QuerySet[ExperimentVersion]:
    """What it ordered since when, and who changed it."""
    return experiment.versions.select_related("created_by")


def label(label_id: int) -> Label:
    found = Label.objects.filter(pk=label_id).first()
    if found is None:
        raise NotFound(said("label.unknown", "There is no label {label_id}.", label_id=label_id))
    return found


def occurrences(experiment: Experiment) -> QuerySet[Occurrence]:
    """The experiment's history."""
    found = experiment.occurrences.select_related("injection__created_by")
    return found.prefetch_related("injection__targets", "injection__labels")


def quarantine() -> QuerySet[PodQuarantine]:
    """Pods that get no fault until someone clears them."""
    return PodQuarantine.objects.filter(cleared_at=None).select_related("cleared_by")


def open_injections() -> QuerySet[Injection]:
    return Injection.objects.filter(state__in=LIFECYCLE.open_states).order_by("requested_at")


def labels(window: Window) -> QuerySet[Label]:
    """Labels that overlap the window. One without an end reaches beyond it."""
    return Label.objects.filter(Q(end=None) | Q(end__gt=window.start), start__lt=window.end).order_by("start", "pod")


def touched(window: Window) -> list[Touched]:
    """What touches the window. A fault whose end nobody knows counts until its injection was closed."""
    widest = Window(window.start - COOL_DOWN, window.end)
    found = [
        Touched(label.pod, widened(label.start, _end(label, window)), label.pk)
        for label in labels(widest).select_related("injection")
    ]
    return found + [
        Touched(row.pod, Window(start, end))
        for row in PodQuarantine.objects.exclude(cleared_at__lt=_datetime(window.start)).select_related("injection")
        for start, end in [_quarantine(row, window)]
        if start < min(end, window.end) and end > window.start
    ]


def normal_windows(window: Window) -> list[Window]:
    """The parts of the window in which no pod of the system shows a fault, nor recovers from one."""
    return complement(window, [each.window for each in touched(window)])


def also_wrong(injection: Injection) -> list[str]:
    """What else the system showed when the fault took hold, in words: its telemetry is of that too."""
    labels = {label.pk: label for label in injection.labels.all()}
    if not labels:
        return []
    start = min(label.start for label in labels.values())
    own = set(labels)
    if injection.group is not None:
        own |= set(Label.objects.filter(injection__group=injection.group).values_list("pk", flat=True))
    others = [each for each in touched(Window(start, start + 1)) if each.label not in own]
    return sorted({_in_words(each) for each in others if each.window.start <= start < each.window.end})


def _in_words(touched: Touched) -> str:
    if touched.label is None:
        return f"{touched.pod} had not recovered from an earlier fault"
    return f"{touched.pod} showed another fault"


def _end(label: Label, window: Window) -> int:
    if label.end is not None:
        return label.end
    closed = label.injection.ended_at
    return window.end if closed is None else max(label.start, _microseconds(closed))


def _quarantine(row: PodQuarantine, window: Window) -> tuple[int, int]:
    """From the end of the fault that the pod did not recover from, until someone cleared it."""
    since = row.since
    if row.injection is not None and row.injection.ended_at is not None:
        since = min(since, row.injection.ended_at)
    return _microseconds(since), window.end if row.cleared_at is None else _microseconds(row.cleared_at)


def _datetime(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(microseconds=microseconds)


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND)
