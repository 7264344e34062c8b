"""The port to the system under test: its services, pods, calls and load."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    replicas: int
    protocol: str  # http grpc tcp, or "" for a service that nobody calls
    calls: Sequence[str]  # services it calls
    protected: bool = False  # no fault may target it
    volumes: Sequence[str] = ()  # where its pods see their files, as far as faults can reach them
    containers: Sequence[str] = ()  # of each of its pods, the first one first


@dataclass(frozen=True, slots=True)
class Pod:
    name: str
    service: str
    node: str
    phase: str  # Pending Running Failed
    ready: bool
    restarts: int
    started: int | None  # UTC microseconds since the epoch; None while it does not run
    pid: int | None = None  # embedded only
    cpu_limit: float | None = None  # cores
    memory_limit: int | None = None  # bytes
    cpu_seconds: float | None = None  # used since its start
    memory_bytes: int | None = None  # resident now
    version: str = ""  # of its service; empty: not known


@dataclass(frozen=True, slots=True)
class LoadShape:
    """How the load moves around its rate. `series` is what is replayed, spread over the period."""

    profile: str = "constant"  # or diurnal, burst, steps, replay
    period_s: float = 1200.0
    series: Sequence[float] = ()


class SystemDriver(Protocol):
    """Raises `common.errors.Unavailable` while the system is out of reach."""

    def services(self) -> Sequence[Service]: ...
    def pods(self) -> Sequence[Pod]: ...
    def load(self) -> float:
        """Requests per second that the load generator aims at."""
        ...

    def load_shape(self) -> LoadShape: ...
    def set_load(self, rate: float, shape: LoadShape | None = None) -> None:
        """Without a shape, that stays as it is. Raises UserError."""
        ...

    def recreate(self, pod: str) -> None:
        """Have a pod made anew, with nothing of what it was; returns when that has begun. Raises UserError."""
        ...
