"""network-delay: packets of a pod's connections arrive late."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from local_cluster.faults.base import FaultContext, NotYet, Parameters, Refused
from local_cluster.faults.fields import number, text
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


def peers(topology: Topology, pod: PodSpec) -> Iterator[str]:
    """Services that a pod has connections with: those it calls and those that call it."""
    yield from pod.service.calls
    yield from (service.name for service in topology.services.values() if pod.service.name in service.calls)


def check_target(topology: Topology, pod: PodSpec, target: str) -> None:
    known = sorted(set(peers(topology, pod)))
    if target and target not in known:
        raise Refused(400, f"parameters.target: {pod.name} has no traffic with {target!r}; choose one of {known}")
    if not known:
        raise Refused(400, f"pods: {pod.name} has no traffic with other services")


class NetworkDelay:
    name: ClassVar[str] = "network-delay"
    parameters: ClassVar[type[Parameters]] = NetworkDelayParameters
    survives_restart: ClassVar[bool] = True

    def check(self, topology: Topology, pod: PodSpec, parameters: NetworkDelayParameters) -> None:
        check_target(topology, pod, parameters.target)

    async def apply(self, context: FaultContext, pod: str, parameters: NetworkDelayParameters) -> int:
        return await _set(context, pod, parameters, _impairment(parameters))

    async def clear(self, context: FaultContext, pod: str, parameters: NetworkDelayParameters) -> int:
        return await _set(context, pod, parameters, None)


def _impairment(parameters: NetworkDelayParameters) -> Impairment:
    return Impairment(
        latency_ms=parameters.latency_ms, jitter_ms=parameters.jitter_ms, correlation=parameters.correlation
    )


async def _set(context: FaultContext, pod: str, parameters: NetworkParameters, impairment: Any) -> int:
    try:
        await context.mesh.set_impairment(pod, impairment, direction=parameters.direction, target=parameters.target)
    except (MeshError, OSError, TimeoutError) as error:
        raise NotYet(f"the wire did not confirm for {pod}: {error}") from error
    return now_us()
