"""Writes of faults that users ask for: start an injection, stop one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import owner_or_admin
from common.background import enqueue
from common.errors import Conflict, NotFound, said
from common.transactions import atomic
from faults import guards, targets
from faults.models import Experiment, Injection, PodQuarantine, Target
from faults.targets import InjectionRequest, Plan
from systems import selectors as system_selectors
from systems import services as systems


@dataclass(frozen=True, slots=True)
class Origin:
    """What ordered an injection, when it was no user by hand."""

    experiment: Experiment | None = None
    scheduled_for: datetime | None = None  # the experiment's occurrence
    campaign_step: UUID | None = None
    group: UUID | None = None  # of those ordered as one
    after_s: float = 0.0  # the first of them


BY_HAND: Final = Origin()


def injection_create(*, request: InjectionRequest, by: User | None, origin: Origin = BY_HAND) -> Injection:
    """Check everything, name the pods, and start. Raises UserError with an error per field."""
    plan = targets.plan(request)  # asks the system, so it stays outside of the transaction
    return injection_store(request=request, plan=plan, by=by, origin=origin)


@atomic
def injection_store(*, request: InjectionRequest, plan: Plan, by: User | None, origin: Origin) -> Injection:
    """What may have changed since the plan was made is checked again, now that nobody else can write."""
    guards.refuse_blocked()
    targets.refuse({}, guards.passing(guards.Candidate(request.kind, plan.pods, request.allow_last_replica)))
    injection = _insert(request, plan, by, origin)
    audit(
        "injection.create",
        injection.id,
        by,
        kind=injection.kind,
        pods=[pod.name for pod in plan.pods],
        parameters=injection.parameters,
        duration_s=injection.duration_s,
        **_origin_detail(origin),
    )
    enqueue("faults.tasks.advance_injection", str(injection.id))
    return injection


def _origin_detail(origin: Origin) -> dict[str, str]:
    named = {"experiment": origin.experiment and origin.experiment.pk, "campaign_step": origin.campaign_step}
    return {name: str(value) for name, value in named.items() if value}


def _insert(request: InjectionRequest, plan: Plan, by: User | None, origin: Origin) -> Injection:
    now = timezone.now()
    injection = Injection.objects.create(
        kind=request.kind,
        parameters=plan.parameters,
        requested={"services": list(request.services), "pods": list(request.pods)},
        duration_s=plan.duration_s,
        allow_last_replica=request.allow_last_replica,
        experiment=origin.experiment,
        scheduled_for=origin.scheduled_for,
        campaign_step=origin.campaign_step,
        group=origin.group,
        after_s=origin.after_s,
        created_by=by,
        requested_at=now,
        deadline=now + timedelta(seconds=plan.duration_s),
    )
    try:
        Target.objects.bulk_create(
            Target(injection=injection, pod=pod.name, service=pod.service, occupied=pod.name) for pod in plan.pods
        )
    except IntegrityError:  # another request was faster; only a database without IMMEDIATE lets it come this far
        raise Conflict(
            said(
                "injection.pod_taken",
                "One of these pods has just been given another fault; try again when that has ended.",
            )
        ) from None
    return injection


@atomic
def injection_stop(*, injection_id: UUID, by: User | None) -> Injection:
    """Ask for the fault's early end. Asking again, or after the end, changes nothing."""
    injection = Injection.objects.select_for_update().filter(id=injection_id).first()
    if injection is None:
        raise NotFound(said("injection.unknown", "There is no injection {injection_id}.", injection_id=injection_id))
    owner_or_admin(by, owner=injection.created_by, thing=f"Injection {injection}", to="stop")
    if injection.is_open and not injection.stop_requested:
        injection.stop_requested = True
        injection.save(update_fields=("stop_requested",))
        audit("injection.stop", injection.id, by)
        enqueue("faults.tasks.advance_injection", str(injection.id))
    return injection


def hurt_pods_recreate(*, injection_id: UUID) -> list[str]:
    """Have the pods that did not recover from this fault made anew, and clear those that are well again.

    The pods that one still has to wait for. May be repeated, and is. Raises Unavailable.
    """
    waiting = []
    for entry in PodQuarantine.objects.filter(injection=injection_id, cleared_at=None):
        if entry.recreated_at is None:
            _recreate(entry)
            waiting.append(entry.pod)
        elif _is_anew(entry):
            _clear(entry, by=None)
        else:
            waiting.append(entry.pod)
    return waiting


def _recreate(entry: PodQuarantine) -> None:
    """Written down afterwards: should we die in between, the pod is made anew twice, which does no harm."""
    started = [pod.started for pod in system_selectors.pods() if pod.name == entry.pod]
    systems.pod_recreate(pod=entry.pod, by=None)
    entry.recreated_at, entry.recreated_from = timezone.now(), started[0] if started else None
    entry.save(update_fields=("recreated_at", "recreated_from"))


def _is_anew(entry: PodQuarantine) -> bool:
    """Another process is ready in its place; or another pod is, where pods do not keep their names."""
    found = [pod for pod in system_selectors.pods() if pod.name == entry.pod]
    return all(pod.ready and pod.started != entry.recreated_from for pod in found)


@atomic
def quarantine_clear(*, pod: str, by: User) -> PodQuarantine:
    """The pod may be given faults again: at the word of whoever hurt it, or an admin's. Again, it changes nothing."""
    entry = PodQuarantine.objects.select_for_update().filter(pod=pod).order_by("-since", "-pk").first()
    if entry is None:
        raise NotFound(said("quarantine.unknown", "{pod} is not in quarantine.", pod=pod))
    owner_or_admin(by, owner=entry.owner, thing=f"The quarantine of {pod}", to="clear")
    if entry.cleared_at is None:
        _clear(entry, by=by)
    return entry


@atomic
def _clear(entry: PodQuarantine, *, by: User | None) -> None:
    entry.cleared_at, entry.cleared_by = timezone.now(), by
    entry.save(update_fields=("cleared_at", "cleared_by"))
    audit("quarantine.clear", entry.pod, by, reason=entry.reason)
