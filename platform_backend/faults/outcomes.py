"""What is written of an injection's step: its state, and the label of each pod."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.audit import audit
from changes.models import Topic
from changes.services import changed
from faults.effects.services import RecoveryCheck, quarantine
from faults.models import LIFECYCLE, Injection, Label, Recovery, State
from faults.ports import PodRecord
from faults.steps import Outcome


def write(injection: Injection, outcome: Outcome) -> None:
    """The caller holds the lock and knows that the injection is in the state that the outcome is for."""
    labelled = [write_label(injection, record) for record in outcome.records]
    fields = _changes(injection, outcome)
    if fields:
        injection.save(update_fields=fields)
    if fields or any(labelled):
        changed(Topic.INJECTIONS)
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
    if outcome.unsettled:
        injection.unsettled = True
        fields.append("unsettled")
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


def settle_labels(injection: Injection, records: Sequence[PodRecord]) -> None:
    """The true times of a closed injection, whose effect can be checked now. The caller holds the lock."""
    for record in records:
        write_label(injection, record)
    found = [record.pod for record in records if record.end is not None]
    injection.labels.filter(pod__in=found).update(effect_checked=False, effect_looks=0)
    starts = list(injection.labels.values_list("start", flat=True))
    if starts:
        injection.started_at = _datetime(min(starts))
        injection.ended_at = _end(injection)
    injection.unsettled = False
    injection.save(update_fields=("started_at", "ended_at", "unsettled"))
    changed(Topic.INJECTIONS)


def _datetime(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(microseconds=microseconds)


def write_label(injection: Injection, record: PodRecord) -> bool:
    """Whether there was something new to write."""
    if record.start is None:
        return False
    measured = {"start": record.start, "end": record.end, "end_reason": record.end_reason}
    label, made = Label.objects.get_or_create(
        injection=injection, pod=record.pod, defaults={"service": record.service, "kind": injection.kind, **measured}
    )
    if made:
        return True
    moved = any(getattr(label, name) != value for name, value in measured.items())
    if moved:
        Label.objects.filter(pk=label.pk).update(**measured)
    return moved
