"""An injection's way from planned to recovered or failed, driven by what the driver measured.

The driver is asked outside of any transaction; all its calls may be repeated. What follows from its answer is written
under a lock and only if the injection is still in the state that the answer was for, so a retry, a second worker or
a task that was killed half-way does no harm.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit import audit
from common.errors import Unavailable, UserError
from faults import adapters, guards
from faults.effects.services import RecoveryCheck, quarantine, recovery_check
from faults.models import LIFECYCLE, Injection, Label, Recovery, State
from faults.ports import FaultDriver, FaultSpec, PodRecord
from faults.selectors import open_injections
from systems import selectors as systems

logger = logging.getLogger(__name__)

# The driver ends a fault at its own deadline; only when it is this late we tell it to. With a look each second,
# even one whose driver forgets its deadline is told within two seconds.
SLACK: Final = timedelta(seconds=1)
# One that could not begin by then is given up: nobody expects it any more.
START_LIMIT: Final = timedelta(seconds=60)
# A fault that is not verified as gone this long after its deadline has failed.
GRACE: Final = timedelta(seconds=90)
# And while the driver does not answer: after this many looks, about one a second. Looks, not seconds, because
# the platform itself may have been down for hours, and the driver needs its time to come back.
MAX_ATTEMPTS: Final = 120
MAX_STEPS: Final = 8
NOT_BEGUN: Final = "It could not begin in time, so it was given up."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step found: the state to go to (None: stay and wait) and the records so far."""

    to: State | None
    records: Sequence[PodRecord] = ()
    error: str = ""
    recovery: RecoveryCheck | None = None
    look_again: bool = False  # as soon as it is written


def open_injections_advance() -> None:
    """Every open injection, each on its own: a broken one must not hold up the others."""
    for injection_id in open_injections().values_list("id", flat=True):
        try:
            injection_advance(injection_id=injection_id)
        except Exception:
            logger.exception("injection %s could not be advanced", injection_id)
            _count_attempt(injection_id, "The platform could not drive this injection; its log says more.")


def injection_advance(*, injection_id: UUID) -> None:
    """Go as far as it goes now."""
    driver = adapters.fault_driver()
    for _ in range(MAX_STEPS):
        injection = Injection.objects.filter(id=injection_id).first()
        if injection is None or not injection.is_open:
            return
        try:
            outcome = STEPS[State(injection.state)](injection, driver)
            if not _settle(injection, outcome, driver) or (outcome.to is None and not outcome.look_again):
                return
        except Unavailable as error:
            _count_attempt(injection_id, error.message)
            return


def _planned(injection: Injection, driver: FaultDriver) -> Outcome:
    if injection.stop_requested:
        return Outcome(State.RECOVERED, error="Stopped before it was applied.")
    if _is_stale(injection):
        return Outcome(State.FAILED, error=NOT_BEGUN)
    if refusal := _refusal(injection):
        return Outcome(State.FAILED, error=refusal)
    return Outcome(State.APPLYING)


def _refusal(injection: Injection) -> str:
    """The guards once more: the system may have changed since the fault was ordered."""
    if stop := guards.emergency_stop_in_force():
        return guards.blocked_message(stop)
    all_pods = systems.pods()
    names = set(injection.targets.values_list("pod", flat=True))
    pods = [pod for pod in all_pods if pod.name in names]
    candidate = guards.Candidate(injection.kind, pods, injection.allow_last_replica, injection)
    return "; ".join(guards.lasting(candidate, all_pods)["pods"])


def _applying(injection: Injection, driver: FaultDriver) -> Outcome:
    records = driver.records(str(injection.id))
    if not records:
        if injection.stop_requested:
            return Outcome(State.RECOVERING)
        if _is_stale(injection):
            return Outcome(State.FAILED, error=NOT_BEGUN)
        try:
            driver.apply(_spec(injection))
        except Unavailable:
            raise
        except UserError as error:
            return Outcome(State.FAILED, error=error.message)
        records = driver.records(str(injection.id))
    if injection.stop_requested:
        return Outcome(State.RECOVERING, records)
    if records and all(_has_begun_or_failed(record) for record in records):
        return _begun(records)
    has_begun_somewhere = any(record.start is not None for record in records)
    if _is_overdue(injection) or (has_begun_somewhere and _is_late(injection)):
        return Outcome(State.RECOVERING, records, "It did not take hold in time.")
    return Outcome(None, records)


def _begun(records: Sequence[PodRecord]) -> Outcome:
    errors = _errors(records)
    if all(record.start is None for record in records):
        return Outcome(State.FAILED, records, errors or "It took hold on no pod.")
    return Outcome(State.ACTIVE, records, errors)


def _active(injection: Injection, driver: FaultDriver) -> Outcome:
    records = driver.records(str(injection.id))
    if not records:
        return _vanished()
    if injection.stop_requested or _is_late(injection) or all_ended(records):
        return Outcome(State.RECOVERING, records)
    return Outcome(None, records)


def _recovering(injection: Injection, driver: FaultDriver) -> Outcome:
    records = driver.records(str(injection.id))
    if not records and injection.started_at is not None:
        return _vanished()
    if all_ended(records):
        return _over(injection, records)
    driver.recover(str(injection.id))
    records = driver.records(str(injection.id))
    if all_ended(records):
        return _over(injection, records)
    if _is_overdue(injection):
        pods = ", ".join(record.pod for record in records if not _has_ended(record))
        return Outcome(State.FAILED, records, f"Recovery could not be verified on {pods}.")
    return Outcome(None, records)


def _over(injection: Injection, records: Sequence[PodRecord]) -> Outcome:
    began = any(record.start is not None for record in records)
    if not began and not injection.stop_requested:
        return Outcome(State.FAILED, records, _errors(records) or injection.error or "It took hold on no pod.")
    if not began:
        return Outcome(State.RECOVERED, records, _errors(records))
    if _is_unwritten(injection, records):
        return Outcome(None, records, look_again=True)  # the check reads the labels
    recovery = recovery_check(injection.id)
    if recovery.verdict == "pending":
        return Outcome(None, records)
    to = State.RECOVERED if recovery.verdict == "verified" else State.RECOVERY_FAILED
    return Outcome(to, records, _errors(records), recovery)


def _is_unwritten(injection: Injection, records: Sequence[PodRecord]) -> bool:
    written = set(injection.labels.exclude(end=None).values_list("pod", flat=True))
    return any(record.end is not None and record.pod not in written for record in records)


def _vanished() -> Outcome:
    return Outcome(State.FAILED, error="The system has lost its record of this fault, so its end is not known.")


STEPS: Final[Mapping[State, Callable[[Injection, FaultDriver], Outcome]]] = {
    State.PLANNED: _planned,
    State.APPLYING: _applying,
    State.ACTIVE: _active,
    State.RECOVERING: _recovering,
}


def _spec(injection: Injection) -> FaultSpec:
    pods = tuple(injection.targets.values_list("pod", flat=True))
    return FaultSpec(str(injection.id), injection.kind, pods, injection.duration_s, injection.parameters)


def _has_ended(record: PodRecord) -> bool:
    return record.end is not None or (record.start is None and bool(record.end_reason or record.error))


def _has_begun_or_failed(record: PodRecord) -> bool:
    return record.start is not None or _has_ended(record)


def all_ended(records: Sequence[PodRecord]) -> bool:
    return all(_has_ended(record) for record in records)


def _errors(records: Sequence[PodRecord]) -> str:
    return "; ".join(f"{record.pod}: {record.error}" for record in records if record.error)


def _is_stale(injection: Injection) -> bool:
    return timezone.now() >= injection.requested_at + START_LIMIT


def _is_late(injection: Injection) -> bool:
    return timezone.now() >= injection.deadline + SLACK


def _is_overdue(injection: Injection) -> bool:
    return timezone.now() >= injection.deadline + GRACE


def _settle(before: Injection, outcome: Outcome, driver: FaultDriver) -> bool:
    """Write the outcome unless another worker has moved the injection on meanwhile; False then."""
    with transaction.atomic():
        injection = Injection.objects.select_for_update().get(id=before.id)
        if injection.state == before.state:
            _write(injection, outcome)
            return True
    if not injection.is_open:
        # Our apply may have come after the other worker's recover. A fault must not outlive its injection.
        driver.recover(str(injection.id))
    return False


def _write(injection: Injection, outcome: Outcome) -> None:
    for record in outcome.records:
        _write_label(injection, record)
    fields = _changes(injection, outcome)
    if fields:
        injection.save(update_fields=fields)
    if not injection.is_open:
        injection.targets.update(occupied=None)


def _changes(injection: Injection, outcome: Outcome) -> list[str]:
    """Change the injection in memory; the names of the fields that differ now."""
    fields = []
    if injection.attempts:
        injection.attempts = 0
        fields.append("attempts")
    if outcome.error and outcome.error != injection.error:
        injection.error = outcome.error
        fields.append("error")
    if outcome.recovery is not None:
        fields += _write_recovery(injection, outcome.recovery)
    if outcome.to is not None:
        fields += _move(injection, outcome.to)
    if outcome.to == State.RECOVERY_FAILED and outcome.recovery is not None:
        quarantine(injection, outcome.recovery)
    return fields


def _write_recovery(injection: Injection, recovery: RecoveryCheck) -> list[str]:
    injection.recovery = Recovery(recovery.verdict)
    injection.recovery_detail = recovery.detail
    return ["recovery", "recovery_detail"]


def _move(injection: Injection, to: State) -> list[str]:
    LIFECYCLE.check(State(injection.state), to)
    injection.state = to
    if to == State.APPLYING:  # the driver counts the duration from here
        injection.deadline = timezone.now() + timedelta(seconds=injection.duration_s)
    if to == State.RECOVERING:  # after a night of the platform, too, the driver gets its time to end it
        injection.deadline = max(injection.deadline, timezone.now())
    starts = [label.start for label in injection.labels.all()]
    injection.started_at = _datetime(min(starts)) if starts else None
    if to == State.ACTIVE:  # it may have taken its time to take hold
        lasting_until = _datetime(max(starts)) + timedelta(seconds=injection.duration_s)
        injection.deadline = max(injection.deadline, lasting_until)
    if not injection.is_open:
        injection.ended_at = _end(injection)
        _give_up_labels(injection)
    audit(f"injection.{to.value}", injection.id, None, **({"error": injection.error} if injection.error else {}))
    return ["state", "deadline", "started_at", "ended_at"]


def _end(injection: Injection) -> datetime:
    ends = [label.end for label in injection.labels.all()]
    known = [end for end in ends if end is not None]
    return _datetime(max(known)) if known and len(known) == len(ends) else timezone.now()


def _give_up_labels(injection: Injection) -> None:
    injection.labels.filter(end=None).update(end_reason="unknown")


def _datetime(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(microseconds=microseconds)


def _write_label(injection: Injection, record: PodRecord) -> None:
    if record.start is None:
        return
    measured = {"start": record.start, "end": record.end, "end_reason": record.end_reason}
    label, made = Label.objects.get_or_create(
        injection=injection, pod=record.pod, defaults={"service": record.service, "kind": injection.kind, **measured}
    )
    if not made and any(getattr(label, name) != value for name, value in measured.items()):
        Label.objects.filter(pk=label.pk).update(**measured)


@transaction.atomic
def _count_attempt(injection_id: UUID, reason: str) -> None:
    """One more look in vain; close the injection when it is past its deadline and there were too many."""
    injection = Injection.objects.select_for_update().get(id=injection_id)
    if not injection.is_open:
        return
    injection.attempts += 1
    injection.save(update_fields=("attempts",))
    if injection.attempts >= MAX_ATTEMPTS and _is_overdue(injection):
        _write(injection, Outcome(State.FAILED, error=f"Its end is not known: {reason}"))
