"""From figures by step to a verdict on each time: what is in doubt, when, and by how much."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from common.strain import BUSY, MISSED, STOLEN, WAITING
from dataset_builder.labels import MICROSECONDS, NormalTime
from dataset_builder.vetting.calls import Calls
from dataset_builder.vetting.limits import (
    ERRORS,
    ERRORS_OF_ALL,
    FEWEST_ERRORS,
    FEWEST_REQUESTS,
    SLOW_MS,
    SLOWER,
    SLOWER_MS,
)
from dataset_builder.vetting.machine import Machine
from dataset_builder.vetting.steps import Numbers, Steps
from telemetry_store.window import Window

MOST_DOUBTS: Final = 20  # of one kind that are told of one time
Mask = npt.NDArray[np.bool_]
Figures = npt.NDArray[np.float64]
Doubt = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    steps: Steps
    calls: Calls
    machine: Machine
    gaps: Sequence[Mapping[str, Any]]  # start_us, end_us

    @property
    def missing(self) -> Figures:
        """Microseconds of each step without telemetry; gaps of several tables count once."""
        total = np.zeros(len(self.steps))
        for start, end in _merged((each["start_us"], each["end_us"]) for each in self.gaps):
            total += np.clip(np.minimum(self.steps.ends, end) - np.maximum(self.steps.starts, start), 0, None)
        return total


def judge(seen: Seen, windows: Sequence[Window]) -> list[NormalTime]:
    usual = {name: _usual(seen.calls, name) for name in seen.calls.services}
    doubts = [*_errors(seen), *_slow(seen, usual), *_machine(seen), *_gaps(seen)]
    return [_time(seen, place, window, usual, doubts) for place, window in enumerate(windows)]


def _time(
    seen: Seen, place: int, window: Window, usual: Mapping[str, float], doubts: Sequence[tuple[int, Doubt]]
) -> NormalTime:
    here = seen.steps.of == place
    figures = _figures(seen, here)
    found = [doubt for of, doubt in doubts if of == place]
    if not any(doubt["what"] == "errors" for doubt in found):
        found += _scattered_errors(figures, window)
    found.sort(key=lambda doubt: (doubt["start"], doubt["what"]))
    looked = "clean" if figures["calls"] >= FEWEST_REQUESTS else "unknown"
    return NormalTime(window, "doubtful" if found else looked, figures, found)


def _figures(seen: Seen, here: Mask) -> dict[str, Any]:
    """Of the whole time; null where nobody looked."""
    calls, failed = int(seen.calls.calls[here].sum()), int(seen.calls.failed[here].sum())
    latencies = {name: seen.calls.latency(name, here) for name in seen.calls.services}
    return {
        "calls": calls,
        "failed": failed,
        "error_ratio": round(failed / calls, 6) if calls else None,
        "latency_p95_ms": {name: _digits(value) for name, value in latencies.items() if not np.isnan(value)},
        "cpu_busy": _mean(seen.machine.busy[here]),
        "cpu_waiting": _mean(seen.machine.waiting[here]),
        "cpu_stolen": _mean(seen.machine.stolen[here]),
        "missing_s": round(float(seen.missing[here].sum()) / MICROSECONDS, 3),
    }


def _errors(seen: Seen) -> list[tuple[int, Doubt]]:
    calls, failed = seen.calls.calls, seen.calls.failed
    bad = (failed >= FEWEST_ERRORS) & (failed >= ERRORS * calls)

    def told(run: Numbers) -> Doubt:
        return {"what": "errors", "failed": int(failed[run].sum()), "calls": int(calls[run].sum())}

    return _runs(seen.steps, bad, told)


def _scattered_errors(figures: Mapping[str, Any], window: Window) -> list[Doubt]:
    """Too many of the whole time, though never many at once."""
    if figures["failed"] < FEWEST_ERRORS or figures["failed"] < ERRORS_OF_ALL * figures["calls"]:
        return []
    told = {"what": "errors", "failed": figures["failed"], "calls": figures["calls"]}
    return [{"start": window.start, "end": window.end, **told}]


def _usual(calls: Calls, service: str) -> float:
    """The median of the steps with enough requests: half of them may be bad before it is."""
    latencies = calls.latencies(service)[calls.requests(service) >= FEWEST_REQUESTS]
    return float(np.median(latencies)) if len(latencies) else float("nan")


def _slow(seen: Seen, usual: Mapping[str, float]) -> list[tuple[int, Doubt]]:
    """Each run of steps with the service that was slowest against what is usual for it."""
    names = [name for name, value in usual.items() if not np.isnan(value)]
    if not names:
        return []
    latencies = np.array([seen.calls.latencies(name) for name in names])
    enough = np.array([seen.calls.requests(name) >= FEWEST_REQUESTS for name in names])
    expected = np.array([usual[name] for name in names])[:, None]
    limit = np.minimum(np.maximum(SLOWER * expected, expected + SLOWER_MS), SLOW_MS)
    bad = enough & (latencies >= limit)
    excess = np.where(bad, latencies / expected, 0.0)

    def told(run: Numbers) -> Doubt:
        service, step = divmod(int(np.argmax(excess[:, run])), len(run))
        return {
            "what": "latency",
            "service": names[service],
            "latency_p95_ms": _digits(float(latencies[service, run[step]])),
            "usual_ms": _digits(float(expected[service, 0])),
        }

    return _runs(seen.steps, np.array(bad.any(axis=0)), told)


def _machine(seen: Seen) -> list[tuple[int, Doubt]]:
    shares = {"cpu_busy": seen.machine.busy, "cpu_waiting": seen.machine.waiting, "cpu_stolen": seen.machine.stolen}
    limits = {"cpu_busy": BUSY, "cpu_waiting": WAITING, "cpu_stolen": STOLEN}
    bad = np.zeros(len(seen.steps), bool)
    for name, values in shares.items():
        bad |= np.nan_to_num(values, nan=0.0) >= limits[name]

    def told(run: Numbers) -> Doubt:
        return {"what": "machine", **{name: _mean(values[run]) for name, values in shares.items()}}

    return _runs(seen.steps, bad, told)


def _gaps(seen: Seen) -> list[tuple[int, Doubt]]:
    missing = seen.missing
    bad: Mask = missing >= MISSED * (seen.steps.ends - seen.steps.starts)

    def told(run: Numbers) -> Doubt:
        return {"what": "gap", "missing_s": round(float(missing[run].sum()) / MICROSECONDS, 3)}

    return _runs(seen.steps, bad, told)


def _runs(steps: Steps, bad: Mask, told: Any) -> list[tuple[int, Doubt]]:
    """Bad steps that follow each other in one time are told as one; of each time, the first so many."""
    found: list[tuple[int, Doubt]] = []
    places = np.flatnonzero(bad)
    joints = np.flatnonzero((np.diff(places) > 1) | (np.diff(steps.of[places]) != 0)) + 1
    runs = [run for run in np.split(places, joints) if len(run)]
    for of, each in groupby(runs, key=lambda run: int(steps.of[run[0]])):
        known = list(each)
        for run in known[:MOST_DOUBTS]:
            found.append((of, {"start": int(steps.starts[run[0]]), "end": int(steps.ends[run[-1]]), **told(run)}))
        if len(known) > MOST_DOUBTS:
            rest = np.concatenate(known[MOST_DOUBTS:])
            more = {"start": int(steps.starts[rest[0]]), "end": int(steps.ends[rest[-1]]), **told(rest)}
            found.append((of, {**more, "runs": len(known) - MOST_DOUBTS}))
    return found


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _mean(shares: Figures) -> float | None:
    known = shares[~np.isnan(shares)]
    return round(float(known.mean()), 3) if len(known) else None


def _digits(value: float) -> float:
    return float(f"{value:.3g}")
