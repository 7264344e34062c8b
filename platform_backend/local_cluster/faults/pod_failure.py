"""pod-failure: the pod is killed and kept down; over when it is ready again."""

from typing import ClassVar

from local_cluster.faults.base import FaultContext, FaultKind, NoParameters
from local_cluster.linux import now_us


class PodFailure(FaultKind):
    name: ClassVar[str] = "pod-failure"
    kills: ClassVar[bool] = True

    async def apply(self, context: FaultContext, pod: str, parameters: NoParameters) -> int:
        return await context.pods[pod].hold_down()

    async def clear(self, context: FaultContext, pod: str, parameters: NoParameters) -> int:
        context.pods[pod].release()
        await context.pods[pod].is_ready.wait()
        return now_us()
