"""Reads of campaigns, and of the injections that they ordered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from campaigns.models import Campaign, State, Step, StepState
from campaigns.planner import BEFORE_S, CHECKS_S, group_seconds, last_pause, lasts
from common.errors import NotFound, said
from events.models import EVENTS, Event
from faults import guards
from faults.models import LIFECYCLE, Effect, EmergencyStop, Injection, Label, Target
from systems import selectors as systems

OVER = (StepState.DONE, StepState.SKIPPED, StepState.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    steps_done: int  # over, in whatever way
    steps_total: int
    current: Step | None
    seconds_left: float | None  # expected; None when it is over


@dataclass(frozen=True, slots=True)
class ExpectedStep:
    step: Step
    begins: datetime
    ends: datetime


def campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.select_related("created_by").annotate(
        steps_total=Count("steps"),
        steps_over=Count("steps", filter=Q(steps__state__in=OVER)),
        steps_failed=Count("steps", filter=Q(steps__state=StepState.FAILED)),
        steps_skipped=Count("steps", filter=Q(steps__state=StepState.SKIPPED)),
        steps_unusable=Count("steps", filter=Q(steps__state=StepState.DONE) & ~Q(steps__unusable="")),
    )


def campaigns_where(wanted: Mapping[str, Any]) -> QuerySet[Campaign]:
    """Those that `wanted` lets through: by the names of the API's filters, where an empty one lets all through."""
    columns = {"state": "state__in", "created_by": "created_by__username"}
    return campaigns().filter(**{column: wanted[name] for name, column in columns.items() if wanted[name]})


def campaign(campaign_id: UUID) -> Campaign:
    found = campaigns().prefetch_related(Prefetch("steps", steps())).filter(id=campaign_id).first()
    if found is None:
        raise NotFound(said("campaign.unknown", "There is no campaign {campaign_id}.", campaign_id=campaign_id))
    return found


def steps() -> QuerySet[Step]:
    """With their `effect`: confirmed when it is on every pod, absent when it is on none or not on all, empty while not
    all labels are checked. The labels alone have it: what a step remembered might differ from them.
    """
    labels = Label.objects.filter(injection__campaign_step=OuterRef("pk"))
    known = Exists(labels) & ~Exists(labels.filter(effect_checked=False))
    worst = [
        When(Exists(labels.filter(effect=each)), then=Value(each.value)) for each in (Effect.ABSENT, Effect.UNKNOWN)
    ]
    effect = Case(When(~known, then=Value("")), *worst, default=Value(Effect.CONFIRMED.value), output_field=CharField())
    return Step.objects.annotate(effect=effect)


def open_campaign() -> Campaign | None:
    return Campaign.objects.exclude(slot=None).first()


def current_group(campaign: Campaign) -> list[Step]:
    """All steps of the first group that is not over, in their order; empty when all are."""
    first = campaign.steps.exclude(state__in=OVER).order_by("index").first()
    return [] if first is None else list(campaign.steps.filter(group=first.group).order_by("index"))


def first_of_group(step: Step) -> Step:
    return Step.objects.filter(campaign=step.campaign_id, group=step.group).order_by("index")[0]


def pods_hit_by(step: Step) -> set[str]:
    """Those of all of its group. An event may change any pod of its service."""
    if step.is_event:
        event = event_of(step.id)
        return {pod.name for pod in systems.pods() if event is not None and pod.service == event.service}
    ids = Step.objects.filter(campaign=step.campaign_id, group=step.group).values("id")
    return set(Target.objects.filter(injection__campaign_step__in=ids).values_list("pod", flat=True))


def pause_after(step: Step) -> float:
    """Seconds without faults that follow the group of a step, before the next one or the campaign's end."""
    following = step.campaign.steps.filter(group=step.group + 1).first()
    return last_pause(step.campaign.file) if following is None else following.pause_s


def progress(campaign: Campaign, now: datetime) -> Progress:
    steps = sorted(campaign.steps.all(), key=lambda step: step.index)
    left = [step for step in steps if step.is_open]
    current = left[0] if left and campaign.state == State.RUNNING else None
    return Progress(len(steps) - len(left), len(steps), current, _seconds_left(campaign, steps, now))


def _seconds_left(campaign: Campaign, steps: Sequence[Step], now: datetime) -> float | None:
    if not campaign.is_open:
        return None
    if campaign.state == State.STOPPING:
        return 0.0
    if campaign.state == State.PLANNED:
        return campaign.expected_s
    left = _left(campaign, steps, now)
    return left[-1].ends + last_pause(campaign.file) if left else _quiet(campaign, now)


def expected(campaign: Campaign, now: datetime) -> list[ExpectedStep]:
    """The steps of a planned or running campaign that have not begun, and when they will if none has to wait."""
    steps = sorted(campaign.steps.all(), key=lambda step: step.index)
    left = _left(campaign, steps, now) if campaign.state in (State.PLANNED, State.RUNNING) else []
    found = []
    for group in left:
        for step in group.steps:
            if step.is_open and step.injection is None and step.event is None:
                begins = now + timedelta(seconds=max(0.0, group.begins + BEFORE_S + step.after_s))
                found.append(ExpectedStep(step, begins, begins + timedelta(seconds=lasts(step))))
    return found


@dataclass(frozen=True, slots=True)
class _Left:
    """A group of steps that are not all over, and its expected beginning and end in seconds from now."""

    steps: Sequence[Step]
    begins: float
    ends: float


def _left(campaign: Campaign, steps: Sequence[Step], now: datetime) -> list[_Left]:
    by_group = [list(steps) for _, steps in groupby(steps, key=lambda step: step.group)]
    left = [group for group in by_group if any(step.is_open for step in group)]
    quiet = left[0][0].pause_s if left and campaign.state == State.PLANNED else _quiet(campaign, now)
    if left and all(not step.is_open or step.state == StepState.COOLING for step in left[0]):
        del left[0]  # `quiet` is what is left of it, and the pause before the next one
    elif left and any(step.state == StepState.COOLING for step in left[0]):
        quiet = 0.0  # others of its group go on, and the pause is counted from their end
    found: list[_Left] = []
    for group in left:
        pause = max(group[0].pause_s, CHECKS_S)
        ends = found[-1].ends + pause + group_seconds(group) if found else quiet + _left_of(group, now)
        found.append(_Left(group, ends - group_seconds(group), ends))
    return found


def _quiet(campaign: Campaign, now: datetime) -> float:
    return max(0.0, (campaign.quiet_until - now).total_seconds()) if campaign.quiet_until else 0.0


def _left_of(group: Sequence[Step], now: datetime) -> float:
    begun = max(((now - step.started_at).total_seconds() for step in group if step.started_at), default=0.0)
    return max(0.0, group_seconds(group) - begun)


def injection_of(step_id: UUID) -> Injection | None:
    return Injection.objects.filter(campaign_step=step_id).first()


def event_of(step_id: UUID) -> Event | None:
    return Event.objects.filter(campaign_step=step_id).first()


def has_begun(step_id: UUID) -> bool:
    """Whether there is an injection or event of the step, be it over or not."""
    return injection_of(step_id) is not None or event_of(step_id) is not None


def is_injecting(step_id: UUID) -> bool:
    """Whether the step, and its campaign, still want an injection."""
    return Step.objects.filter(id=step_id, state=StepState.INJECTING, campaign__state=State.RUNNING).exists()


def is_effect_checked(injection_id: UUID) -> bool:
    return not Label.objects.filter(injection_id=injection_id, effect_checked=False).exists()


def orphaned_injections() -> list[Injection]:
    """Open injections of steps that no longer want them."""
    ordered = Injection.objects.filter(
        state__in=LIFECYCLE.open_states, stop_requested=False, campaign_step__isnull=False
    )
    wanting = Step.objects.filter(campaign__slot__isnull=False).exclude(state__in=OVER)
    return list(ordered.exclude(campaign_step__in=wanting.values("id")))


def orphaned_events() -> list[Event]:
    """Open events of steps that no longer want them."""
    ordered = Event.objects.filter(state__in=EVENTS.open_states, stop_requested=False, campaign_step__isnull=False)
    wanting = Step.objects.filter(campaign__slot__isnull=False).exclude(state__in=OVER)
    return list(ordered.exclude(campaign_step__in=wanting.values("id")))


def emergency_stop(since: datetime | None) -> str:
    """Who stopped all faults and why, also if it was released meanwhile; empty when nobody did."""
    if stop := guards.emergency_stop_in_force():
        return guards.blocked_message(stop)
    passed = EmergencyStop.objects.filter(at__gte=since).first() if since else None
    return f"all faults were stopped by {passed.by}: {passed.reason}" if passed else ""
