"""Changing an experiment that is planned. What it has done keeps what it was done with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import owner_or_admin
from common.background import enqueue
from common.errors import Conflict, said
from common.transactions import atomic
from faults import selectors, targets
from faults.experiments import ScheduleRequest, content_of, locked_by, upcoming, version_store
from faults.models import Experiment
from faults.targets import InjectionRequest


@dataclass(frozen=True, slots=True)
class ExperimentChange:
    """`given` holds what is to be different, by the names of an injection's request, and `name`; `revision`: of the
    experiment as the caller has seen it, None: whatever it is.
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    schedule: ScheduleRequest | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    injection: InjectionRequest
    duration_s: float
    schedule: ScheduleRequest | None
    next_at: datetime | None


def experiment_update(*, experiment_id: UUID, change: ExperimentChange, by: User) -> Experiment:
    """From its next occurrence on. Raises UserError for what is wrong, Conflict for what waiting does not change."""
    seen = selectors.experiment(experiment_id)
    owner_or_admin(by, owner=seen.created_by, thing=f"Experiment {seen.name}", to="change")
    _refuse_over(seen)
    wanted = _wanted(seen, change)  # asks the system, so it stays outside of the transaction
    return _store(seen, wanted, change.revision, by)


def _wanted(experiment: Experiment, change: ExperimentChange) -> _Wanted:
    before = InjectionRequest(
        kind=experiment.kind,
        pods=experiment.requested["pods"],
        services=experiment.requested["services"],
        parameters=experiment.parameters,
        duration_s=experiment.duration_s,
        allow_last_replica=experiment.allow_last_replica,
    )
    given = {name: value for name, value in change.given.items() if name != "name"}
    asked = replace(before, **given)
    next_at = experiment.next_at if change.schedule is None else upcoming(change.schedule, timezone.now(), 1)[0]
    found = targets.examine(asked)
    targets.refuse(found.errors, found.lasting)
    name = change.given.get("name", experiment.name)
    return _Wanted(name, asked, found.plan.duration_s, change.schedule, next_at)


@atomic
def _store(seen: Experiment, wanted: _Wanted, revision: int | None, by: User) -> Experiment:
    experiment = locked_by(by, seen.id, to="change")
    _refuse_over(experiment)
    if experiment.revision != (seen.revision if revision is None else revision):
        text = "Somebody has changed the experiment meanwhile: it is at revision {revision}. Look at it, and try again."
        raise Conflict(said("experiment.changed_meanwhile", text, revision=experiment.revision))
    before = content_of(experiment)
    _write(experiment, wanted)
    after = content_of(experiment)
    changed = [name for name, value in after.items() if value != before[name]]
    if not changed:
        return experiment
    experiment.revision += 1
    experiment.save()
    version_store(experiment, by=by, changed=changed)
    audit("experiment.update", experiment.id, by, name=experiment.name, changed=changed, revision=experiment.revision)
    enqueue("faults.tasks.fire_experiments")
    return experiment


def _write(experiment: Experiment, wanted: _Wanted) -> None:
    asked = wanted.injection
    experiment.name, experiment.kind = wanted.name, asked.kind
    experiment.parameters = dict(asked.parameters)
    experiment.requested = {"services": list(asked.services), "pods": list(asked.pods)}
    experiment.duration_s, experiment.allow_last_replica = wanted.duration_s, asked.allow_last_replica
    if wanted.schedule is not None and wanted.schedule != _schedule(experiment):
        when = asdict(wanted.schedule)
        experiment.schedule, experiment.cron, experiment.time_zone = when["type"], when["cron"], when["time_zone"]
        experiment.next_at = wanted.next_at


def _schedule(experiment: Experiment) -> ScheduleRequest:
    at = experiment.next_at if experiment.schedule == Experiment.Schedule.AT else None
    return ScheduleRequest(str(experiment.schedule), at, experiment.cron, experiment.time_zone)


def _refuse_over(experiment: Experiment) -> None:
    if experiment.is_over or experiment.next_at is None:
        text = "No occurrence of {name} will follow, so there is nothing to change; make another experiment."
        raise Conflict(said("experiment.nothing_follows", text, name=experiment.name))
