"""pod-failure: the pod is killed and kept down; over when it is ready again."""

from dataclasses import dataclass
from typing import ClassVar

from local_cluster.faults.base import FaultContext, Parameters
from local_cluster.linux import now_us
from local_cluster.topology import PodSpec, Topology


@dataclass(frozen=True, kw_only=True)
class PodFailureParameters(Parameters):
    """None."""


class PodFailure:
    name: ClassVar[str] = "pod-failure"
    parameters: ClassVar[type[Parameters]] = PodFailureParameters
    survives_restart: ClassVar[bool] = True

    def check(self, topology: Topology, pod: PodSpec, parameters: PodFailureParameters) -> None:
        """Every pod can fail."""

    async def apply(self, context: FaultContext, pod: str, parameters: PodFailureParameters) -> int:
        return await context.pods[pod].hold_down()

    async def clear(self, context: FaultContext, pod: str, parameters: PodFailureParameters) -> int:
        context.pods[pod].release()
        await context.pods[pod].is_ready.wait()
        return now_us()
