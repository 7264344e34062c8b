"""http-abort: requests to a pod are answered with an error by its proxy."""

from dataclasses import dataclass
from typing import ClassVar, Final

from local_cluster.faults.base import FaultContext, NotYet, Parameters, Refused
from local_cluster.faults.fields import integer, number, text
from local_cluster.linux import now_us
from local_cluster.mesh import HttpFault, MeshError
from local_cluster.topology import PodSpec, Topology

GRPC_CODES: Final = range(1, 17)
HTTP_CODES: Final = range(400, 600)


@dataclass(frozen=True, kw_only=True)
class HttpAbortParameters(Parameters):
    status: int = integer(1, 599)  # HTTP status 400-599, or gRPC code 1-16 for a gRPC service
    percent: float = number(1, 100, default=100)
    path: str = text(
        "(/.*)?", "expected a path that begins with /", default=""
    )  # only requests whose path begins so; empty: all


class HttpAbort:
    name: ClassVar[str] = "http-abort"
    parameters: ClassVar[type[Parameters]] = HttpAbortParameters
    survives_restart: ClassVar[bool] = True

    def check(self, topology: Topology, pod: PodSpec, parameters: HttpAbortParameters) -> None:
        protocol = pod.service.protocol
        if protocol not in ("http", "grpc"):
            raise Refused(400, f"pods: {pod.name} answers no HTTP or gRPC requests; choose a pod that does")
        if parameters.status in HTTP_CODES or (protocol == "grpc" and parameters.status in GRPC_CODES):
            return
        choices = "an HTTP status 400-599" + (" or a gRPC code 1-16" if protocol == "grpc" else "")
        raise Refused(400, f"parameters.status: {parameters.status} does not fit {pod.name}; choose {choices}")

    async def apply(self, context: FaultContext, pod: str, parameters: HttpAbortParameters) -> int:
        fault = HttpFault(percent=parameters.percent, abort_status=parameters.status, path=parameters.path)
        return await _set(context, pod, fault)

    async def clear(self, context: FaultContext, pod: str, parameters: HttpAbortParameters) -> int:
        return await _set(context, pod, None)


async def _set(context: FaultContext, pod: str, fault: HttpFault | None) -> int:
    try:
        await context.mesh.set_http_fault(pod, fault)
    except (MeshError, OSError, TimeoutError) as error:
        raise NotYet(f"Envoy did not confirm for {pod}: {error}") from error
    return now_us()
