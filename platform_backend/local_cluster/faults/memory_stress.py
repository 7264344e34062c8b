"""memory-stress: processes that hold memory within the pod's own limit; beyond it, the pod is OOMKilled."""

import asyncio
import time
from dataclasses import dataclass
from typing import ClassVar, Final

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters
from local_cluster.faults.fields import integer
from local_cluster.faults.workers import POLL, end_workers, start_worker
from local_cluster.linux import now_us
from local_cluster.pods import Pod

HOLDS_WITHIN: Final = 10.0
# Becoming a worker takes about a megabyte; more than this was taken on purpose. Not all of it: with more than the
# limit, the pod is dead before.
TAKEN: Final = 4 << 20


@dataclass(frozen=True, kw_only=True)
class MemoryStressParameters(Parameters):
    workers: int = integer(1, 64, default=1)
    size_bytes: int = integer(1, 1 << 40)  # held by all workers together


class MemoryStress(FaultKind):
    name: ClassVar[str] = "memory-stress"
    parameters: ClassVar[type[Parameters]] = MemoryStressParameters

    async def apply(self, context: FaultContext, pod: str, parameters: MemoryStressParameters) -> int:
        target = context.running(pod)
        share, rest = divmod(parameters.size_bytes, parameters.workers)
        for index in range(parameters.workers):
            env = {"SIZE": str(share + (index < rest))}
            await start_worker(context, target, "local_cluster.hoarder:main", env)
        return await _first_taken(target, min(TAKEN, parameters.size_bytes))

    async def clear(self, context: FaultContext, pod: str, parameters: MemoryStressParameters) -> int:
        return await end_workers(context.pods[pod])


async def _first_taken(target: Pod, least: int) -> int:
    until = time.monotonic() + HOLDS_WITHIN
    while time.monotonic() < until and target.cgroup.workers:
        if target.cgroup.grown() >= least:
            return now_us()
        await asyncio.sleep(POLL)
    raise NotYet(f"no memory is held in {target.spec.name}: its stress workers are dead or don't come to run")
