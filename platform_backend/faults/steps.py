"""What an injection's next step is, by what the driver has measured. Asks the driver; writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from common.errors import Unavailable, UserError
from faults import guards
from faults.effects.services import RecoveryCheck, recovery_check
from faults.models import Injection, State
from faults.ports import FaultDriver, FaultSpec, PodRecord
from systems import selectors as systems

# The driver ends a fault at its own deadline; only when it is this late we tell it to. With a look each second,
# even one whose driver forgets its deadline is told within two seconds.
SLACK: Final = timedelta(seconds=1)
# One that could not begin by then is given up: nobody expects it any more.
START_LIMIT: Final = timedelta(seconds=60)
# A fault that is not verified as gone this long after its deadline has failed.
GRACE: Final = timedelta(seconds=90)
NOT_BEGUN: Final = "It could not begin in time, so it was given up."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step found: the state to go to (None: stay and wait) and the records so far."""

    to: State | None
    records: Sequence[PodRecord] = ()
    error: str = ""
    recovery: RecoveryCheck | None = None
    look_again: bool = False  # as soon as it is written
    unsettled: bool = False  # closed before its end was known


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
    if is_overdue(injection) or (has_begun_somewhere and _is_late(injection)):
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
    if is_overdue(injection):
        pods = ", ".join(record.pod for record in records if not _has_ended(record))
        return Outcome(State.FAILED, records, f"Recovery could not be verified on {pods}.", unsettled=True)
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


def is_overdue(injection: Injection) -> bool:
    return timezone.now() >= injection.deadline + GRACE
