"""What is planned, runs, has been and was skipped, in a window of time: injections, experiments, campaigns.

Planned times are expanded in the experiment's own time zone. What is not shown because there is too much of it is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Literal, get_args
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from campaigns import selectors as campaigns
from campaigns.models import Step, StepState
from common import moments
from common.errors import Unavailable, UserError
from events.models import Event
from events.selectors import events_in
from faults import schedule
from faults import selectors as faults
from faults.models import Experiment, ExperimentState, Injection, Occurrence
from systems import selectors as systems
from telemetry.records import Window

Origin = Literal["user", "experiment", "campaign"]  # what ordered it
EntryState = Literal["planned", "running", "past", "skipped"]
ORIGINS: Final[Sequence[str]] = get_args(Origin)
STATES: Final[Sequence[str]] = get_args(EntryState)

MOST_ROWS: Final = 2000  # of what has begun, and of what was skipped
MOST_EXPERIMENTS: Final = 300
MOST_OF_AN_EXPERIMENT: Final = 200  # planned occurrences


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; what is empty lets all through."""

    start: datetime
    end: datetime
    states: Sequence[str] = ()
    origins: Sequence[str] = ()
    kinds: Sequence[str] = ()
    services: Sequence[str] = ()
    created_by: str = ""

    def has(self, entry: "Entry") -> bool:
        return (
            (not self.states or entry.state in self.states)
            and (not self.origins or entry.origin in self.origins)
            and (not self.kinds or entry.kind in self.kinds)
            and (not self.services or bool(set(self.services) & set(entry.services)))
            and (not self.created_by or entry.created_by == self.created_by)
            and entry.start < self.end
            and (entry.end is None or entry.end >= self.start)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """`start` and `end` are expected ones unless they are measured; `end` is None for what took no time."""

    id: str
    origin: Origin
    state: EntryState
    kind: str  # of fault or, where that is_event, of event
    start: datetime
    end: datetime | None
    is_event: bool = False
    start_measured: bool = False
    end_measured: bool = False
    title: str = ""
    services: Sequence[str] = ()
    pods: Sequence[str] = ()
    reason: str = ""
    created_by: str | None = None
    injection: UUID | None = None
    experiment: UUID | None = None
    campaign: UUID | None = None
    campaign_step: UUID | None = None
    event: UUID | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """More than is shown: `before` or `after` a time that is in the window."""

    state: EntryState  # past: of what has begun
    before: datetime | None = None
    after: datetime | None = None
    experiment: UUID | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    start: datetime
    end: datetime
    entries: Sequence[Entry]
    left_out: Sequence[LeftOut]


@dataclass(slots=True)
class _Found:
    entries: list[Entry] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def calendar(wanted: Wanted) -> Calendar:
    """In the order of time."""
    found = _Found()
    _injections(wanted, found)
    _events(wanted, found)
    _skipped_occurrences(wanted, found)
    _planned_occurrences(wanted, found)
    _steps(found)
    _skipped_steps(wanted, found)
    entries = sorted(filter(wanted.has, found.entries), key=lambda entry: (entry.start, entry.id))
    return Calendar(wanted.start, wanted.end, entries, found.left_out)


def _injections(wanted: Wanted, found: _Found) -> None:
    asked: dict[str, Any] = {"state": [], "pod": [], "experiment": None, "from": wanted.start, "to": wanted.end}
    asked |= {"kind": wanted.kinds, "service": wanted.services, "created_by": wanted.created_by}
    rows = faults.injections_where(faults.injections().select_related("experiment"), asked)
    shown = list(rows.order_by("-requested_at", "-id")[: MOST_ROWS + 1])
    if len(shown) > MOST_ROWS:
        del shown[MOST_ROWS:]
        found.left_out.append(LeftOut("past", before=shown[-1].requested_at))
    steps = _steps_of(shown)
    found.entries += [_of_injection(each, steps.get(each.campaign_step)) for each in shown]


def _steps_of(injections: Sequence[Injection]) -> Mapping[UUID | None, Step]:
    return _steps_by_id([each.campaign_step for each in injections if each.campaign_step])


def _steps_by_id(ids: Sequence[UUID]) -> Mapping[UUID | None, Step]:
    return {step.id: step for step in Step.objects.filter(id__in=ids).select_related("campaign")}


def _of_injection(injection: Injection, step: Step | None) -> Entry:
    targets = injection.targets.all()
    ended = injection.ended_at if not injection.is_open else None
    experiment = injection.experiment
    return Entry(
        id=f"injection:{injection.id}",
        origin="campaign" if injection.campaign_step else "experiment" if experiment else "user",
        state="running" if injection.is_open else "past",
        kind=injection.kind,
        start=injection.started_at or injection.requested_at,
        end=ended or injection.deadline,
        start_measured=injection.started_at is not None,
        end_measured=ended is not None and injection.started_at is not None,
        title=step.campaign.name if step else experiment.name if experiment else "",
        services=sorted({target.service for target in targets}),
        pods=[target.pod for target in targets],
        reason=injection.error,
        created_by=_name(injection.created_by),
        injection=injection.id,
        experiment=injection.experiment_id,
        campaign=step.campaign_id if step else None,
        campaign_step=injection.campaign_step,
    )


def _events(wanted: Wanted, found: _Found) -> None:
    window = Window(moments.microseconds(wanted.start), moments.microseconds(wanted.end))
    shown = list(events_in(window).select_related("created_by").order_by("-start", "-id")[: MOST_ROWS + 1])
    if len(shown) > MOST_ROWS:
        del shown[MOST_ROWS:]
        found.left_out.append(LeftOut("past", before=_moment(shown[-1].start)))
    ids = [each.campaign_step for each in shown if each.campaign_step]
    steps = _steps_by_id(ids)
    found.entries += [_of_event(each, steps.get(each.campaign_step)) for each in shown]


def _of_event(event: Event, step: Step | None) -> Entry:
    start = _moment(event.start) or event.created_at
    return Entry(
        id=f"event:{event.id}",
        origin="campaign" if event.campaign_step else "user",
        state="running" if event.is_open else "past",
        kind=event.kind,
        is_event=True,
        start=start,
        end=_moment(event.end) or start + timedelta(seconds=event.duration_s),
        start_measured=event.start is not None,
        end_measured=event.end is not None,
        title=step.campaign.name if step else "",
        services=[event.service],
        pods=[each["pod"] for each in event.pods],
        reason=event.error,
        created_by=_name(event.created_by),
        campaign=step.campaign_id if step else None,
        campaign_step=event.campaign_step,
        event=event.id,
    )


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moments.as_datetime(microseconds)


def _skipped_occurrences(wanted: Wanted, found: _Found) -> None:
    rows = Occurrence.objects.filter(
        outcome=Occurrence.Outcome.SKIPPED, scheduled_for__gte=wanted.start, scheduled_for__lt=wanted.end
    ).select_related("experiment__created_by")
    shown = list(rows.order_by("-scheduled_for", "-id")[: MOST_ROWS + 1])
    if len(shown) > MOST_ROWS:
        del shown[MOST_ROWS:]
        found.left_out.append(LeftOut("skipped", before=shown[-1].scheduled_for))
    services = _ServicesOfPods()
    found.entries += [
        _of_experiment(each.experiment, each.scheduled_for, "skipped", services, each.reason) for each in shown
    ]


def _planned_occurrences(wanted: Wanted, found: _Found) -> None:
    services = _ServicesOfPods()
    for experiment in _planned_experiments(wanted, found):
        moments = list(islice(_moments(experiment, wanted), MOST_OF_AN_EXPERIMENT + 1))
        if len(moments) > MOST_OF_AN_EXPERIMENT:
            del moments[MOST_OF_AN_EXPERIMENT:]
            found.left_out.append(
                LeftOut("planned", after=moments[-1], experiment=experiment.id, title=experiment.name)
            )
        found.entries += [_of_experiment(experiment, moment, "planned", services) for moment in moments]


def _planned_experiments(wanted: Wanted, found: _Found) -> Sequence[Experiment]:
    """Those that will do something in the window; a paused one does not."""
    rows = faults.experiments().filter(state=ExperimentState.SCHEDULED, next_at__lt=wanted.end)
    if wanted.kinds:
        rows = rows.filter(kind__in=wanted.kinds)
    if wanted.created_by:
        rows = rows.filter(created_by__username=wanted.created_by)
    shown = list(rows.order_by("next_at", "id")[: MOST_EXPERIMENTS + 1])
    if len(shown) > MOST_EXPERIMENTS:
        del shown[MOST_EXPERIMENTS:]
        found.left_out.append(LeftOut("planned", after=shown[-1].next_at))
    return shown


def _moments(experiment: Experiment, wanted: Wanted) -> Iterator[datetime]:
    first = experiment.next_at
    if first is None:
        return
    if first >= wanted.start:
        yield first
    if experiment.schedule == Experiment.Schedule.CRON:
        after = max(first, wanted.start - timedelta(microseconds=1))
        with suppress(UserError):  # what is no schedule any more is stopped at its next time, and says why
            yield from schedule.occurrences(schedule.cron(experiment.cron, experiment.time_zone), after, wanted.end)


def _of_experiment(
    experiment: Experiment, moment: datetime, state: EntryState, services: "_ServicesOfPods", reason: str = ""
) -> Entry:
    pods, asked = experiment.requested.get("pods", []), experiment.requested.get("services", [])
    lasts = timedelta(seconds=experiment.duration_s)
    return Entry(
        id=f"experiment:{experiment.id}:{moment:%Y-%m-%dT%H:%M:%SZ}",
        origin="experiment",
        state=state,
        kind=experiment.kind,
        start=moment,
        end=moment + lasts if state == "planned" else None,
        title=experiment.name,
        services=sorted({*asked, *services(pods)}),
        pods=pods,
        reason=reason,
        created_by=_name(experiment.created_by),
        experiment=experiment.id,
    )


class _ServicesOfPods:
    """Of the pods that there are now; asked for once, when it is needed. A system out of reach hides no entry."""

    def __init__(self) -> None:
        self._known: dict[str, str] | None = None

    def __call__(self, pods: Sequence[str]) -> set[str]:
        if pods and self._known is None:
            try:
                self._known = {pod.name: pod.service for pod in systems.pods()}
            except Unavailable:
                self._known = {}
        return {(self._known or {}).get(pod, "") for pod in pods} - {""}


def _steps(found: _Found) -> None:
    """What is to come of the campaign that runs."""
    campaign = campaigns.open_campaign()
    if campaign is None:
        return
    for expected in campaigns.expected(campaign, timezone.now()):
        found.entries.append(_of_step(expected.step, "planned", expected.begins, expected.ends))


def _skipped_steps(wanted: Wanted, found: _Found) -> None:
    rows = Step.objects.filter(
        state=StepState.SKIPPED, finished_at__gte=wanted.start, finished_at__lt=wanted.end
    ).select_related("campaign__created_by")
    shown = list(rows.order_by("-finished_at", "-id")[: MOST_ROWS + 1])
    if len(shown) > MOST_ROWS:
        del shown[MOST_ROWS:]
        found.left_out.append(LeftOut("skipped", before=shown[-1].finished_at))
    found.entries += [_of_step(each, "skipped", each.finished_at, None) for each in shown if each.finished_at]


def _of_step(step: Step, state: EntryState, start: datetime, end: datetime | None) -> Entry:
    return Entry(
        id=f"step:{step.id}",
        origin="campaign",
        state=state,
        kind=step.fault,
        is_event=step.is_event,
        start=start,
        end=end,
        title=step.campaign.name,
        services=[step.service] if step.service else [],
        reason=step.reason,
        created_by=_name(step.campaign.created_by),
        campaign=step.campaign_id,
        campaign_step=step.id,
    )


def _name(user: Any) -> str | None:
    return user.get_username() if isinstance(user, User) else None
