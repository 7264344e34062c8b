"""What the telemetry says about one pod: its calls, and its samples tick by tick. Plain values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from faults.windows import SECOND
from systems.ports import Service
from telemetry.records import Window

# elsewhere: between others, and not on behalf of a call to the pod's service.
Way = Literal["in", "out", "served", "elsewhere"]
Series = Mapping[int, float]  # by tick


@dataclass(frozen=True, slots=True)
class Subject:
    """The pod in question. `target` restricts calls to those with one service, `path` to those whose operation begins
    with it; empty: all.
    """

    pod: str
    service: str
    target: str = ""
    path: str = ""
    callers: frozenset[str] = frozenset()  # services that call it
    reached: frozenset[str] = frozenset()  # services whose answers may take longer for this or another fault
    hurt: frozenset[str] = frozenset()  # services that had another fault at the same time
    is_tcp: bool = False  # it serves no spans: its callers' database spans are the calls to it
    store: str = ""  # the service that its own database spans are calls to
    is_front: bool = False  # nobody calls it but the load generator


@dataclass(frozen=True, slots=True)
class Call:
    """`in`, `out` and `elsewhere` as the calling side saw it, `served` as the pod itself did."""

    start: int
    duration: int  # microseconds
    failed: bool
    way: Way
    status: int = 0
    callee: str = ""  # service; only of those elsewhere

    @property
    def end(self) -> int:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Readings:
    """`ticks` are all times at which anything was sampled, whether or not the pod was; `watched` those at which the
    containers were. `requests` are the starts of those that came in at the front of the system.
    """

    calls: Sequence[Call] = ()
    ticks: Sequence[int] = ()
    watched: Sequence[int] = ()
    requests: Sequence[int] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    node: Mapping[str, Series] = field(default_factory=dict)  # seconds of all cores: cpu, idle, steal, waiting
    ready: Mapping[str, Series] = field(default_factory=dict)  # of every pod
    restarts: Mapping[str, Series] = field(default_factory=dict)  # of every pod
    interval: int = SECOND

    def calls_in(self, window: Window, ways: Iterable[Way]) -> list[Call]:
        return [call for call in self.calls if call.way in ways and window.start <= call.start < window.end]

    def ticks_in(self, window: Window) -> list[int]:
        return [tick for tick in self.ticks if window.start <= tick < window.end]

    def watched_in(self, window: Window) -> list[int]:
        return [tick for tick in self.watched if window.start <= tick < window.end]


def subject_of(
    pod: str, service: str, target: str, services: Iterable[Service], path: str = "", hurt: Iterable[str] = ()
) -> Subject:
    known = {each.name: each for each in services}
    callers = frozenset(each.name for each in known.values() if service in each.calls)
    return Subject(
        pod=pod,
        service=service,
        target=target,
        path=path,
        callers=callers,
        reached=_reached({service, *hurt}, known),
        hurt=frozenset(hurt),
        is_tcp=_is_tcp(known, service),
        store=next((each for each in known[service].calls if _is_tcp(known, each)), "") if service in known else "",
        is_front=not any(known[name].protocol for name in callers),
    )


def _is_tcp(known: Mapping[str, Service], service: str) -> bool:
    return service in known and known[service].protocol == "tcp"


def _reached(services: set[str], known: Mapping[str, Service]) -> frozenset[str]:
    """They and all that call them, directly or by others."""
    found: set[str] = set()
    waiting = services
    while waiting:
        found |= waiting
        waiting = {each.name for each in known.values() if waiting & set(each.calls)} - found
    return frozenset(found)


def increases(
    series: Series, ticks: Sequence[int], interval: int, *, bridged: float = 2.5
) -> Iterator[tuple[int, float, float]]:
    """(tick, increase since the tick before, seconds between), where both were sampled and no counter restarted.
    `bridged`: so many intervals may lie between them.
    """
    for before, tick in pairwise(ticks):
        if tick - before <= bridged * interval and before in series and tick in series:
            grown = series[tick] - series[before]
            if grown >= 0:
                yield tick, grown, (tick - before) / SECOND
