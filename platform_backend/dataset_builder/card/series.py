"""Key figures over time by service: a picture of the window that stays small, however long it is.

Everything is a sum of whole numbers or the last of some readings, so it does not depend on how the window is cut. Rows
outside of the window are left out: datasets from elsewhere may have some.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataset_builder.card.columns import CPU, ERROR_LEVELS, MEMORY, NANOSECONDS, encoded, mask, numbers
from dataset_builder.card.summary_cells import class_of_latency, latency_of_class
from dataset_builder.labels import MICROSECONDS
from telemetry_store.schemas import TableName
from telemetry_store.window import Window

STEPS_S: Final = (1, 5, 10, 30, 60, 300, 600, 1800, 3600)
MOST_STEPS: Final = 60
MOST_SERVICES: Final = 30  # that are told
MOST_NAMES: Final = 200  # services, and pods, that are looked at: a dataset from elsewhere may name each row otherwise
COARSER: Final = 4  # bits: classes of latency an eighth of their value wide ...
CLASSES: Final = 96  # ... up to two minutes
SHARE: Final = 95  # percent
LARGEST: Final = 1e15  # of a value: what is beyond is no measurement

Numbers = npt.NDArray[np.int64]
Reading = tuple[int, int]  # time, nanoseconds


def step_of(window: Window) -> int:
    """Seconds: the shortest of which the window has not too many."""
    seconds = (window.end - window.start) / MICROSECONDS
    hours = -(-(window.end - window.start) // (MOST_STEPS * 3600 * MICROSECONDS))
    return next((step for step in STEPS_S if seconds <= step * MOST_STEPS), hours * 3600)


@dataclass(frozen=True)
class Part:
    """Of some rows: counts by figure and service, a number a step; and the last reading of each pod's CPU in a step."""

    counts: Mapping[str, Mapping[str, Numbers]] = field(default_factory=dict)
    readings: Mapping[tuple[str, str, int], Reading] = field(default_factory=dict)  # service, pod, step


class Series:
    def __init__(self, window: Window) -> None:
        self._window, self._step_s = window, step_of(window)
        self._steps = -(-(window.end - window.start) // (self._step_s * MICROSECONDS))
        self._counts: dict[str, dict[str, Numbers]] = defaultdict(dict)
        self._readings: dict[tuple[str, str], dict[int, Reading]] = {}

    def reduce(self, table: TableName, rows: pa.Table) -> Part:
        """For any thread."""
        times = numbers(rows["timestamp"])
        rows = rows.filter(pa.array((times >= self._window.start) & (times < self._window.end)))
        if table == "logs":
            return self._logs(rows)
        return self._spans(rows) if table == "spans" else self._samples(rows)

    def add(self, part: Part) -> None:
        for figure, found in part.counts.items():
            known = self._counts[figure]
            for service, counts in found.items():
                if service in known:
                    known[service] = known[service] + counts
                elif len(known) < MOST_NAMES:
                    known[service] = counts
        for (service, pod, step), reading in part.readings.items():
            if (service, pod) in self._readings or len(self._readings) < MOST_NAMES:
                readings = self._readings.setdefault((service, pod), {})
                readings[step] = max(reading, readings.get(step, reading))

    def record(self) -> dict[str, Any]:
        """As the card has it."""
        services = self._services()
        return {
            "step_s": self._step_s,
            "services": {name: self._of(name) for name in sorted(services[:MOST_SERVICES])},
            "more_services": len(services[MOST_SERVICES:]),
        }

    def _services(self) -> list[str]:
        """Those with most rows first."""
        named = {name for counts in self._counts.values() for name in counts} | {name for name, _ in self._readings}
        rows = {name: sum(int(self._count(figure, name).sum()) for figure in ("logs", "requests")) for name in named}
        return sorted(named, key=lambda name: (-rows[name], name))

    def _of(self, service: str) -> dict[str, list[float | None]]:
        requests, samples = self._count("requests", service), self._count("memory", service)
        return {
            "requests_per_second": self._rates(requests),
            "error_ratio": _ratios(self._count("failed", service), requests, 6),
            "latency_p95_ms": self._latencies(service),
            "cpu_cores": self._cores(service),
            "memory_mean_bytes": _ratios(self._count("memory_sum", service), samples, 0),
            "log_rows_per_second": self._rates(self._count("logs", service)),
            "log_error_rows_per_second": self._rates(self._count("error_logs", service)),
        }

    def _count(self, figure: str, service: str) -> Numbers:
        return self._counts[figure].get(service, np.zeros(self._steps, np.int64))

    def _rates(self, counts: Numbers) -> list[float | None]:
        """The last step may be shorter."""
        step, window = self._step_s * MICROSECONDS, self._window
        lengths = [min(step, window.end - start) for start in range(window.start, window.end, step)]
        return [round(int(count) * MICROSECONDS / length, 3) for count, length in zip(counts, lengths, strict=True)]

    def _latencies(self, service: str) -> list[float | None]:
        counts = self._counts["latencies"].get(service)
        if counts is None:
            return [None] * self._steps
        reached = np.cumsum(counts.reshape(self._steps, CLASSES), axis=1)
        found = np.argmax(reached >= np.maximum(-(-reached[:, -1:] * SHARE // 100), 1), axis=1)
        return [
            _milliseconds(int(number)) if total else None for number, total in zip(found, reached[:, -1], strict=True)
        ]

    def _cores(self, service: str) -> list[float | None]:
        """Of a pod: what its counter grew between the last readings of two steps; one that fell began anew."""
        spent, passed = [0] * self._steps, [0] * self._steps
        for (name, _), readings in self._readings.items():
            if name != service:
                continue
            for (_, before), (step, after) in itertools.pairwise(sorted(readings.items())):
                if after[1] >= before[1]:
                    spent[step] += after[1] - before[1]
                    passed[step] += after[0] - before[0]
        return [round(ns / (us * 1000), 4) if us else None for ns, us in zip(spent, passed, strict=True)]

    def _logs(self, rows: pa.Table) -> Part:
        names, codes = self._cells(rows)
        errors = mask(rows["level"], *ERROR_LEVELS)
        return Part({"logs": self._counted(names, codes), "error_logs": self._counted(names, codes, errors)})

    def _spans(self, rows: pa.Table) -> Part:
        rows = rows.filter(pa.array(mask(rows["kind"], "server")))
        names, codes = self._cells(rows)
        statuses = numbers(rows["status_code"])
        failed = np.where(mask(rows["type"], "http"), statuses >= 500, statuses != 0)
        classes = np.minimum(class_of_latency(numbers(rows["duration"])) >> COARSER, CLASSES - 1)
        return Part(
            {
                "requests": self._counted(names, codes),
                "failed": self._counted(names, codes, failed),
                "latencies": _by_name(names, codes * CLASSES + classes, codes >= 0, self._steps * CLASSES),
            }
        )

    def _samples(self, rows: pa.Table) -> Part:
        values = rows["value"].to_numpy()
        rows = rows.filter(pa.array(np.isfinite(values) & (np.abs(values) < LARGEST)))
        memory = rows.filter(pa.array(mask(rows["metric"], MEMORY)))
        names, codes = self._cells(memory)
        counts = {
            "memory": self._counted(names, codes),
            "memory_sum": self._counted(names, codes, weights=np.rint(memory["value"].to_numpy())),
        }
        return Part(counts, self._usage(rows.filter(pa.array(mask(rows["metric"], CPU)))))

    def _usage(self, rows: pa.Table) -> dict[tuple[str, str, int], Reading]:
        times, spent = numbers(rows["timestamp"]), np.rint(rows["value"].to_numpy() * NANOSECONDS)
        (services, names), (pods, pod_names) = encoded(rows["service"]), encoded(rows["pod"])
        steps = self._steps_at(times)
        order = np.lexsort((spent, times))[::-1]
        _, latest = np.unique((pods * self._steps + steps)[order], return_index=True)
        chosen = [place for place in order[latest] if pods[place] < MOST_NAMES]
        return {
            (names[services[place]], pod_names[pods[place]], int(steps[place])): (int(times[place]), int(spent[place]))
            for place in chosen
        }

    def _steps_at(self, times: Numbers) -> Numbers:
        return (times - self._window.start) // (self._step_s * MICROSECONDS)

    def _cells(self, rows: pa.Table) -> tuple[Sequence[str], Numbers]:
        """Codes of service and step; below 0 where there are too many services."""
        services, names = encoded(rows["service"])
        codes = services * self._steps + self._steps_at(numbers(rows["timestamp"]))
        return names[:MOST_NAMES], np.where(services < MOST_NAMES, codes, -1)

    def _counted(
        self,
        names: Sequence[str],
        codes: Numbers,
        chosen: npt.NDArray[np.bool_] | None = None,
        weights: npt.NDArray[np.float64] | None = None,
    ) -> dict[str, Numbers]:
        wanted = codes >= 0 if chosen is None else (codes >= 0) & chosen
        return _by_name(names, codes, wanted, self._steps, weights)


def _by_name(
    names: Sequence[str],
    codes: Numbers,
    chosen: npt.NDArray[np.bool_],
    width: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> dict[str, Numbers]:
    """Only of names that have rows. Whole numbers below 2**53: exact also as floats."""
    weighed = None if weights is None else weights[chosen]
    counts = np.bincount(codes[chosen], weighed, minlength=len(names) * width).astype(np.int64)
    found = {name: counts[place * width : (place + 1) * width] for place, name in enumerate(names)}
    return {name: each for name, each in found.items() if each.any()}


def _ratios(parts: Numbers, wholes: Numbers, digits: int) -> list[float | None]:
    return [
        round(int(part) / int(whole), digits or None) if whole else None
        for part, whole in zip(parts, wholes, strict=True)
    ]


def _milliseconds(number: int) -> float:
    """The middle of a class, with three digits."""
    return float(f"{latency_of_class((number << COARSER) + (1 << COARSER - 1)) / 1000:.3g}")
