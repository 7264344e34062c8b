"""Who talks to whom through which port: the plan that Envoy's and the wire's configuration are made from.

caller -> Outbound (caller pod, service) -> Pair (caller pod, callee pod) -> Inbound (callee pod, caller service) -> pod
   app         Envoy listener                    wire listener                   Envoy listener
"""

from dataclasses import dataclass, field
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
    """Grows and shrinks with the pods that come and go."""

    host: str
    outbounds: dict[tuple[str, str], Outbound] = field(default_factory=dict)  # by caller pod, service
    inbounds: dict[tuple[str, str], Inbound] = field(default_factory=dict)  # by callee pod, caller service
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)  # by caller pod, callee pod

    def pairs_of(self, outbound: Outbound) -> list[Pair]:
        """The wires to all pods of the service, ready or not."""
        callee = outbound.service.name
        return [pair for pair in self.pairs.values() if (pair.caller, pair.callee_service) == (outbound.pod, callee)]

    def callees(self) -> list[PodSpec]:
        """Pods that somebody calls."""
        return list({inbound.pod.name: inbound.pod for inbound in self.inbounds.values()}.values())

    def callers_of(self, service: str) -> list[Outbound]:
        return [outbound for outbound in self.outbounds.values() if outbound.service.name == service]

    def listener_names(self) -> set[str]:
        outbounds = {outbound.name for outbound in self.outbounds.values()}
        return outbounds | {inbound.name for inbound in self.inbounds.values()}

    def clusters_of(self, pod: PodSpec) -> set[str]:
        """Names of what a pod's listeners hand on to."""
        found = {each.name for each in self.outbounds.values() if each.pod == pod.name}
        is_called = any(each.pod.name == pod.name for each in self.inbounds.values())
        return found | ({app_cluster_name(pod.name)} if is_called else set())

    def add(self, pod: PodSpec, topology: Topology, ports: PortAllocator) -> None:
        """The pod as a caller, and as one that is called. Raises TopologyError when ports run out."""
        for name in pod.service.calls:
            outbound = Outbound(pod.name, pod.service.name, topology.services[name], self.host, ports.allocate())
            self.outbounds[pod.name, name] = outbound
            for callee in topology.pods_of(name):
                self._join(outbound, callee, ports)
        for outbound in self.callers_of(pod.service.name):
            self._join(outbound, pod, ports)

    def _join(self, outbound: Outbound, callee: PodSpec, ports: PortAllocator) -> None:
        if (callee.name, outbound.source) not in self.inbounds:
            self.inbounds[callee.name, outbound.source] = Inbound(callee, outbound.source, ports.allocate())
        if (outbound.pod, callee.name) not in self.pairs:
            self.pairs[outbound.pod, callee.name] = Pair(
                caller=outbound.pod,
                caller_service=outbound.source,
                callee=callee.name,
                callee_service=outbound.service.name,
                listen=ports.allocate(),
                target=self.inbounds[callee.name, outbound.source].port,
            )

    def remove(self, pod: str) -> list[int]:
        """The ports that are of no use any more."""
        outbounds = [key for key, each in self.outbounds.items() if each.pod == pod]
        inbounds = [key for key, each in self.inbounds.items() if each.pod.name == pod]
        pairs = [key for key in self.pairs if pod in key]
        freed = [self.outbounds.pop(key).port for key in outbounds]
        freed += [self.inbounds.pop(key).port for key in inbounds]
        return freed + [self.pairs.pop(key).listen for key in pairs]


def plan(topology: Topology, ports: PortAllocator, *, host: str, shop_address: tuple[str, int]) -> Layout:
    """Ports for all that the topology needs. Raises TopologyError when they run out."""
    layout = Layout(host)
    if PUBLIC_SERVICE in topology.services:
        public = topology.services[PUBLIC_SERVICE]
        layout.outbounds[INGRESS, PUBLIC_SERVICE] = Outbound(INGRESS, INGRESS, public, *shop_address)
    for pod in topology.pods.values():
        layout.add(pod, topology, ports)
    return layout


def app_cluster_name(pod: str) -> str:
    return f"app{SEPARATOR}{pod}"


def is_http(protocol: Protocol) -> bool:
    """Everything but raw TCP; a service without a protocol has no callers."""
    return protocol in ("grpc", "http")
