"""The map of the shop: each service with its pods, load, errors and faults, and who calls whom.

Windows are rounded to whole GRID_S, so that all who look at the same time ask for the same, and one answer serves them.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from faults.selectors import open_injections
from systems import selectors as systems
from telemetry.ports import Served
from telemetry.records import Window
from telemetry.services import telemetry_source

GRID_S: Final = 5
FRESH_S: Final = 5.0
MOST_ANSWERS: Final = 32
Answer = Mapping[str, Any]


@dataclass(slots=True)
class _Entry:
    lock: Lock = field(default_factory=Lock)
    made: float | None = None
    answer: Answer = field(default_factory=dict)


class SharedByWindow:
    """One answer a window for all that ask within FRESH_S; while it is made, they wait. Keeps the latest few."""

    def __init__(self, make: Callable[[Window], Answer], clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._clock = make, clock
        self._lock = Lock()
        self._entries: OrderedDict[Window, _Entry] = OrderedDict()

    def __call__(self, window: Window) -> Answer:
        entry = self._entry(rounded(window))
        with entry.lock:
            if entry.made is None or self._clock() - entry.made > FRESH_S:
                entry.answer = self._make(rounded(window))
                entry.made = self._clock()
            return entry.answer

    def _entry(self, window: Window) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(window, _Entry())
            self._entries.move_to_end(window)
            while len(self._entries) > MOST_ANSWERS:
                self._entries.popitem(last=False)
            return entry


def rounded(window: Window) -> Window:
    """Both ends down to the grid; never empty."""
    grid = GRID_S * 1_000_000
    start, end = window.start - window.start % grid, window.end - window.end % grid
    return Window(start, max(end, start + grid))


def look(window: Window) -> Answer:
    source = telemetry_source()
    served = {each.service: each for each in source.served(window)}
    edges = source.topology(window)
    return {"from": window.start, "to": window.end, "nodes": _nodes(served), "edges": edges}


def _nodes(served: Mapping[str, Served]) -> Sequence[Answer]:
    """Of all services that there are, with traffic or without."""
    pods, faults = defaultdict(list), _faults()
    for pod in systems.pods():
        pods[pod.service].append(pod)
    return [
        _node(service.name, pods[service.name], served.get(service.name), faults)
        for service in sorted(systems.services(), key=lambda service: service.name)
    ]


def _node(service: str, pods: Sequence[Any], served: Served | None, faults: Mapping[str, Sequence[str]]) -> Answer:
    return {
        "service": service,
        "ready": sum(pod.ready for pod in pods),
        "total": len(pods),
        "rate": served.rate if served else 0.0,
        "error_ratio": served.error_ratio if served else None,
        "p95": served.p95 if served else None,
        "faults": sorted({kind for pod in pods for kind in faults.get(pod.name, ())}),
    }


def _faults() -> Mapping[str, Sequence[str]]:
    """Kinds by the pod that they are at now."""
    found = defaultdict(list)
    for injection in open_injections().prefetch_related("labels"):
        for label in injection.labels.all():
            if label.end is None:
                found[label.pod].append(injection.kind)
    return found


topology: Final = SharedByWindow(look)
