"""pod-kill and container-kill: the pod's process dies once and is started again; over when the pod is ready again."""

from dataclasses import dataclass
from typing import ClassVar

from local_cluster.faults.base import FaultContext, FaultKind, Parameters, Refused
from local_cluster.faults.fields import number, text
from local_cluster.linux import now_us
from local_cluster.topology import PodSpec, Topology


@dataclass(frozen=True, kw_only=True)
class PodKillParameters(Parameters):
    grace_period_s: float = number(0, 300, default=0)  # between SIGTERM and SIGKILL; 0: SIGKILL at once


@dataclass(frozen=True, kw_only=True)
class ContainerKillParameters(Parameters):
    # A pod of the local cluster has one container, called as its service.
    container: str = text(".*", "expected the name of a container", default="")


class PodKill(FaultKind):
    name: ClassVar[str] = "pod-kill"
    parameters: ClassVar[type[Parameters]] = PodKillParameters
    kills: ClassVar[bool] = True
    one_shot: ClassVar[bool] = True

    def slowness(self, parameters: PodKillParameters) -> float:
        return parameters.grace_period_s

    async def apply(self, context: FaultContext, pod: str, parameters: PodKillParameters) -> int:
        return await context.running(pod).kill(grace_s=parameters.grace_period_s)

    async def clear(self, context: FaultContext, pod: str, parameters: PodKillParameters) -> int:
        return await _ready_again(context, pod)


class ContainerKill(FaultKind):
    name: ClassVar[str] = "container-kill"
    parameters: ClassVar[type[Parameters]] = ContainerKillParameters
    kills: ClassVar[bool] = True
    one_shot: ClassVar[bool] = True

    def check(self, topology: Topology, pod: PodSpec, parameters: ContainerKillParameters) -> None:
        if parameters.container not in ("", pod.service.name):
            asked, only = parameters.container, pod.service.name
            raise Refused(400, f"parameters.container: {pod.name} has no container {asked!r}, only {only!r}")

    async def apply(self, context: FaultContext, pod: str, parameters: ContainerKillParameters) -> int:
        return await context.running(pod).kill()

    async def clear(self, context: FaultContext, pod: str, parameters: ContainerKillParameters) -> int:
        return await _ready_again(context, pod)


async def _ready_again(context: FaultContext, pod: str) -> int:
    await context.pods[pod].is_ready.wait()
    return now_us()
