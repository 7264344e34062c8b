"""io-latency and io-fault: the pod's operations on the files of its volumes are delayed, or fail."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters, Refused
from local_cluster.faults.fields import integer, number, some_of, text
from local_cluster.file_io import filter as file_filter
from local_cluster.file_io.abi import METHODS, Method
from local_cluster.file_io.rules import IoRule
from local_cluster.file_io.supervisor import NotIntercepted
from local_cluster.linux import now_us
from local_cluster.topology import PodSpec, Topology


@dataclass(frozen=True, kw_only=True)
class IoParameters(Parameters):
    """What both have: which operations are hit."""

    # As the pod sees it: a file, a folder with all below it, or a pattern with * and ?; empty: all.
    path: str = text("(/.*)?", "expected a path that begins with /", default="")
    methods: Sequence[Method] = some_of(METHODS)  # empty: all
    percent: float = number(1, 100, default=100)

    def rule(self, *, delay_s: float = 0.0, errno: int = 0) -> IoRule:
        return IoRule(
            percent=self.percent, delay_s=delay_s, errno=errno, methods=frozenset(self.methods), path=self.path
        )


@dataclass(frozen=True, kw_only=True)
class IoLatencyParameters(IoParameters):
    delay_ms: int = integer(1, 60000)


@dataclass(frozen=True, kw_only=True)
class IoFaultParameters(IoParameters):
    errno: int = integer(1, 133)


class IoKind(FaultKind):
    @abstractmethod
    def rule(self, parameters: Any) -> IoRule: ...

    def unavailable(self) -> str:
        return file_filter.why_not()

    def check(self, topology: Topology, pod: PodSpec, parameters: IoParameters) -> None:
        mounts = [volume.mount for volume in pod.service.volumes]
        if not mounts:
            having = sorted({other.service.name for other in topology.pods.values() if other.service.volumes})
            choices = f"choose a pod of {' or '.join(having)}" if having else "no pod has one"
            raise Refused(400, f"pods: {pod.name} has no volume; {choices}")
        if parameters.path and not any(f"{parameters.path}/".startswith(f"{mount}/") for mount in mounts):
            raise Refused(400, f"parameters.path: {pod.name} has its files below {' and '.join(mounts)}")

    async def apply(self, context: FaultContext, pod: str, parameters: IoParameters) -> int:
        context.running(pod)
        try:
            context.io.set_rule(pod, self.rule(parameters))
        except NotIntercepted as error:
            raise NotYet(str(error)) from None
        return now_us()

    async def clear(self, context: FaultContext, pod: str, parameters: IoParameters) -> int:
        context.io.clear_rule(pod)
        return now_us()


class IoLatency(IoKind):
    name: ClassVar[str] = "io-latency"
    parameters: ClassVar[type[Parameters]] = IoLatencyParameters

    def rule(self, parameters: IoLatencyParameters) -> IoRule:
        return parameters.rule(delay_s=parameters.delay_ms / 1000)


class IoFault(IoKind):
    name: ClassVar[str] = "io-fault"
    parameters: ClassVar[type[Parameters]] = IoFaultParameters

    def rule(self, parameters: IoFaultParameters) -> IoRule:
        return parameters.rule(errno=parameters.errno)
