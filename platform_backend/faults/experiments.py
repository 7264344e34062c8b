"""What users do with experiments, which inject a fault now, at a time, or by cron."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import owner_or_admin
from common.background import enqueue
from common.errors import Conflict, NotFound, UserError, said
from common.transactions import atomic
from faults import guards, schedule, services, targets
from faults.models import Experiment, ExperimentState, ExperimentVersion, Occurrence
from faults.occurrences import following, move, open_injections, skip_new
from faults.targets import Examination, InjectionRequest

MOST_PREVIEWED: Final = 50


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    type: str = Experiment.Schedule.NOW.value
    at: datetime | None = None
    cron: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ExperimentRequest:
    name: str
    injection: InjectionRequest
    schedule: ScheduleRequest = field(default_factory=ScheduleRequest)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen, and why it would not. `refusals` by input field; "" for what is not about a field."""

    examination: Examination
    occurrences: Sequence[datetime]
    refusals: Mapping[str, Sequence[str]]


def preview(*, request: InjectionRequest, when: ScheduleRequest, count: int) -> Preview:
    """Without acting. Raises Unavailable when the system can't be asked."""
    found = targets.examine(request)
    refusals: dict[str, list[str]] = {name: list(messages) for name, messages in found.errors.items()}
    passing = found.passing if when.type == Experiment.Schedule.NOW else {}
    for conflicts in (found.lasting, passing):
        for name, messages in conflicts.items():
            refusals.setdefault(name, []).extend(messages)
    if stop := guards.emergency_stop_in_force():
        refusals[""] = [guards.blocked_message(stop)]
    occurrences: list[datetime] = []
    try:
        occurrences = upcoming(when, timezone.now(), min(count, MOST_PREVIEWED))
    except UserError as error:
        refusals |= error.fields
    return Preview(found, occurrences, {name: messages for name, messages in refusals.items() if messages})


def experiment_create(*, request: ExperimentRequest, by: User) -> Experiment:
    """Raises UserError for what is wrong, Conflict for what waiting does not change; the rest shows when it is due."""
    now = timezone.now()
    first = upcoming(request.schedule, now, 1)
    guards.refuse_blocked()
    found = targets.examine(request.injection)
    is_now = request.schedule.type == Experiment.Schedule.NOW
    targets.refuse(found.errors, found.lasting, found.passing if is_now else {})
    return _store(request, found, by, first[0])


@atomic
def _store(request: ExperimentRequest, found: Examination, by: User, first: datetime) -> Experiment:
    asked = request.injection
    experiment = Experiment.objects.create(
        name=request.name,
        kind=asked.kind,
        parameters=dict(asked.parameters),
        requested={"services": list(asked.services), "pods": list(asked.pods)},
        duration_s=found.plan.duration_s,
        allow_last_replica=asked.allow_last_replica,
        schedule=request.schedule.type,
        cron=request.schedule.cron,
        time_zone=request.schedule.time_zone,
        next_at=first,
        created_by=by,
        created_at=timezone.now(),
    )
    version_store(experiment, by=by)
    audit("experiment.create", experiment.id, by, **_detail(experiment))
    enqueue("faults.tasks.fire_experiments")
    return experiment


@atomic
def experiment_pause(*, experiment_id: UUID, by: User) -> Experiment:
    """No occurrence while it is paused. A fault that runs goes on."""
    experiment = locked_by(by, experiment_id, to="pause")
    if experiment.state == ExperimentState.PAUSED:
        return experiment
    if experiment.next_at is None and not experiment.is_over:
        raise Conflict(said("experiment.over", "The experiment has no further occurrence; to end its fault, stop it."))
    move(experiment, ExperimentState.PAUSED)
    experiment.save(update_fields=("state",))
    audit("experiment.pause", experiment.id, by)
    return experiment


@atomic
def experiment_resume(*, experiment_id: UUID, by: User) -> Experiment:
    """Go on with the next occurrence from now; what fell into the pause is not made up for."""
    experiment = locked_by(by, experiment_id, to="resume")
    if experiment.state == ExperimentState.SCHEDULED:
        return experiment
    move(experiment, ExperimentState.SCHEDULED)
    now = timezone.now()
    if experiment.schedule == Experiment.Schedule.CRON:
        experiment.next_at = following(experiment, now)
    elif experiment.next_at is not None and experiment.next_at < now:
        skip_new(experiment, experiment.next_at, "The experiment was paused at that time.")
        experiment.next_at = None
    experiment.save(update_fields=("state", "next_at"))
    audit("experiment.resume", experiment.id, by)
    return experiment


@atomic
def experiment_stop(*, experiment_id: UUID, by: User) -> Experiment:
    """No further occurrence, and its running faults end. Stopping again changes nothing."""
    experiment = locked_by(by, experiment_id, to="stop")
    if not experiment.is_over:
        move(experiment, ExperimentState.STOPPED)
        experiment.next_at = None
        experiment.save(update_fields=("state", "next_at"))
        pending = experiment.occurrences.filter(outcome=Occurrence.Outcome.PENDING)
        pending.update(outcome=Occurrence.Outcome.SKIPPED, reason="The experiment was stopped.")
        audit("experiment.stop", experiment.id, by)
    for injection_id in open_injections(experiment):
        services.injection_stop(injection_id=injection_id, by=by)
    return experiment


@atomic
def experiment_delete(*, experiment_id: UUID, by: User) -> None:
    """Its injections and labels stay: they are what happened."""
    experiment = locked_by(by, experiment_id, to="delete")
    if open_injections(experiment):
        raise Conflict(
            said("experiment.fault_running", "A fault of the experiment still runs; stop the experiment first.")
        )
    audit("experiment.delete", experiment.id, by, **_detail(experiment))
    experiment.delete()


def version_store(experiment: Experiment, *, by: User, changed: Sequence[str] = ()) -> None:
    """Write down what it orders from now on. The caller holds the lock, or has just made it."""
    ExperimentVersion.objects.create(
        experiment=experiment,
        revision=experiment.revision,
        content=content_of(experiment),
        changed=list(changed),
        created_by=by,
        created_at=timezone.now(),
    )


def content_of(experiment: Experiment) -> dict[str, Any]:
    """All that can be changed of it, as the API has it."""
    is_at = experiment.schedule == Experiment.Schedule.AT and experiment.next_at is not None
    return {
        "name": experiment.name,
        "kind": experiment.kind,
        "services": experiment.requested["services"],
        "pods": experiment.requested["pods"],
        "parameters": experiment.parameters,
        "duration_s": experiment.duration_s,
        "allow_last_replica": experiment.allow_last_replica,
        "schedule": {
            "type": str(experiment.schedule),
            "at": experiment.next_at.isoformat() if is_at and experiment.next_at else None,
            "cron": experiment.cron,
            "time_zone": experiment.time_zone,
        },
    }


def upcoming(when: ScheduleRequest, now: datetime, count: int) -> list[datetime]:
    """The first occurrences. Raises UserError."""
    _refuse_foreign(when)
    match when.type:
        case Experiment.Schedule.NOW:
            return [now][:count]
        case Experiment.Schedule.AT:
            if when.at is None or when.at <= now:
                message = "missing" if when.at is None else f"{when.at:%Y-%m-%d %H:%M:%S %Z} has passed"
                raise UserError(
                    said("schedule.invalid", "The schedule is not valid; see errors."),
                    fields={"schedule.at": [message]},
                )
            return [when.at][:count]
        case _:
            return list(islice(schedule.occurrences(schedule.cron(when.cron, when.time_zone), now), count))


def _refuse_foreign(when: ScheduleRequest) -> None:
    """What belongs to another type was meant: a cron without its type must not be due now. Raises UserError."""
    given = {
        "at": (when.at is not None, Experiment.Schedule.AT),
        "cron": (bool(when.cron), Experiment.Schedule.CRON),
        "time_zone": (when.time_zone != "UTC", Experiment.Schedule.CRON),
    }
    errors = {
        f"schedule.{name}": [f"belongs to type {type_.value}, and this is of type {when.type}"]
        for name, (is_given, type_) in given.items()
        if is_given and when.type != type_
    }
    if errors:
        raise UserError(said("schedule.invalid", "The schedule is not valid; see errors."), fields=errors)


def _detail(experiment: Experiment) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "kind": experiment.kind,
        "targets": experiment.requested,
        "schedule": experiment.schedule,
        "cron": experiment.cron,
        "time_zone": experiment.time_zone,
    }


def locked_by(by: User, experiment_id: UUID, *, to: str) -> Experiment:
    experiment = Experiment.objects.select_for_update().filter(id=experiment_id).first()
    if experiment is None:
        raise NotFound(
            said("experiment.unknown", "There is no experiment {experiment_id}.", experiment_id=experiment_id)
        )
    owner_or_admin(by, owner=experiment.created_by, thing=f"Experiment {experiment.name}", to=to)
    return experiment
