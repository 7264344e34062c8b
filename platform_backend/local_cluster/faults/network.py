"""Faults of a pod's network: they impair the wires between it and its neighbours."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters, Refused
from local_cluster.faults.fields import integer, number, text
from local_cluster.linux import now_us
from local_cluster.mesh import Impairment, MeshError
from local_cluster.topology import PodSpec, Topology


@dataclass(frozen=True, kw_only=True)
class NetworkParameters(Parameters):
    """What every network fault has: which of the pod's traffic it hits."""

    # Packets that the pod sends, receives, or both.
    direction: Literal["to", "from", "both"] = text("to|from|both", "expected to, from or both", default="to")
    # Only traffic with this service; empty: all.
    target: str = text(".*", "expected the name of a service", default="")


@dataclass(frozen=True, kw_only=True)
class NetworkDelayParameters(NetworkParameters):
    latency_ms: float = number(1, 60000)
    jitter_ms: float = number(0, 60000, default=0)
    correlation: float = number(0, 100, default=0)  # percent


@dataclass(frozen=True, kw_only=True)
class NetworkLossParameters(NetworkParameters):
    loss: float = number(0, 100)  # percent of the packets
    correlation: float = number(0, 100, default=0)  # percent


@dataclass(frozen=True, kw_only=True)
class NetworkBandwidthParameters(NetworkParameters):
    rate_bytes_per_s: int = integer(1, 10**12)


class NetworkKind(FaultKind):
    parameters: ClassVar[type[Parameters]] = NetworkParameters

    @abstractmethod
    def impairment(self, parameters: Any) -> Impairment: ...

    def check(self, topology: Topology, pod: PodSpec, parameters: Any) -> None:
        known = sorted(set(_peers(topology, pod)))
        target = parameters.target
        if target and target not in known:
            raise Refused(400, f"parameters.target: {pod.name} has no traffic with {target!r}; choose one of {known}")
        if not known:
            raise Refused(400, f"pods: {pod.name} has no traffic with other services")

    async def apply(self, context: FaultContext, pod: str, parameters: NetworkParameters) -> int:
        return await _set(context, pod, parameters, self.impairment(parameters))

    async def clear(self, context: FaultContext, pod: str, parameters: NetworkParameters) -> int:
        return await _set(context, pod, parameters, None)


class NetworkDelay(NetworkKind):
    name: ClassVar[str] = "network-delay"
    parameters: ClassVar[type[Parameters]] = NetworkDelayParameters

    def impairment(self, parameters: NetworkDelayParameters) -> Impairment:
        return Impairment(
            latency_ms=parameters.latency_ms, jitter_ms=parameters.jitter_ms, correlation=parameters.correlation
        )


class NetworkLoss(NetworkKind):
    name: ClassVar[str] = "network-loss"
    parameters: ClassVar[type[Parameters]] = NetworkLossParameters

    def impairment(self, parameters: NetworkLossParameters) -> Impairment:
        return Impairment(loss=parameters.loss, correlation=parameters.correlation)


class NetworkPartition(NetworkKind):
    name: ClassVar[str] = "network-partition"

    def impairment(self, parameters: NetworkParameters) -> Impairment:
        return Impairment(partition=True)


class NetworkBandwidth(NetworkKind):
    name: ClassVar[str] = "network-bandwidth"
    parameters: ClassVar[type[Parameters]] = NetworkBandwidthParameters

    def impairment(self, parameters: NetworkBandwidthParameters) -> Impairment:
        return Impairment(bandwidth=parameters.rate_bytes_per_s)


def _peers(topology: Topology, pod: PodSpec) -> Iterator[str]:
    """Services that a pod has connections with: those it calls and those that call it."""
    yield from pod.service.calls
    yield from (service.name for service in topology.services.values() if pod.service.name in service.calls)


async def _set(context: FaultContext, pod: str, parameters: NetworkParameters, impairment: Impairment | None) -> int:
    try:
        await context.mesh.set_impairment(pod, impairment, direction=parameters.direction, target=parameters.target)
    except (MeshError, OSError, TimeoutError) as error:
        raise NotYet(f"the wire did not confirm for {pod}: {error}") from error
    return now_us()
