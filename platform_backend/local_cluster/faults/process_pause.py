"""process-pause: all of the pod stands still, and its probes find out as those of a real cluster would."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final

from local_cluster.faults.base import FaultContext, FaultKind, NoParameters, NotYet
from local_cluster.linux import is_stopped, now_us
from local_cluster.pods import Pod

POLL: Final = 0.005
LOOKS: Final = 400


class ProcessPause(FaultKind):
    name: ClassVar[str] = "process-pause"

    async def apply(self, context: FaultContext, pod: str, parameters: NoParameters) -> int:
        target = context.running(pod)
        target.cgroup.pause()
        return await _until(lambda: _stands_still(target), f"{pod} does not stop")

    async def clear(self, context: FaultContext, pod: str, parameters: NoParameters) -> int:
        context.pods[pod].cgroup.unpause()
        return now_us()  # SIGCONT is in force when kill(2) returns


def _stands_still(target: Pod) -> bool:
    leader = target.cgroup.leader
    return bool(leader) and is_stopped(leader)


async def _until(holds: Callable[[], bool], otherwise: str) -> int:
    for _ in range(LOOKS):
        if holds():
            return now_us()
        await asyncio.sleep(POLL)
    raise NotYet(otherwise)
