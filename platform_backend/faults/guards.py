"""What speaks against a fault on these pods right now, although the request is right in itself.

Asked when a fault is ordered, and again when it is applied: what was true a moment ago need not be so any more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from common.errors import Conflict, Said, said
from common.parameters import Errors
from events.catalogue import CATALOGUE
from events.selectors import open_events
from faults.models import LIFECYCLE, EmergencyStop, Injection, PodQuarantine, Target
from systems.ports import Pod

# A pod with one of these serves nobody.
TAKES_DOWN: Final = frozenset({"pod-kill", "pod-failure", "container-kill", "process-pause", "network-partition"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fault that may or may not begin. `injection` is its row, once it has one."""

    kind: str
    pods: Sequence[Pod]
    allow_last_replica: bool
    injection: Injection | None = None


def refuse_blocked() -> None:
    """Raises Conflict with who, why and since when while an emergency stop is in force."""
    if stop := emergency_stop_in_force():
        raise Conflict(blocked_message(stop))


def emergency_stop_in_force() -> EmergencyStop | None:
    return EmergencyStop.objects.filter(released_at=None).order_by("at").first()


def blocked_message(stop: EmergencyStop) -> Said:
    text = (
        "Faults are blocked by an emergency stop of {by} since {since} UTC: {reason}. "
        "Release it first: ./microservo release"
    )
    return said("faults.blocked", text, by=stop.by, since=f"{stop.at:%Y-%m-%d %H:%M:%S}", reason=stop.reason)


def lasting(candidate: Candidate, all_pods: Sequence[Pod]) -> Errors:
    """What will not go away by waiting."""
    return {"pods": [*_quarantined(candidate.pods), *_last_replicas(candidate, all_pods)]}


def passing(candidate: Candidate) -> Errors:
    """What ends by itself."""
    return {"pods": [*_not_running(candidate.pods), *_busy(candidate.pods), *_changing(candidate.pods)]}


def _not_running(pods: Sequence[Pod]) -> list[str]:
    return [f"{pod.name} is {pod.phase.lower()}" for pod in pods if pod.phase != "Running"]


def _busy(pods: Sequence[Pod]) -> list[str]:
    names = [pod.name for pod in pods]
    return [
        f"{target.pod} has a {target.injection.kind} until {target.injection.deadline:%H:%M:%S} UTC "
        f"(injection {target.injection_id})"
        for target in Target.objects.filter(occupied__in=names).select_related("injection")
    ]


def _changing(pods: Sequence[Pod]) -> list[str]:
    """An event makes them anew, adds or takes away some, or empties what they hold: what a fault did can't be told."""
    changing = [each for each in open_events() if each.kind in CATALOGUE and CATALOGUE[each.kind].changes_pods]
    return [
        f"{pod.name} has part in a {event.kind} of {event.service} that is not over (event {event.id})"
        for event in changing
        for pod in pods
        if pod.service == event.service
    ]


def _quarantined(pods: Sequence[Pod]) -> list[str]:
    names = [pod.name for pod in pods]
    return [
        f"{each.pod} is in quarantine: {each.reason}; look after it, then clear it"
        for each in PodQuarantine.objects.filter(pod__in=names, cleared_at=None)
    ]


def _last_replicas(candidate: Candidate, all_pods: Sequence[Pod]) -> list[str]:
    """Services that would be left without a ready pod."""
    if candidate.allow_last_replica or candidate.kind not in TAKES_DOWN:
        return []
    taken = {pod.name for pod in candidate.pods} | _taken_down(candidate.injection)
    left = Counter(pod.service for pod in all_pods if pod.ready and pod.name not in taken)
    return [
        f"{candidate.kind} would leave {service} without a ready pod; set allow_last_replica if that is meant"
        for service in sorted({pod.service for pod in candidate.pods})
        if not left[service]
    ]


def _taken_down(injection: Injection | None) -> set[str]:
    """Pods that open faults take down. Of two ordered at the same time, the later one gives way."""
    earlier = Q()
    if injection is not None:
        same_moment = Q(injection__requested_at=injection.requested_at, injection_id__lt=injection.pk)
        earlier = Q(injection__requested_at__lt=injection.requested_at) | same_moment
    open_ones = Target.objects.filter(injection__state__in=LIFECYCLE.open_states, injection__kind__in=TAKES_DOWN)
    return set(open_ones.filter(earlier).values_list("pod", flat=True))
