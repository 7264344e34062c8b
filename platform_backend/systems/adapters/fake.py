"""A shop of a few services in memory, for tests and for trying the platform out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from common.errors import NotFound, Unavailable, said
from systems.ports import LoadShape, Pod, Service

STARTED: Final = 1_700_000_000_000_000
SERVICES: Final = (
    Service("frontend", 1, "http", ("cartservice", "checkoutservice"), containers=("frontend",)),
    Service("checkoutservice", 1, "grpc", ("cartservice",), containers=("checkoutservice",)),
    Service("cartservice", 2, "grpc", ("redis-cart",), containers=("cartservice",)),
    Service("redis-cart", 1, "tcp", (), volumes=("/data",), containers=("redis-cart",)),
    Service("loadgenerator", 1, "", ("frontend",), containers=("loadgenerator",)),
)


@dataclass
class FakeSystemDriver:
    """`reachable = False` makes every call raise Unavailable."""

    rate: float = 10.0
    shape: LoadShape = field(default_factory=LoadShape)
    reachable: bool = True
    down: set[str] = field(default_factory=set)  # names of pods that are not ready
    recreated: list[str] = field(default_factory=list)  # names of pods, in order
    started: int = STARTED  # all pods

    def services(self) -> Sequence[Service]:
        self._check()
        return SERVICES

    def pods(self) -> Sequence[Pod]:
        self._check()
        return [
            self._pod(f"{service.name}-{index}", service.name)
            for service in SERVICES
            for index in range(service.replicas)
        ]

    def load(self) -> float:
        self._check()
        return self.rate

    def load_shape(self) -> LoadShape:
        self._check()
        return self.shape

    def set_load(self, rate: float, shape: LoadShape | None = None) -> None:
        self._check()
        self.rate, self.shape = rate, shape or self.shape

    def recreate(self, pod: str) -> None:
        """It is ready at once."""
        if pod not in {each.name for each in self.pods()}:
            raise NotFound(said("pod.unknown", "there is no pod {pod!r}", pod=pod))
        self.recreated.append(pod)
        self.down.discard(pod)

    def _pod(self, name: str, service: str) -> Pod:
        ready = name not in self.down
        started = self.started + self.recreated.count(name)
        return Pod(name, service, "fake", "Running" if ready else "Failed", ready, 0, started if ready else None)

    def _check(self) -> None:
        if not self.reachable:
            raise Unavailable(said("system.unreachable", "The fake system is out of reach."))
