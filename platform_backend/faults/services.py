"""Writes of faults that users ask for: start an injection, stop one."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import audit
from common.background import enqueue
from common.errors import Conflict, NotFound
from faults import targets, tasks
from faults.models import Injection, Target
from faults.targets import InjectionRequest, Plan
from systems.ports import Pod


def injection_create(*, request: InjectionRequest, by: User) -> Injection:
    """Check everything, name the pods, and start. Raises UserError with an error per field."""
    plan = targets.plan(request)  # asks the system, so it stays outside of the transaction
    with transaction.atomic():
        injection = _store(request, plan, by)
        audit(
            "injection.create",
            injection.id,
            by,
            kind=injection.kind,
            pods=[pod.name for pod in plan.pods],
            parameters=injection.parameters,
            duration_s=injection.duration_s,
        )
        enqueue(tasks.advance_injection, str(injection.id))
    return injection


def _store(request: InjectionRequest, plan: Plan, by: User) -> Injection:
    now = timezone.now()
    _refuse_busy(plan.pods)
    injection = Injection.objects.create(
        kind=request.kind,
        parameters=plan.parameters,
        requested={"services": list(request.services), "pods": list(request.pods)},
        duration_s=plan.duration_s,
        created_by=by,
        requested_at=now,
        deadline=now + timedelta(seconds=plan.duration_s),
    )
    try:
        Target.objects.bulk_create(
            Target(injection=injection, pod=pod.name, service=pod.service, occupied=pod.name) for pod in plan.pods
        )
    except IntegrityError:  # another request was faster; only a database without IMMEDIATE lets it come this far
        raise Conflict("One of these pods has just been given another fault; try again when that has ended.") from None
    return injection


def _refuse_busy(pods: Sequence[Pod]) -> None:
    names = [pod.name for pod in pods]
    busy = Target.objects.filter(occupied__in=names).select_related("injection")
    messages = [
        f"{target.pod} has a {target.injection.kind} until {target.injection.deadline:%H:%M:%S} UTC "
        f"(injection {target.injection_id})"
        for target in busy
    ]
    if messages:
        raise Conflict("A pod can have one fault at a time; stop the other one or wait.", fields={"pods": messages})


@transaction.atomic
def injection_stop(*, injection_id: UUID, by: User) -> Injection:
    """Ask for the fault's early end. Asking again, or after the end, changes nothing."""
    injection = Injection.objects.select_for_update().filter(id=injection_id).first()
    if injection is None:
        raise NotFound(f"There is no injection {injection_id}.")
    if injection.is_open and not injection.stop_requested:
        injection.stop_requested = True
        injection.save(update_fields=("stop_requested",))
        audit("injection.stop", injection.id, by)
        enqueue(tasks.advance_injection, str(injection.id))
    return injection
