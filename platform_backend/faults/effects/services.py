"""Effect and recovery checks of injections: what to compare, and what becomes of the answer.

Both may run any number of times: an effect is written once, and a recovery is settled by the injection's lifecycle.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db.models import F, Max
from django.utils import timezone

from accounts.audit import audit
from changes.models import Topic
from changes.services import changed
from common.errors import Unavailable, said
from common.transactions import atomic
from events.selectors import events_in
from faults.effects.check import Finding, Question, check, unknown
from faults.effects.expected import lasts
from faults.effects.load import LoadChange, changes_only, other_load, told, until_changed
from faults.effects.reading import read
from faults.effects.readings import Subject, subject_of
from faults.effects.recovery import Band, band, comparable, latest
from faults.effects.upsets import Upset, around, as_load, near, until_upset
from faults.models import LIFECYCLE, Injection, Label, PodQuarantine
from faults.selectors import labels as labels_in
from faults.selectors import touched
from faults.windows import BEFORE, COOL_DOWN, ENOUGH, FARTHEST, SECOND, clean_before, length
from platform_backend.config import config
from systems import selectors as system_selectors
from telemetry.records import Window
from telemetry.services import telemetry_source

logger = logging.getLogger(__name__)

# A span has the time of its start but comes after its end; the shop's longest call takes 5 s, then it is batched.
ARRIVAL: Final = 8 * SECOND
# Looks in vain, one every two seconds, until its effect stays unknown. Looks, not seconds: while the platform is down
# nobody looks, and it needs its time to come back.
MAX_LOOKS: Final = 60
# An error of our own may be one of the moment, such as a locked database; not as often as this.
MAX_BREAKS: Final = 3
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
            _look_again(injection_id, MAX_LOOKS, f"the telemetry could not be read: {error.message}")
        except Exception:
            logger.exception("effect of injection %s could not be checked", injection_id)
            _look_again(injection_id, MAX_BREAKS, "the check broke; see the log")


def effect_check(*, injection_id: UUID) -> None:
    """Measure and write the effect on each pod. Harmless when it is too early or done already.

    Raises Unavailable while the telemetry is out of reach, or has not come so far.
    """
    injection = Injection.objects.filter(id=injection_id).first()
    if injection is None or injection.is_open:
        return
    labels = {label.pk: label for label in injection.labels.filter(effect_checked=False)}
    if not labels or any(_now() < _over(label, injection) + ARRIVAL for label in labels.values()):
        return
    _wait_for_telemetry(injection, list(labels.values()))
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


@atomic
def _look_again(injection_id: UUID, most: int, reason: str) -> None:
    """One more look in vain; after so many the effect is unknown for this reason."""
    Injection.objects.select_for_update().get(id=injection_id)
    unchecked = Label.objects.filter(injection=injection_id, effect_checked=False)
    unchecked.update(effect_looks=F("effect_looks") + 1)
    given_up = list(unchecked.filter(effect_looks__gte=most).values_list("pk", flat=True))
    _write(injection_id, dict.fromkeys(given_up, unknown(reason)))


def _wait_for_telemetry(injection: Injection, labels: Sequence[Label]) -> None:
    """Raises Unavailable until a sample from after the fault is there, or it has been waited for long enough: on a busy
    machine telemetry comes late, and a system that was down has a hole.
    """
    over = max(_over(label, injection) for label in labels)
    if max(label.effect_looks for label in labels) >= MAX_LOOKS - 1:
        return
    if not telemetry_source().count("samples", Window(over, max(over + 1, _now()))):
        raise Unavailable(said("telemetry.none_yet", "no telemetry of the time after the fault has arrived"))


def _finding(injection: Injection, label: Label) -> Finding:
    """Raises Unavailable."""
    if label.end is None:
        return unknown("nobody knows when the fault ended")
    during = Window(label.start, max(label.end, label.start + 1) + lasts(injection.kind))
    upsets = _upsets(during)
    concerning = near(upsets, _around(label.service))
    calm, why = until_upset(concerning, during)
    if calm is None:
        return unknown(why)
    compared = _compared(label, calm, as_load(upsets), [each.window(calm.end) for each in concerning])
    subject = _subject(injection, label, compared.during)
    readings = read(telemetry_source(), subject, [*compared.before, compared.during], interval=_interval())
    question = Question(injection.kind, label.pod, injection.parameters, compared.load_changed, subject.is_front)
    return check(question, readings, compared.before, compared.during)


@dataclass(frozen=True, slots=True)
class _Compared:
    """`load_changed` says so when there was too little time at the load that the fault had."""

    before: Sequence[Window]
    during: Window
    load_changed: str = ""


def _compared(label: Label, during: Window, surges: Sequence[LoadChange], avoiding: Sequence[Window]) -> _Compared:
    """At the same load, if there is enough of it; and never with times of events."""
    settings = system_selectors.load_settings(during.start - FARTHEST, during.end)
    changes = changes_only([*(LoadChange(each.at, each.rate) for each in settings), *surges])
    before = _before(label, avoiding=[*other_load(changes, during.start), *avoiding])
    same = until_changed(changes, during)
    if same is not None and length(before) >= ENOUGH:
        return _Compared(before, same)
    return _Compared(_before(label, avoiding=avoiding), during, told(changes, during))


def _upsets(during: Window) -> list[Upset]:
    """The events of the time of the fault, and of that with which it is compared."""
    found = events_in(Window(during.start - FARTHEST - COOL_DOWN, during.end))
    return [
        Upset(each.kind, each.service, each.start, each.end, _rates(each.detail))
        for each in found
        if each.start is not None
    ]


def _rates(detail: Mapping[str, Any]) -> tuple[float, float] | None:
    if "rate_before" not in detail or "rate" not in detail:
        return None
    return float(detail["rate_before"]), float(detail["rate"])


def _around(service: str) -> set[str]:
    return around(service, {each.name: each.calls for each in system_selectors.services()})


@atomic
def _write(injection_id: UUID, findings: dict[int, Finding]) -> None:
    """Only what nobody has written meanwhile."""
    injection = Injection.objects.select_for_update().get(id=injection_id)
    if findings and injection.campaign_step is not None:
        changed(Topic.CAMPAIGNS)  # a step shows the effect of its labels
    for label in Label.objects.filter(pk__in=findings, effect_checked=False):
        finding = findings[label.pk]
        label.effect, label.evidence, label.onset = finding.effect, dict(finding.evidence), finding.onset
        label.effect_checked = True
        label.save(update_fields=("effect", "evidence", "onset", "effect_checked"))
        told = {name: finding.evidence[name] for name in ("kpi", "p_value", "reason") if name in finding.evidence}
        audit("label.effect", injection_id, None, pod=label.pod, effect=finding.effect, **told)


_Seen = Literal["back", "wrong", "host", "waiting", "unjudged"]


def _by_telemetry(injection: Injection, labels: Sequence[Label], *, late: bool) -> RecoveryCheck:
    details: set[str] = set()
    found: dict[str, _Seen] = {}
    for label in labels:
        try:
            found[label.pod], detail = _pod_by_telemetry(injection, label)
        except Unavailable as error:
            found[label.pod], detail = "unjudged", f"telemetry can't be read: {error.message}"
        details.add(detail)
    text = "; ".join(sorted(details))
    if wrong := [pod for pod, seen in found.items() if seen == "wrong"]:
        return _not_yet(late, wrong, text)
    if {"waiting", "host"} & set(found.values()) and not late:
        return RecoveryCheck("pending", text)
    return RecoveryCheck("verified", text)


def _pod_by_telemetry(injection: Injection, label: Label) -> tuple[_Seen, str]:
    """Whether the pod's KPIs are back, and why one can't say."""
    end = label.end
    if end is None:
        return "unjudged", "pods are ready; nobody knows when the fault ended"
    if _is_restarted(injection, label.start):
        return "unjudged", "pods are ready; the whole system was restarted meanwhile, so it is not that of before"
    now = _now()
    after = Window(max(end, now - RECOVERY_LIMIT), max(end + 1, now))
    own = set(injection.labels.values_list("pk", flat=True))
    others = [each for each in touched(after) if each.label is not None and each.label not in own]
    if any(each.window.end - COOL_DOWN > after.start for each in others):
        return "unjudged", "pods are ready; another fault began meanwhile, so their KPIs say nothing"
    concerning = near(_upsets(after), _around(label.service))
    if upset := next((each for each in concerning if each.window(after.end).end > after.start), None):
        return "unjudged", f"pods are ready; {upset} happened meanwhile, so their KPIs say nothing"
    before = _before(label, RECOVERY_BEFORE, avoiding=[each.window(after.end) for each in concerning])
    readings = read(telemetry_source(), _subject(injection, label, after), [*before, after], interval=_interval())
    known = comparable(readings, before)
    if not known:
        return "unjudged", "pods are ready; there is too little telemetry of before to compare with"
    seen = latest(readings.ticks, end, _interval())
    if seen is None:
        return "waiting", "pods are ready; no telemetry of the time after the fault has arrived"
    return _in_words(label.pod, band(injection.kind, label.pod, injection.parameters, readings, known, seen))


def _in_words(pod: str, found: Band) -> tuple[_Seen, str]:
    if found.wrong:
        return "wrong", f"{pod}: {'; '.join(found.wrong)}"
    if found.excused:
        said = f"{pod}: {'; '.join(found.excused)}"
        return "host", f"pods are ready; the machine is strained, not the pod ({found.host}), for {said}"
    if not found.judged:
        return "unjudged", "pods are ready; there was no traffic to judge them by"
    return "back", "pods are ready and their KPIs are back in the band of before"


def _is_restarted(injection: Injection, since: int) -> bool:
    """Whether also those pods began anew that the fault has nothing to do with."""
    targets = set(injection.targets.values_list("pod", flat=True))
    started = [pod.started for pod in system_selectors.pods() if pod.name not in targets and pod.started is not None]
    return bool(started) and min(started) > since


def _not_yet(late: bool, pods: Sequence[str], detail: str) -> RecoveryCheck:
    return RecoveryCheck("failed" if late else "pending", detail, tuple(pods))


def _unready(pods: Iterable[str]) -> list[str]:
    ready = {pod.name for pod in system_selectors.pods() if pod.ready}
    return sorted(set(pods) - ready)


def _subject(injection: Injection, label: Label, during: Window) -> Subject:
    """The calls that the fault was meant for, and those that no fault concerned."""
    target = str(injection.parameters.get("target", ""))
    path = str(injection.parameters.get("path", "")) if injection.kind.startswith("http-") else ""  # else of files
    hurt = {each.service for each in labels_in(during) if each.pk != label.pk}
    return subject_of(label.pod, label.service, target, system_selectors.services(), path, hurt)


def _before(label: Label, amount: int = BEFORE, *, avoiding: Sequence[Window] = ()) -> list[Window]:
    """Time before this label that no fault has touched."""
    others = [each for each in touched(Window(label.start - FARTHEST, label.start)) if each.label != label.pk]
    here = [each.window for each in others if each.pod == label.pod]
    return clean_before(label.start, [*(each.window for each in others), *avoiding], [*here, *avoiding], amount)


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
