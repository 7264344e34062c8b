"""memory-stress: processes that hold memory within the pod's own limit; beyond it, the pod is OOMKilled."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Final

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters
from local_cluster.faults.fields import integer
from local_cluster.faults.workers import POD_ENDS_WITHIN, Begun, Crew, end_workers
from local_cluster.pods import OOM_KILLED

HOLDS_WITHIN: Final = 10.0
# Begun when this much is held, or all if that is less. It does not wait for all: beyond the limit the pod dies first.
TAKEN: Final = 4 << 20


@dataclass(frozen=True, kw_only=True)
class MemoryStressParameters(Parameters):
    workers: int = integer(1, 64, default=1)
    size_bytes: int = integer(1, 1 << 40)  # held by all workers together


class MemoryStress(FaultKind):
    name: ClassVar[str] = "memory-stress"
    parameters: ClassVar[type[Parameters]] = MemoryStressParameters

    async def apply(self, context: FaultContext, pod: str, parameters: MemoryStressParameters) -> int:
        crew = Crew(context, context.running(pod))
        try:
            return await _take(crew, parameters)
        except NotYet:
            await asyncio.sleep(POD_ENDS_WITHIN)
            if crew.began_us and crew.target.end_since(crew.began_us) == OOM_KILLED:
                return crew.began_us  # so quick that nobody saw it grow
            raise

    async def clear(self, context: FaultContext, pod: str, parameters: MemoryStressParameters) -> int:
        return await end_workers(context.pods[pod])


async def _take(crew: Crew, parameters: MemoryStressParameters) -> int:
    share, rest = divmod(parameters.size_bytes, parameters.workers)
    tasks = [{"SIZE": str(share + (index < rest))} for index in range(parameters.workers)]
    cgroup, least = crew.target.cgroup, min(TAKEN, parameters.size_bytes)
    begun = Begun(lambda: cgroup.grown() >= least, HOLDS_WITHIN, "no memory is held")
    return await crew.work("local_cluster.hoarder:main", tasks, begun)
