"""http-abort and http-delay: the mesh fails or delays requests that a pod receives or makes."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters, Refused
from local_cluster.faults.fields import integer, number, text
from local_cluster.linux import now_us
from local_cluster.mesh import HttpFault, MeshError
from local_cluster.topology import PodSpec, ServiceSpec, Topology

GRPC_CODES: Final = range(1, 17)
HTTP_CODES: Final = range(400, 600)
# Seen from the pod, as for the network: requests that come from others, or that go to others.
DIRECTIONS: Final = {"from": "receives", "to": "makes", "both": "receives or makes"}


@dataclass(frozen=True, kw_only=True)
class HttpParameters(Parameters):
    """What every request fault has: which requests it hits."""

    percent: float = number(1, 100, default=100)
    # Only requests whose path begins so; empty: all.
    path: str = text("(/.*)?", "expected a path that begins with /", default="")
    direction: Literal["to", "from", "both"] = text("to|from|both", "expected to, from or both", default="from")
    # Only requests from or to this service; empty: all.
    target: str = text(".*", "expected the name of a service", default="")


@dataclass(frozen=True, kw_only=True)
class HttpAbortParameters(HttpParameters):
    status: int = integer(1, 599)  # HTTP status 400-599, or gRPC code 1-16 where gRPC is spoken


@dataclass(frozen=True, kw_only=True)
class HttpDelayParameters(HttpParameters):
    delay_ms: int = integer(1, 60000)


class HttpKind(FaultKind):
    @abstractmethod
    def fault(self, parameters: Any) -> HttpFault: ...

    def check(self, topology: Topology, pod: PodSpec, parameters: Any) -> None:
        if not callees(topology, pod, parameters):
            verb, whom = DIRECTIONS[parameters.direction], f" with {parameters.target!r}" if parameters.target else ""
            field = "parameters.target" if parameters.target else "pods"
            raise Refused(
                400,
                f"{field}: {pod.name} {verb} no HTTP or gRPC requests{whom}; choose another pod, direction or target",
            )

    async def apply(self, context: FaultContext, pod: str, parameters: HttpParameters) -> int:
        return await _set(context, pod, parameters, self.fault(parameters))

    async def clear(self, context: FaultContext, pod: str, parameters: HttpParameters) -> int:
        return await _set(context, pod, parameters, None)


class HttpAbort(HttpKind):
    name: ClassVar[str] = "http-abort"
    parameters: ClassVar[type[Parameters]] = HttpAbortParameters

    def check(self, topology: Topology, pod: PodSpec, parameters: HttpAbortParameters) -> None:
        super().check(topology, pod, parameters)
        speaks_grpc = all(service.protocol == "grpc" for service in callees(topology, pod, parameters))
        if parameters.status in HTTP_CODES or (speaks_grpc and parameters.status in GRPC_CODES):
            return
        choices = "an HTTP status 400-599" + (" or a gRPC code 1-16" if speaks_grpc else "")
        raise Refused(400, f"parameters.status: {parameters.status} does not fit {pod.name}; choose {choices}")

    def fault(self, parameters: HttpAbortParameters) -> HttpFault:
        return HttpFault(percent=parameters.percent, abort_status=parameters.status, path=parameters.path)


class HttpDelay(HttpKind):
    name: ClassVar[str] = "http-delay"
    parameters: ClassVar[type[Parameters]] = HttpDelayParameters

    def fault(self, parameters: HttpDelayParameters) -> HttpFault:
        return HttpFault(percent=parameters.percent, delay_ms=parameters.delay_ms, path=parameters.path)


def callees(topology: Topology, pod: PodSpec, parameters: HttpParameters) -> list[ServiceSpec]:
    """Services that answer the requests which the fault hits."""
    own, target = pod.service, parameters.target
    found = []
    if parameters.direction != "to" and (not target or own.name in _calls(topology, target)):
        found.append(own)
    if parameters.direction != "from":
        found += [topology.services[name] for name in own.calls if target in ("", name)]
    return [service for service in found if service.protocol in ("http", "grpc")]


def _calls(topology: Topology, service: str) -> tuple[str, ...]:
    known = topology.services.get(service)
    return known.calls if known else ()


async def _set(context: FaultContext, pod: str, parameters: HttpParameters, fault: HttpFault | None) -> int:
    try:
        await context.mesh.set_http_fault(pod, fault, direction=parameters.direction, target=parameters.target)
    except (MeshError, OSError, TimeoutError) as error:
        raise NotYet(f"Envoy did not confirm for {pod}: {error}") from error
    return now_us()
