"""Who talks to whom through which port: the plan that Envoy's and the wire's configuration are made from.

caller -> Outbound (caller pod, service) -> Pair (caller pod, callee pod) -> Inbound (callee pod, caller service) -> pod
   app         Envoy listener                    wire listener                   Envoy listener
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from local_cluster.stat_names import SEPARATOR
from local_cluster.topology import PodSpec, PortAllocator, Protocol, ServiceSpec, Topology

# The caller that stands for everyone outside: users of the shop's public address.
INGRESS: Final = "ingress"
PUBLIC_SERVICE: Final = "frontend"


class MeshError(Exception):
    """The mesh can't do what was asked; the message says what and where to look."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Where one caller pod finds one service."""

    pod: str
    source: str  # service of the pod
    service: ServiceSpec
    host: str
    port: int

    @property
    def name(self) -> str:
        return f"out{SEPARATOR}{self.pod}{SEPARATOR}{self.service.name}"


@dataclass(frozen=True, slots=True)
class Inbound:
    """Where one callee pod is reached by the pods of one service; one per source, so that the source is known."""

    pod: PodSpec
    source: str
    port: int

    @property
    def name(self) -> str:
        return f"in{SEPARATOR}{self.pod.name}{SEPARATOR}{self.source}"


@dataclass(frozen=True, slots=True)
class Pair:
    """The wire between one caller pod and one callee pod."""

    caller: str
    caller_service: str
    callee: str
    callee_service: str
    listen: int
    target: int

    @property
    def name(self) -> str:
        return f"{self.caller}{SEPARATOR}{self.callee}"


@dataclass(frozen=True, slots=True)
class Layout:
    outbounds: Mapping[tuple[str, str], Outbound]  # by caller pod, service
    inbounds: Mapping[tuple[str, str], Inbound]  # by callee pod, caller service
    pairs: Mapping[tuple[str, str], Pair]  # by caller pod, callee pod

    def pairs_of(self, outbound: Outbound) -> list[Pair]:
        """The wires to all pods of the service, ready or not."""
        callee = outbound.service.name
        return [pair for pair in self.pairs.values() if (pair.caller, pair.callee_service) == (outbound.pod, callee)]

    def callees(self) -> list[PodSpec]:
        """Pods that somebody calls."""
        return list({inbound.pod.name: inbound.pod for inbound in self.inbounds.values()}.values())

    def callers_of(self, service: str) -> Iterator[Outbound]:
        return (outbound for outbound in self.outbounds.values() if outbound.service.name == service)


@dataclass(frozen=True, slots=True)
class _Call:
    pod: str
    source: str
    service: ServiceSpec


def plan(topology: Topology, ports: PortAllocator, *, host: str, shop_address: tuple[str, int]) -> Layout:
    """Ports for all that the topology needs. Raises TopologyError when they run out."""
    calls = [_Call(pod.name, pod.service.name, service) for pod, service in topology.edges()]
    outbounds = [Outbound(call.pod, call.source, call.service, host, ports.allocate()) for call in calls]
    if PUBLIC_SERVICE in topology.services:
        public = topology.services[PUBLIC_SERVICE]
        outbounds.append(Outbound(INGRESS, INGRESS, public, *shop_address))
    inbounds = _inbounds(outbounds, topology, ports)
    return Layout(
        outbounds={(outbound.pod, outbound.service.name): outbound for outbound in outbounds},
        inbounds=inbounds,
        pairs=_pairs(outbounds, topology, inbounds, ports),
    )


def _inbounds(outbounds: list[Outbound], topology: Topology, ports: PortAllocator) -> dict[tuple[str, str], Inbound]:
    wanted = dict.fromkeys(
        (pod.name, outbound.source) for outbound in outbounds for pod in topology.pods_of(outbound.service.name)
    )
    return {(pod, source): Inbound(topology.pods[pod], source, ports.allocate()) for pod, source in wanted}


def _pairs(
    outbounds: list[Outbound],
    topology: Topology,
    inbounds: Mapping[tuple[str, str], Inbound],
    ports: PortAllocator,
) -> dict[tuple[str, str], Pair]:
    return {
        (outbound.pod, callee.name): Pair(
            caller=outbound.pod,
            caller_service=outbound.source,
            callee=callee.name,
            callee_service=outbound.service.name,
            listen=ports.allocate(),
            target=inbounds[callee.name, outbound.source].port,
        )
        for outbound in outbounds
        for callee in topology.pods_of(outbound.service.name)
    }


def app_cluster_name(pod: str) -> str:
    return f"app{SEPARATOR}{pod}"


def is_http(protocol: Protocol) -> bool:
    """Everything but raw TCP; a service without a protocol has no callers."""
    return protocol in ("grpc", "http")
