"""The effect check: did a fault move what its kind must move on this pod? Pure: readings in, a finding out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from faults.effects.expected import Expected, Parameters, Past, expected_of
from faults.effects.host import Host, compare
from faults.effects.kpis import Kpi
from faults.effects.measure import Measured, Setting, measure
from faults.effects.readings import Readings
from faults.windows import COOL_DOWN, ENOUGH, SECOND, complement, length
from telemetry.records import Window

Verdict = Literal["confirmed", "absent", "unknown"]

# Sampling intervals without any sample: nobody watched.
GAP: Final = 2
# Of the requests at the front, so many more or fewer and rates of the pod say nothing.
DEMAND: Final = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """`onset` is UTC microseconds; `evidence` has the telling KPI on top and the rest of them below `others`."""

    effect: Verdict
    evidence: Mapping[str, Any] = field(default_factory=dict)
    onset: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A fault on a pod. `parameters` are those of the catalogue. `load_changed` says so in words when the load was not
    the same before as during the fault.
    """

    kind: str
    pod: str
    parameters: Parameters = field(default_factory=dict)
    load_changed: str = ""
    is_front: bool = False  # requests reach the system by this pod, so its fault stops them


def unknown(reason: str, **evidence: Any) -> Finding:
    return Finding("unknown", {"reason": reason, **evidence})


def check(question: Question, readings: Readings, before: Sequence[Window], during: Window) -> Finding:
    """Compare the time of the fault on the pod with untouched time before it."""
    before = observed(readings, before)
    if reason := _incomparable(readings, before, during):
        return unknown(reason)
    expected = expected_of(question.kind, question.parameters, Past(readings, before))
    if expected is None:
        return unknown(f"nobody has said which KPI a {question.kind} must move")
    host = compare(readings, before, during)
    kpis = _telling(question, expected, readings, before, during)
    measured = measure(kpis, Setting(readings, before, during, question.pod, expected.ways, host))
    if not measured:
        return unknown(_too_little(question, readings, during), host=host.record())
    return _conclude(question, measured, before, host)


def _incomparable(readings: Readings, before: Sequence[Window], during: Window) -> str:
    """Why nothing can be compared; empty when it can."""
    if not any(readings.ticks_in(during)):
        return "there is no telemetry of the time of the fault"
    if length(before) >= ENOUGH:
        return ""
    seconds = length(before) / SECOND
    needed = ENOUGH // SECOND
    return f"only {seconds:.0f} s with telemetry and without a fault before it, {needed} s are needed to compare"


def _telling(
    question: Question, expected: Expected, readings: Readings, before: Sequence[Window], during: Window
) -> list[Kpi]:
    """Those that nothing has moved but the fault, as far as one knows beforehand."""
    has_demand = question.is_front or _demand_is_kept(readings, before, during)
    return [
        kpi for kpi in expected.kpis if not (question.load_changed and kpi.by_load) and (has_demand or not kpi.is_rate)
    ]


def _demand_is_kept(readings: Readings, before: Sequence[Window], during: Window) -> bool:
    """Whether about as many requests came in at the front of the system."""
    earlier, later = (
        sum(window.start <= start < window.end for window in windows for start in readings.requests) / length(windows)
        for windows in (before, [during])
    )
    return earlier / DEMAND <= later <= earlier * DEMAND


def _too_little(question: Question, readings: Readings, during: Window) -> str:
    few = "too few calls and samples of this pod, before or during the fault, to compare"
    if not readings.calls_in(during, ("in", "out", "served")):
        few = "there was no traffic of this pod during the fault"
    return f"{few}; {question.load_changed}" if question.load_changed else few


def _conclude(question: Question, measured: Sequence[Measured], before: Sequence[Window], host: Host) -> Finding:
    refuted = any(each.refutes and each.onset is None and each.kpi.must_move for each in measured)
    holding = _holding(measured, host, refuted=refuted)
    telling = holding[0] if holding else min(measured, key=lambda each: each.result.p_value)
    evidence = {
        **telling.record(),
        "others": [each.record() for each in measured if each is not telling],
        "compared_with": [[window.start, window.end] for window in before],
        "host": host.record(),
        **({"load": question.load_changed} if question.load_changed else {}),
    }
    if holding:
        return Finding("confirmed", evidence, min(each.onset for each in holding if each.onset is not None))
    if refuted or not host.is_strained:
        return Finding("absent", evidence)
    return unknown(
        f"the machine was strained ({host}), so what the fault did, if anything, can't be told from the rest",
        **evidence,
    )


def _holding(measured: Sequence[Measured], host: Host, *, refuted: bool) -> list[Measured]:
    """Those that moved, and not because the machine was busy. General KPIs tell only when the calls of others, with
    which they were compared, went on as before: what a machine does to one call when it does so much more to all is not
    to be had from those.
    """
    moved = [each for each in measured if each.onset is not None]
    if not host.is_strained:
        return moved
    comparable = host.others and not host.is_slower and not refuted
    return [each for each in moved if each.is_certain or (comparable and each.kpi.of_calls and not each.kpi.sure)]


def observed(readings: Readings, windows: Sequence[Window]) -> list[Window]:
    """The parts of the windows in which anything was sampled, without the first moments of a system that starts."""
    found: list[Window] = []
    started: list[Window] = []
    for window in windows:
        parts = _observed(readings, window)
        resumed = parts if parts and parts[0].start - window.start > GAP * readings.interval else parts[1:]
        started += [Window(part.start, part.start + COOL_DOWN) for part in resumed]
        found += parts
    settled = [part for window in found for part in complement(window, started)]
    return settled if length(settled) >= ENOUGH else found


def _observed(readings: Readings, window: Window) -> list[Window]:
    found: list[Window] = []
    for tick in readings.ticks_in(window):
        end = min(window.end, tick + readings.interval)
        if found and tick - found[-1].end < GAP * readings.interval:
            found[-1] = Window(found[-1].start, end)
        else:
            found.append(Window(tick, end))
    return found
