"""What the platform knows about how a window came to be: who injected, under which load, under which licence."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from campaigns.models import Campaign, Step, StepOutcome
from dataset_builder.card.files import Origin
from dataset_builder.labels import MICROSECONDS, Injection, in_window
from faults.models import Experiment
from faults.models import Injection as InjectionRow
from platform_backend.config import config
from systems import selectors as system_selectors
from telemetry.records import Window


def origin_of(window: Window, injections: Sequence[Injection]) -> Origin:
    """Nothing of it changes once the window is over and its faults are."""
    chosen = [each.injection_id for each in in_window(injections, window)]
    rows = list(InjectionRow.objects.filter(pk__in=chosen).select_related("experiment"))
    ordered = {row.campaign_step for row in rows if row.campaign_step is not None}
    steps = {step.pk: step for step in Step.objects.filter(pk__in=ordered).select_related("campaign")}
    experiments = {row.experiment.pk: row.experiment for row in rows if row.experiment is not None}
    return Origin(
        campaigns=[_campaign(each, window) for each in _campaigns(window, steps.values())],
        experiments=[_experiment(each) for each in sorted(experiments.values(), key=lambda each: each.created_at)],
        ordered_by=dict(_ordered_by(rows, {pk: step.campaign.name for pk, step in steps.items()})),
        load_set=_load_set(window),
        licence=config().datasets.licence,
    )


def _campaigns(window: Window, steps: Iterable[Step]) -> Sequence[Campaign]:
    """Those that ran in the window, and those whose injections reach into it."""
    start, end = _moment(window.start), _moment(window.end)
    ran = Q(started_at__lt=end) & (Q(finished_at=None) | Q(finished_at__gt=start))
    named = Q(pk__in={step.campaign_id for step in steps})
    return list(Campaign.objects.filter(ran | named).order_by("created_at", "pk"))


def _campaign(campaign: Campaign, window: Window) -> dict[str, Any]:
    return {
        "campaign": str(campaign.pk),
        "name": campaign.name,
        "seed": campaign.seed,
        "digest": campaign.digest,
        "requests_per_second": campaign.file.load,
        "steps": _steps(campaign, _moment(window.end)),
    }


def _steps(campaign: Campaign, end: datetime) -> dict[str, int]:
    """How many came to what by the end of the window: whenever one asks, the answer is the same."""
    steps = list(campaign.steps.all())
    found = Counter(step.outcome for step in steps if step.finished_at is not None and step.finished_at <= end)
    counts = {each.value: found[each] for each in StepOutcome}
    return {"total": len(steps), **counts, "later": len(steps) - found.total()}


def _experiment(experiment: Experiment) -> dict[str, Any]:
    return {
        "experiment": str(experiment.pk),
        "name": experiment.name,
        "kind": experiment.kind,
        "schedule": experiment.schedule,
        "cron": experiment.cron,
        "time_zone": experiment.time_zone,
    }


def _ordered_by(rows: Iterable[InjectionRow], campaigns: Mapping[Any, str]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.campaign_step in campaigns:
            yield str(row.pk), f"campaign {campaigns[row.campaign_step]}"
        elif row.experiment is not None:
            yield str(row.pk), f"experiment {row.experiment.name}"


def _load_set(window: Window) -> list[dict[str, Any]]:
    """The last change before the window, and those in it."""
    return [
        {"at": each.at, "requests_per_second": each.rate}
        for each in system_selectors.load_settings(window.start, window.end)
    ]


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / MICROSECONDS, UTC)
