"""What a report says, taken from the database: plain values, which the pages show as they are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from campaigns import selectors
from campaigns.models import Campaign, Step
from common.errors import Conflict, said
from common.plain import plain
from events.models import Event
from faults.models import Injection, Label

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EFFECTS: Final = ("confirmed", "absent", "unknown")


@dataclass(frozen=True, slots=True)
class PlanRow:
    number: int
    group: int
    what: str
    service: str
    parameters: str
    seconds: float
    after: float
    outcome: str
    effect: str
    remark: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a fault did to one pod. Times are seconds after the campaign's start."""

    number: int
    what: str
    service: str
    pod: str
    begins: datetime
    start_s: float
    end_s: float | None  # None: nobody knows
    effect: str
    kpi: str
    test: str
    before: str
    during: str
    p_value: str
    effect_size: str
    onset: str
    reason: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: what a healthy system went through. Times are seconds after the campaign's start."""

    number: int
    what: str
    service: str
    start_s: float
    end_s: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Report:
    id: UUID
    name: str
    state: str
    reason: str
    ordered_by: str
    started: datetime
    finished: datetime
    seconds: float
    seed: int
    digest: str
    load: float | None
    shape: str
    outcomes: Mapping[str, int]
    effects: Mapping[str, Mapping[str, int]]  # by kind of fault
    steps: Sequence[PlanRow]
    hits: Sequence[Hit]
    events: Sequence[Happened]
    made: datetime

    @property
    def effect_counts(self) -> Mapping[str, int]:
        return {effect: sum(counts[effect] for counts in self.effects.values()) for effect in EFFECTS}


def report_of(campaign_id: UUID) -> Report:
    """Raises NotFound; Conflict while the campaign is not over."""
    campaign = selectors.campaign(campaign_id)
    if campaign.is_open or campaign.finished_at is None:
        text = "The campaign is {state}; its report is made when it is over."
        raise Conflict(said("campaign.not_over", text, state=campaign.state))
    steps = sorted(campaign.steps.all(), key=lambda step: step.index)
    started = campaign.started_at or campaign.created_at
    hits = _hits(steps, started)
    return Report(
        id=campaign.id,
        name=campaign.name,
        state=campaign.state,
        reason=plain(campaign.reason),
        ordered_by=campaign.created_by.get_username() if campaign.created_by else "nobody",
        started=started,
        finished=campaign.finished_at,
        seconds=(campaign.finished_at - started).total_seconds(),
        seed=campaign.seed,
        digest=campaign.digest,
        load=campaign.content.get("load"),
        shape=str(campaign.content.get("shape", "")),
        outcomes=_outcomes(campaign, steps),
        effects=_effects(hits),
        steps=[_plan_row(step) for step in steps],
        hits=hits,
        events=_events(steps, started),
        made=timezone.now(),
    )


def _outcomes(campaign: Campaign, steps: Sequence[Step]) -> Mapping[str, int]:
    counts = Counter(str(step.outcome.value) for step in steps if step.outcome)
    return {name: counts[name] for name in ("done", "failed", "skipped", "unusable")}


def _effects(hits: Sequence[Hit]) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for hit in hits:
        found.setdefault(hit.what, dict.fromkeys(EFFECTS, 0))[hit.effect] += 1
    return dict(sorted(found.items()))


def _plan_row(step: Any) -> PlanRow:
    given = {name: value for name, value in step.parameters.items() if value not in ("", [], None)}
    return PlanRow(
        number=step.index + 1,
        group=step.group + 1,
        what=f"event {step.fault}" if step.is_event else step.fault,
        service=step.service,
        parameters=plain(" ".join(f"{name}={value}" for name, value in given.items())),
        seconds=step.duration_s,
        after=step.after_s,
        outcome=step.outcome.value if step.outcome else step.state,
        effect=step.effect,
        remark=plain("; ".join(text for text in (step.reason, step.unusable) if text)),
    )


def _hits(steps: Sequence[Step], started: datetime) -> list[Hit]:
    numbers = {step.id: step.index + 1 for step in steps}
    labels = Label.objects.filter(injection__campaign_step__in=list(numbers)).select_related("injection")
    return [_hit(label, numbers, started) for label in labels.order_by("start", "pod")]


def _hit(label: Label, numbers: Mapping[UUID, int], started: datetime) -> Hit:
    evidence = label.evidence
    unit = f" {evidence['unit']}" if evidence.get("unit") else ""
    end = label.end if label.end is not None else _closed(label.injection)
    return Hit(
        number=numbers[label.injection.campaign_step],  # type: ignore[index]  # those with a step were asked for
        what=label.kind,
        service=label.service,
        pod=label.pod,
        begins=_moment(label.start),
        start_s=(_moment(label.start) - started).total_seconds(),
        end_s=(_moment(end) - started).total_seconds() if end is not None else None,
        effect=label.effect,
        kpi=plain(str(evidence.get("kpi") or "")),
        test=plain(str(evidence.get("test") or "")),
        before=_number(evidence.get("before"), unit),
        during=_number(evidence.get("during"), unit),
        p_value=_number(evidence.get("p_value")),
        effect_size=_number(evidence.get("effect_size")),
        onset=_number((label.onset - label.start) / 1e6, " s") if label.onset is not None else "",
        reason=plain(str(evidence.get("reason") or "")),
    )


def _events(steps: Sequence[Step], started: datetime) -> list[Happened]:
    numbers = {step.id: step.index + 1 for step in steps if step.is_event}
    found = Event.objects.filter(campaign_step__in=list(numbers), start__isnull=False).order_by("start", "id")
    return [_happened(event, numbers, started) for event in found]


def _happened(event: Event, numbers: Mapping[UUID, int], started: datetime) -> Happened:
    def after(moment: int | None) -> float | None:
        return None if moment is None else (_moment(moment) - started).total_seconds()

    return Happened(
        number=numbers[event.campaign_step],  # type: ignore[index]  # those with a step were asked for
        what=event.kind,
        service=event.service,
        start_s=after(event.start) or 0.0,
        end_s=after(event.end),
        told=plain(event.error or " ".join(f"{name}={value}" for name, value in event.detail.items())),
    )


def _closed(injection: Injection) -> int | None:
    return round((injection.ended_at - EPOCH) / timedelta(microseconds=1)) if injection.ended_at else None


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _number(value: Any, unit: str = "") -> str:
    """Three digits that count; empty for what is none."""
    return f"{value:.3g}{unit}" if isinstance(value, int | float) and not isinstance(value, bool) else ""
