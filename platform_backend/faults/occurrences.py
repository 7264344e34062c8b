"""The occurrences of experiments, driven by the clock.

One is claimed by inserting its row, which the database allows once; then it is carried out. Whoever dies in between
leaves a pending row that the next look finds. What is found too late is skipped with its reason and not made up for,
so that a platform that was down does not come back with a burst of faults.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from django.utils import timezone

from accounts.audit import audit
from changes.models import Topic
from changes.services import changed
from common.errors import Conflict, Unavailable, UserError, said
from common.transactions import atomic
from faults import schedule, services, targets
from faults.models import EXPERIMENTS, LIFECYCLE, Experiment, ExperimentState, Occurrence
from faults.services import Origin
from faults.targets import InjectionRequest

logger = logging.getLogger(__name__)

Key = TypeVar("Key", UUID, int)

# An occurrence that could not be carried out this long after its time is skipped.
TOLERANCE: Final = timedelta(seconds=30)
COUNTED: Final = 1000  # missed occurrences; beyond that, "at least"


def experiments_fire() -> None:
    """By the clock: claim what is due, carry out what is claimed, close what is done."""
    _each(_stop_unreadable, _unreadable())
    _each(_claim, _claimable())
    _each(_carry_out, _pending())
    _each(_finish, _without_future())


def _each(step: Callable[[Key], None], keys: Iterable[Key]) -> None:
    """Each on its own: a broken one must not hold up the others."""
    for key in keys:
        try:
            step(key)
        except Exception:
            logger.exception("experiments: %s of %s failed", step.__name__, key)


def _unreadable() -> list[UUID]:
    """Planned by what is no schedule any more: an earlier version took it, or the machine has lost the time zone."""
    planned = Experiment.objects.filter(state=ExperimentState.SCHEDULED, schedule=Experiment.Schedule.CRON)
    return [each.id for each in planned if _unreadable_because(each)]


def _unreadable_because(experiment: Experiment) -> str:
    try:
        schedule.cron(experiment.cron, experiment.time_zone)
    except UserError as error:
        return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.fields.items())
    return ""


@atomic
def _stop_unreadable(experiment_id: UUID) -> None:
    experiment = Experiment.objects.select_for_update().filter(id=experiment_id).first()
    if experiment is None or experiment.state != ExperimentState.SCHEDULED:
        return
    reason = f"Stopped: {_unreadable_because(experiment)}"
    if experiment.next_at is not None:
        skip_new(experiment, experiment.next_at, reason)
    move(experiment, ExperimentState.STOPPED)
    experiment.next_at = None
    experiment.save(update_fields=("state", "next_at"))
    audit("experiment.stop", experiment.id, None, reason=reason)


def _claimable() -> list[UUID]:
    now = timezone.now()
    scheduled = Experiment.objects.filter(state=ExperimentState.SCHEDULED, next_at__isnull=False)
    return [each.id for each in scheduled if _is_due(each, now) or _sooner(each, now)]


def _is_due(experiment: Experiment, now: datetime) -> bool:
    return experiment.next_at is not None and experiment.next_at <= now


def _sooner(experiment: Experiment, now: datetime) -> datetime | None:
    """An unclaimed occurrence before the next one: the clock was ahead when that was reckoned."""
    expected = following(experiment, now)
    if expected is None or experiment.next_at is None or expected >= experiment.next_at:
        return None
    return None if experiment.occurrences.filter(scheduled_for=expected).exists() else expected


def _pending() -> list[int]:
    return list(Occurrence.objects.filter(outcome=Occurrence.Outcome.PENDING).values_list("id", flat=True))


def _without_future() -> list[UUID]:
    done = Experiment.objects.filter(state=ExperimentState.SCHEDULED, next_at=None)
    return list(done.values_list("id", flat=True))


@atomic
def _claim(experiment_id: UUID) -> None:
    """Insert the row of the occurrence that is due, and move on to the next one."""
    experiment = Experiment.objects.select_for_update().filter(id=experiment_id).first()
    if experiment is None or experiment.state != ExperimentState.SCHEDULED or experiment.next_at is None:
        return
    now, due = timezone.now(), experiment.next_at
    if now < due:
        _set_next(experiment, _sooner(experiment, now) or due)
    elif now - due > TOLERANCE:
        skip_new(experiment, due, _missed(experiment, due, now))
        _set_next(experiment, following(experiment, now - TOLERANCE))
    else:
        Occurrence.objects.get_or_create(experiment=experiment, scheduled_for=due)
        _set_next(experiment, following(experiment, due))


def _set_next(experiment: Experiment, moment: datetime | None) -> None:
    experiment.next_at = moment
    experiment.save(update_fields=("next_at",))
    changed(Topic.EXPERIMENTS)


def _missed(experiment: Experiment, due: datetime, now: datetime) -> str:
    reason = f"Missed: the platform noticed {(now - due).total_seconds():.0f} s late."
    if experiment.schedule != Experiment.Schedule.CRON:
        return reason
    others = schedule.occurrences(schedule.cron(experiment.cron, experiment.time_zone), due)
    count = sum(1 for each in islice(others, COUNTED) if each <= now - TOLERANCE)
    more = f"at least {count}" if count == COUNTED else str(count)
    return f"{reason} So were {more} more after it." if count else reason


def skip_new(experiment: Experiment, moment: datetime, reason: str) -> None:
    occurrence, made = Occurrence.objects.get_or_create(
        experiment=experiment,
        scheduled_for=moment,
        defaults={"outcome": Occurrence.Outcome.SKIPPED, "reason": reason, "revision": experiment.revision},
    )
    if made:
        _audit_skip(occurrence)


def _carry_out(occurrence_id: int) -> None:
    """Inject, unless something speaks against it; then say what."""
    occurrence = Occurrence.objects.select_related("experiment__created_by").filter(id=occurrence_id).first()
    if occurrence is None:
        return
    try:
        if timezone.now() - occurrence.scheduled_for > TOLERANCE:
            raise Conflict(said("experiment.late", "It could not be carried out in time."))
        request = _request(occurrence.experiment)
        plan = targets.plan(request)
        _inject(occurrence, request, plan)
    except Unavailable as error:
        logger.warning("occurrence %s waits: %s", occurrence, error)
    except UserError as error:
        _skip(occurrence_id, "; ".join(message for each in error.fields.values() for message in each) or error.message)


@atomic
def _inject(occurrence: Occurrence, request: InjectionRequest, plan: targets.Plan) -> None:
    experiment = Experiment.objects.select_for_update().filter(id=occurrence.experiment_id).first()
    claimed = Occurrence.objects.select_for_update().filter(id=occurrence.pk).first()
    if experiment is None or claimed is None or claimed.outcome != Occurrence.Outcome.PENDING:
        return
    if experiment.revision != occurrence.experiment.revision:
        return  # changed since the plan was made: the next look makes another
    if experiment.state == ExperimentState.PAUSED:
        raise Conflict(said("experiment.paused", "The experiment was paused."))
    origin = Origin(experiment=experiment, scheduled_for=claimed.scheduled_for)
    claimed.injection = services.injection_store(request=request, plan=plan, by=experiment.created_by, origin=origin)
    claimed.outcome, claimed.revision = Occurrence.Outcome.INJECTED, experiment.revision
    claimed.save(update_fields=("injection", "outcome", "revision"))
    changed(Topic.EXPERIMENTS)


@atomic
def _skip(occurrence_id: int, reason: str) -> None:
    occurrence = Occurrence.objects.select_for_update().filter(id=occurrence_id).select_related("experiment").first()
    if occurrence is None or occurrence.outcome != Occurrence.Outcome.PENDING:
        return
    occurrence.outcome, occurrence.reason = Occurrence.Outcome.SKIPPED, reason
    occurrence.revision = occurrence.experiment.revision
    occurrence.save(update_fields=("outcome", "reason", "revision"))
    _audit_skip(occurrence)


def _audit_skip(occurrence: Occurrence) -> None:
    moment = occurrence.scheduled_for.isoformat()
    audit("experiment.skip", occurrence.experiment_id, None, scheduled_for=moment, reason=occurrence.reason)


@atomic
def _finish(experiment_id: UUID) -> None:
    experiment = Experiment.objects.select_for_update().filter(id=experiment_id).first()
    if experiment is None or experiment.state != ExperimentState.SCHEDULED or experiment.next_at is not None:
        return
    if experiment.occurrences.filter(outcome=Occurrence.Outcome.PENDING).exists() or open_injections(experiment):
        return
    move(experiment, ExperimentState.FINISHED)
    experiment.save(update_fields=("state",))
    audit("experiment.finish", experiment.id, None)


def following(experiment: Experiment, after: datetime) -> datetime | None:
    if experiment.schedule != Experiment.Schedule.CRON:
        return None
    return next(schedule.occurrences(schedule.cron(experiment.cron, experiment.time_zone), after), None)


def _request(experiment: Experiment) -> InjectionRequest:
    return InjectionRequest(
        kind=experiment.kind,
        pods=experiment.requested["pods"],
        services=experiment.requested["services"],
        parameters=experiment.parameters,
        duration_s=experiment.duration_s,
        allow_last_replica=experiment.allow_last_replica,
    )


def move(experiment: Experiment, to: ExperimentState) -> None:
    EXPERIMENTS.check(ExperimentState(experiment.state), to)
    experiment.state = to


def open_injections(experiment: Experiment) -> list[UUID]:
    return list(experiment.injections.filter(state__in=LIFECYCLE.open_states).values_list("id", flat=True))
