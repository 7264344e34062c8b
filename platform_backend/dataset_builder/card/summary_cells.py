"""Where figures of a window are added up: by service and by phase of the window."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from dataset_builder.labels import in_window
from telemetry_store.window import Window

if TYPE_CHECKING:
    from dataset_builder.formats.base import Export

Numbers = npt.NDArray[np.int64]
Phase = Literal["normal", "fault", "other"]
PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
NORMAL, FAULT, OTHER = range(3)
PRECISION: Final = 6  # bits: a class is a 64th of a power of two wide
CLASSES: Final = 64 << PRECISION

Cell = tuple[str, Phase]  # service and phase


@dataclass(frozen=True)
class Phases:
    """Which phase a moment is in: `codes` from each of the `starts` on. Other: after a fault, or nobody knows."""

    starts: Numbers
    codes: Numbers

    @classmethod
    def of(cls, export: "Export") -> Self:
        window = export.window
        labels = [label for each in in_window(export.injections, window) for label in each.pods]
        faulty = [
            (label.start, window.end if label.end is None else label.end) for label in labels if label.start is not None
        ]
        normal = [(each.start, each.end) for each in export.normal]
        starts = sorted({window.start, *(moment for span in [*faulty, *normal] for moment in span)})
        return cls(np.array(starts), np.array([_phase(start, faulty, normal) for start in starts]))

    def at(self, times: Numbers) -> Numbers:
        """Most calls are about one phase alone; then nothing has to be looked up by row."""
        if not len(times):
            return times
        first, last = self._places(np.array([times.min(), times.max()]))
        return np.full(len(times), self.codes[first]) if first == last else self.codes[self._places(times)]

    def _places(self, times: Numbers) -> Numbers:
        places: Numbers = np.maximum(np.searchsorted(self.starts, times, side="right") - 1, 0)
        return places


@dataclass(frozen=True, slots=True)
class Usage:
    """First and last reading of a pod's CPU counter within a slice: time, nanoseconds, phase."""

    service: str
    first: tuple[int, int, int]
    last: tuple[int, int, int]


@dataclass(frozen=True)
class Reduced:
    """What is left of a slice."""

    counts: Mapping[str, Mapping[Cell, int]] = field(default_factory=dict)
    highest: Mapping[Cell, int] = field(default_factory=dict)  # memory
    latencies: Mapping[Cell, tuple[Numbers, Numbers]] = field(default_factory=dict)  # classes, how many in each
    usages: Mapping[str, Usage] = field(default_factory=dict)  # by pod
    load: Numbers | None = None  # the steps in which requests came


class Tally:
    def __init__(self, window: Window, load_step: int) -> None:
        self._window = window
        self._step = load_step
        self._counts: dict[str, Counter[Cell]] = {}
        self._highest: dict[Cell, int] = {}
        self._latencies: dict[Cell, Numbers] = {}
        self._usages: dict[str, Usage] = {}
        self._load = np.zeros(-(-(window.end - window.start) // load_step), np.int64)

    def add(self, part: Reduced) -> None:
        """In the order of time, as far as samples go."""
        for name, counts in part.counts.items():
            self._counts.setdefault(name, Counter()).update(counts)
        for cell, highest in part.highest.items():
            self._highest[cell] = max(highest, self._highest.get(cell, 0))
        for cell, (classes, counts_of_classes) in part.latencies.items():
            self._latencies.setdefault(cell, np.zeros(CLASSES, np.int64))[classes] += counts_of_classes
        for pod, usage in part.usages.items():
            self._add_usage(pod, usage)
        if part.load is not None:
            self._load += np.bincount(part.load, minlength=len(self._load))

    def load_step(self, times: Numbers) -> Numbers:
        return (times - self._window.start) // self._step

    def requests(self) -> list[int]:
        """At the shop's front, by step."""
        return [int(count) for count in self._load]

    def services(self) -> list[str]:
        return sorted({service for counts in self._counts.values() for service, _ in counts})

    def counts(self, service: str, phases: Sequence[Phase]) -> Mapping[str, int]:
        cells = [(service, phase) for phase in phases]
        return Counter({name: sum(counts[cell] for cell in cells) for name, counts in self._counts.items()})

    def cpu(self, service: str, phases: Sequence[Phase]) -> tuple[int, int]:
        """Nanoseconds of CPU, and microseconds of pods in which they were spent."""
        names: Iterable[str] = ("", "_crossing") if len(phases) == len(PHASES) else ("",)
        counts = self.counts(service, phases)
        return sum(counts[f"cpu_ns{name}"] for name in names), sum(counts[f"cpu_us{name}"] for name in names)

    def memory_max(self, service: str, phases: Sequence[Phase]) -> int | None:
        return max(
            (self._highest[service, phase] for phase in phases if (service, phase) in self._highest), default=None
        )

    def latency_class(self, service: str, phases: Sequence[Phase], percent: int) -> int | None:
        """The class of the smallest latency that at least this share does not exceed."""
        found = [self._latencies[service, phase] for phase in phases if (service, phase) in self._latencies]
        if not found:
            return None
        reached = np.cumsum(np.sum(found, axis=0))
        return int(np.searchsorted(reached, -(-int(reached[-1]) * percent // 100)))

    def _add_usage(self, pod: str, usage: Usage) -> None:
        before = self._usages.get(pod)
        self._usages[pod] = usage
        if before is None:
            return
        times, spent, phases = (np.array(pair) for pair in zip(before.last, usage.first, strict=True))
        for name, counts in spent_between(usage.service, times, spent, phases).items():
            self._counts.setdefault(name, Counter()).update(counts)


def spent_between(service: str, times: Numbers, spent: Numbers, phases: Numbers) -> dict[str, Counter[Cell]]:
    """CPU between consecutive readings of one pod's counter; one that fell belongs to a restarted process."""
    counts: dict[str, Counter[Cell]] = {name: Counter() for name in ("cpu_ns", "cpu_us")}
    crossing: dict[str, Counter[Cell]] = {f"{name}_crossing": Counter() for name in counts}
    grown, passed = np.diff(spent), np.diff(times)
    for code, phase in enumerate(PHASES):
        begun = (phases[:-1] == code) & (grown >= 0)
        within = begun & (phases[1:] == code)
        for name, values in (("cpu_ns", grown), ("cpu_us", passed)):
            counts[name][service, phase] = int(values[within].sum())
            crossing[f"{name}_crossing"][service, phase] = int(values[begun & ~within].sum())
    return counts | crossing


def class_of_latency(durations: Numbers) -> Numbers:
    """Exact whole-number arithmetic: the highest bits of the duration, and how many follow."""
    positive = np.maximum(durations, 0)
    _, bits = np.frexp(positive.astype(np.float64))
    shifts = np.maximum(bits.astype(np.int64) - PRECISION - 1, 0)
    classes: Numbers = (shifts << PRECISION) + (positive >> shifts)
    return classes


def latency_of_class(number: int) -> float:
    """The middle of a class, in microseconds."""
    shift = max((number >> PRECISION) - 1, 0)
    lowest = (number - (shift << PRECISION)) << shift
    return lowest + ((1 << shift) - 1) / 2


def _phase(moment: int, faulty: Sequence[tuple[int, int]], normal: Sequence[tuple[int, int]]) -> int:
    if any(start <= moment < end for start, end in faulty):
        return FAULT
    return NORMAL if any(start <= moment < end for start, end in normal) else OTHER


def cells(names: Sequence[str], codes: Numbers) -> dict[Cell, int]:
    """How often each cell occurs; codes are those of `cell_codes`."""
    return by_cell(names, np.bincount(codes))


def by_cell(names: Sequence[str], counts: Numbers) -> dict[Cell, int]:
    """`counts`: by the codes of `cell_codes`."""
    return {cell_of(names, int(code)): int(counts[code]) for code in np.flatnonzero(counts)}


def cell_codes(services: Numbers, phases: Numbers) -> Numbers:
    return services * len(PHASES) + phases


def cell_of(names: Sequence[str], code: int) -> Cell:
    return names[code // len(PHASES)], PHASES[code % len(PHASES)]
