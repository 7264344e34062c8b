"""Labels as a dataset needs them: which pod was hurt by what, from when to when. Pure values, no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from common.errors import Conflict, said
from telemetry_store.window import Window

MICROSECONDS: Final = 1_000_000
NOT_VETTED: Final = "not vetted"


@dataclass(frozen=True, slots=True)
class PodLabel:
    """Measured times in UTC microseconds; None while the fault has not begun or not ended on this pod."""

    pod: str
    service: str
    start: int | None
    end: int | None
    end_reason: str = ""
    effect: str = "unknown"  # confirmed absent unknown
    evidence: Mapping[str, Any] = field(default_factory=dict)
    onset: int | None = None  # UTC microseconds of the first visible change; only of a confirmed effect
    effect_checked: bool = True  # False while effect, evidence and onset are still to come


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault and its labels. `finished` is False while it may still change any of them."""

    injection_id: str
    kind: str
    parameters: Mapping[str, Any]
    target: Mapping[str, Any]  # as asked for: services, pods
    finished: bool
    pods: Sequence[PodLabel]
    requested: int = 0  # UTC microseconds: it did not begin before this
    over_by: int | None = None  # UTC microseconds: when it was over at the latest, for labels without an end
    group: str = ""  # the same for injections that were ordered as one, together or as a cascade; empty: alone
    after_s: float = 0.0  # how long after the first of its group it was meant to begin


@dataclass(frozen=True, slots=True)
class NormalTime:
    """A time without a fault, and whether it was a good one: clean, doubtful, or unknown, as too little was there."""

    window: Window
    verdict: str
    figures: Mapping[str, Any]
    doubts: Sequence[Mapping[str, Any]]  # what was wrong, from when to when


@dataclass(frozen=True, slots=True)
class Vetted:
    times: Sequence[NormalTime]
    step_s: int  # the telemetry was looked at in steps of so many seconds
    limits: Mapping[str, Any]  # from where on a step is in doubt

    def verdict(self, start: int, end: int) -> str:
        """Of [start, end), which may be less than a normal time."""
        touching = [each for each in self.times if each.window.start < end and each.window.end > start]
        if any(doubt["start"] < end and doubt["end"] > start for each in touching for doubt in each.doubts):
            return "doubtful"
        verdicts = {"clean" if each.verdict == "doubtful" else each.verdict for each in touching}
        return "clean" if verdicts == {"clean"} else "unknown"


@dataclass(frozen=True, slots=True)
class Reach:
    """How long before and after its labels a fault may show in the telemetry, in microseconds."""

    before: int = 0
    after: int = 0


def in_window(injections: Sequence[Injection], window: Window) -> list[Injection]:
    """The injections with a label in the window, in an order that depends on nothing else."""
    touching = [each for each in injections if any(_overlaps(each, label, window) for label in each.pods)]
    return sorted(touching, key=lambda each: (_first_start(each), each.injection_id))


def refuse_open(injections: Sequence[Injection], window: Window) -> None:
    """Raise Conflict when a fault that is not over yet may have begun before the end of the window."""
    unfinished = [each for each in injections if _is_open(each, window)]
    if not unfinished:
        return
    names = ", ".join(f"{each.kind} ({each.injection_id})" for each in unfinished)
    raise Conflict(
        said(
            "dataset.faults_running",
            "faults in this window are still running: {names}; wait until they have ended, "
            "or choose a window that ends before they began",
            names=names,
        ),
        fields={"to": ["lies in or after a fault that is still running"]},
    )


def unchecked(injections: Sequence[Injection], window: Window) -> list[Injection]:
    """Those in the window whose effect has not been looked for yet."""
    return [each for each in in_window(injections, window) if not all(label.effect_checked for label in each.pods)]


def refuse_unchecked(injections: Sequence[Injection], window: Window) -> None:
    """Raise Conflict when the effect of a fault in the window is not known to be there or not."""
    waiting = unchecked(injections, window)
    if not waiting:
        return
    names = ", ".join(f"{each.kind} ({each.injection_id})" for each in waiting)
    raise Conflict(
        said(
            "dataset.effects_unchecked",
            "the effects of faults in this window are not checked yet: {names}; build again in a minute, "
            "and if that does not help, see: ./microservo logs worker",
            names=names,
        ),
        fields={"to": ["lies after a fault whose effect is not checked yet"]},
    )


def groundtruth(injections: Sequence[Injection]) -> dict[str, list[Any]]:
    """The columns of groundtruth.json: one row per injection and pod, whole seconds."""
    rows = [(each, label) for each in injections for label in each.pods if label.start is not None]
    rows.sort(key=lambda row: (row[1].start or 0, row[1].pod))
    return {
        "timestamp": [(label.start or 0) // MICROSECONDS for _, label in rows],
        "service": [label.service for _, label in rows],
        "cmdb_id": [label.pod for _, label in rows],
        "failure_type": [each.kind for each, _ in rows],
        "duration": [_seconds(label) for _, label in rows],
    }


def injection_record(injection: Injection) -> dict[str, Any]:
    """One entry of injections.json."""
    return {
        "injection": injection.injection_id,
        "kind": injection.kind,
        "parameters": dict(injection.parameters),
        "target": dict(injection.target),
        "group": injection.group or None,
        "after_s": injection.after_s,
        "pods": [_pod_record(label) for label in sorted(injection.pods, key=lambda label: label.pod)],
    }


def _pod_record(label: PodLabel) -> dict[str, Any]:
    return {
        "pod": label.pod,
        "service": label.service,
        "start": label.start,
        "end": label.end,
        "end_reason": label.end_reason,
        "effect": label.effect,
        "evidence": dict(label.evidence),
        "onset": label.onset,
    }


def normal_record(vetted: Vetted | None, normal: Sequence[Window]) -> dict[str, Any]:
    """The content of normal.json. What nobody has looked at says so."""
    if vetted is None:
        return {"normal": [{**_times(window), "verdict": NOT_VETTED} for window in normal]}
    return {
        "normal": [
            {**_times(each.window), "verdict": each.verdict, "figures": each.figures, "doubts": each.doubts}
            for each in vetted.times
        ],
        "vetted": {"step_s": vetted.step_s, "limits": vetted.limits},
    }


def _times(window: Window) -> dict[str, int]:
    return {"start": window.start, "end": window.end}


def _overlaps(injection: Injection, label: PodLabel, window: Window) -> bool:
    if label.start is None:
        return False
    end = label.end if label.end is not None else injection.over_by
    return label.start < window.end and (end is None or end > window.start)


def _is_open(injection: Injection, window: Window) -> bool:
    starts = [label.start for label in injection.pods if label.start is not None]
    return not injection.finished and min(starts, default=injection.requested) < window.end


def _first_start(injection: Injection) -> int:
    return min(label.start for label in injection.pods if label.start is not None)


def _seconds(label: PodLabel) -> int | None:
    """None when nobody knows the end."""
    if label.end is None or label.start is None:
        return None
    return round((label.end - label.start) / MICROSECONDS)
