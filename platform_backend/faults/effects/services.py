"""Effect and recovery checks of injections: what to compare, and what becomes of the answer.

Both may run any number of times: an effect is written once, and a recovery is settled by the injection's lifecycle.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from accounts.audit import audit
from common.errors import Unavailable
from common.transactions import atomic
from faults.effects.check import Finding, check, lasts, unknown
from faults.effects.readings import Subject, read, subject_of
from faults.effects.recovery import comparable, latest, out_of_band
from faults.models import LIFECYCLE, Injection, Label, PodQuarantine
from faults.selectors import touched
from faults.windows import BEFORE, COOL_DOWN, FARTHEST, SECOND, clean_before
from platform_backend.config import config
from systems import selectors as system_selectors
from telemetry.records import Window
from telemetry.services import telemetry_source

logger = logging.getLogger(__name__)

# A span has the time of its start but comes after its end; the shop's longest call takes 5 s, then it is batched.
ARRIVAL: Final = 8 * SECOND
# Without telemetry for this long after a fault's end its effect stays unknown.
GIVE_UP: Final = 120 * SECOND
# A pod that is not back this long after its fault's end has not recovered.
RECOVERY_LIMIT: Final = 30 * SECOND
RECOVERY_BEFORE: Final = 60 * SECOND  # a band needs less than a test, and is looked at every second
# Checks of one run, so that a run is short; the next one follows within seconds.
AT_ONCE: Final = 10

Verdict = Literal["verified", "pending", "failed"]


@dataclass(frozen=True, slots=True)
class RecoveryCheck:
    """`pods`: those that are not back."""

    verdict: Verdict
    detail: str
    pods: Sequence[str] = ()


def effects_check_due() -> None:
    """Every ended injection whose telemetry has arrived, each on its own."""
    for injection_id in _due(_now() - ARRIVAL)[:AT_ONCE]:
        try:
            effect_check(injection_id=injection_id)
        except Unavailable as error:
            logger.info("effect of injection %s waits: %s", injection_id, error.message)
        except Exception:
            logger.exception("effect of injection %s could not be checked", injection_id)
            _write(injection_id, dict.fromkeys(_unchecked(injection_id), unknown("the check broke; see the log")))


def effect_check(*, injection_id: UUID) -> None:
    """Measure and write the effect on each pod. Harmless when it is too early or done already.

    Raises Unavailable while the telemetry is out of reach and there is still time.
    """
    injection = Injection.objects.filter(id=injection_id).first()
    if injection is None or injection.is_open:
        return
    labels = {label.pk: label for label in injection.labels.filter(effect_checked=False)}
    if any(_now() < _over(label, injection) + ARRIVAL for label in labels.values()):
        return
    _write(injection_id, {key: _finding(injection, label) for key, label in labels.items()})


def recovery_check(injection_id: UUID, now: datetime | None = None) -> RecoveryCheck:
    """Pods ready, and the KPIs of the kind back in the band of before. Changes nothing.

    Pending at most until RECOVERY_LIMIT after the last pod's end. Raises Unavailable while the system is out of reach.
    """
    injection = Injection.objects.get(id=injection_id)
    labels = list(injection.labels.all())
    ends = [label.end for label in labels if label.end is not None]
    if not ends:
        return RecoveryCheck("verified", "It took hold on no pod.")
    late = _microseconds(now or timezone.now()) >= max(ends) + RECOVERY_LIMIT
    unready = _unready({label.pod for label in labels})
    if unready:
        return _not_yet(late, unready, f"not ready: {', '.join(unready)}")
    return _by_telemetry(injection, labels, late=late)


def quarantine(injection: Injection, recovery: RecoveryCheck) -> None:
    """Keep other faults off the pods that did not recover. Call it inside the transaction that closes the injection."""
    for pod in recovery.pods:
        PodQuarantine.objects.get_or_create(
            pod=pod,
            cleared_at=None,
            defaults={
                "injection": injection,
                "reason": f"It did not recover from {injection.kind}: {recovery.detail}",
                "since": timezone.now(),
            },
        )
    audit("pod.quarantine", injection.id, None, pods=list(recovery.pods), reason=recovery.detail)
    logger.error("injection %s (%s) did not recover: %s", injection.id, injection.kind, recovery.detail)


def _due(over_before: int) -> list[UUID]:
    ended = Injection.objects.exclude(state__in=LIFECYCLE.open_states)
    unchecked = ended.filter(labels__effect_checked=False).annotate(last=Max("labels__end")).order_by("ended_at")
    return [row.id for row in unchecked if row.last is None or row.last <= over_before]


def _unchecked(injection_id: UUID) -> list[int]:
    return list(Label.objects.filter(injection=injection_id, effect_checked=False).values_list("pk", flat=True))


def _finding(injection: Injection, label: Label) -> Finding:
    if label.end is None:
        return unknown("nobody knows when the fault ended")
    during = Window(label.start, max(label.end, label.start + 1) + lasts(injection.kind))
    try:
        readings = read(
            telemetry_source(),
            _subject(injection, label),
            [*(before := _before(label)), during],
            interval=_interval(),
        )
    except Unavailable as error:
        if _now() < label.end + GIVE_UP:
            raise
        return unknown(f"the telemetry could not be read: {error.message}")
    return check(injection.kind, label.pod, readings, before, during)


@atomic
def _write(injection_id: UUID, findings: dict[int, Finding]) -> None:
    """Only what nobody has written meanwhile."""
    Injection.objects.select_for_update().get(id=injection_id)
    for label in Label.objects.filter(pk__in=findings, effect_checked=False):
        finding = findings[label.pk]
        label.effect, label.evidence, label.onset = finding.effect, dict(finding.evidence), finding.onset
        label.effect_checked = True
        label.save(update_fields=("effect", "evidence", "onset", "effect_checked"))
        told = {name: finding.evidence[name] for name in ("kpi", "p_value", "reason") if name in finding.evidence}
        audit("label.effect", injection_id, None, pod=label.pod, effect=finding.effect, **told)


def _by_telemetry(injection: Injection, labels: Sequence[Label], *, late: bool) -> RecoveryCheck:
    details: set[str] = set()
    pods: list[str] = []
    waiting = False
    for label in labels:
        try:
            verdict, detail = _pod_by_telemetry(injection, label)
        except Unavailable as error:
            verdict, detail = "unjudged", f"telemetry can't be read: {error.message}"
        details.add(detail)
        waiting |= verdict == "waiting"
        if verdict == "wrong":
            pods.append(label.pod)
    text = "; ".join(sorted(details))
    if pods:
        return _not_yet(late, pods, text)
    if waiting and not late:
        return RecoveryCheck("pending", text)
    return RecoveryCheck("verified", text)


def _pod_by_telemetry(
    injection: Injection, label: Label
) -> tuple[Literal["back", "wrong", "waiting", "unjudged"], str]:
    """Whether the pod's KPIs are back, and why one can't say."""
    end = label.end
    if end is None:
        return "unjudged", "pods are ready; nobody knows when the fault ended"
    now = _now()
    after = Window(max(end, now - RECOVERY_LIMIT), max(end + 1, now))
    own = set(injection.labels.values_list("pk", flat=True))
    others = [each for each in touched(after) if each.label is not None and each.label not in own]
    if any(each.window.end - COOL_DOWN > after.start for each in others):
        return "unjudged", "pods are ready; another fault began meanwhile, so their KPIs say nothing"
    before = _before(label, RECOVERY_BEFORE)
    readings = read(telemetry_source(), _subject(injection, label), [*before, after], interval=_interval())
    known = comparable(readings, before)
    if not known:
        return "unjudged", "pods are ready; there is too little telemetry of before to compare with"
    seen = latest(readings.ticks, end, _interval())
    if seen is None:
        return "waiting", "pods are ready; no telemetry of the time after the fault has arrived"
    wrong, judged = out_of_band(injection.kind, label.pod, readings, known, seen)
    if wrong:
        return "wrong", f"{label.pod}: {'; '.join(wrong)}"
    if not judged:
        return "unjudged", "pods are ready; there was no traffic to judge them by"
    return "back", "pods are ready and their KPIs are back in the band of before"


def _not_yet(late: bool, pods: Sequence[str], detail: str) -> RecoveryCheck:
    return RecoveryCheck("failed" if late else "pending", detail, tuple(pods))


def _unready(pods: Iterable[str]) -> list[str]:
    ready = {pod.name for pod in system_selectors.pods() if pod.ready}
    return sorted(set(pods) - ready)


def _subject(injection: Injection, label: Label) -> Subject:
    target = str(injection.parameters.get("target", ""))
    return subject_of(label.pod, label.service, target, system_selectors.services())


def _before(label: Label, amount: int = BEFORE) -> list[Window]:
    """Time before this label that no fault has touched."""
    others = [each for each in touched(Window(label.start - FARTHEST, label.start)) if each.label != label.pk]
    here = [each.window for each in others if each.pod == label.pod]
    return clean_before(label.start, [each.window for each in others], here, amount)


def _over(label: Label, injection: Injection) -> int:
    """When to look at the earliest, not counting what takes its time to arrive."""
    if label.end is not None:
        return label.end + lasts(injection.kind)
    return _microseconds(injection.ended_at) if injection.ended_at else label.start


def _interval() -> int:
    return round(config().telemetry.sample_interval_s * SECOND)


def _now() -> int:
    return _microseconds(timezone.now())


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND)
