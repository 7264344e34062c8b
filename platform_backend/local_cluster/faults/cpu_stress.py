"""cpu-stress: busy processes that eat of the pod's own CPU quota."""

import asyncio
import time
from dataclasses import dataclass
from typing import ClassVar, Final

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters
from local_cluster.faults.fields import integer
from local_cluster.faults.workers import POLL, end_workers, start_worker
from local_cluster.linux import cpu_seconds, now_us

RUNS_WITHIN: Final = 5.0
# Becoming a worker takes a few milliseconds of CPU; more than this was burnt.
BURNING: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class CpuStressParameters(Parameters):
    workers: int = integer(1, 64)
    load: int = integer(1, 100, default=100)  # percent of the time that each worker is busy


class CpuStress(FaultKind):
    name: ClassVar[str] = "cpu-stress"
    parameters: ClassVar[type[Parameters]] = CpuStressParameters

    async def apply(self, context: FaultContext, pod: str, parameters: CpuStressParameters) -> int:
        target, env = context.running(pod), {"LOAD": str(parameters.load)}
        workers = [
            await start_worker(context, target, "local_cluster.burner:main", env) for _ in range(parameters.workers)
        ]
        return await _first_burns(workers)

    async def clear(self, context: FaultContext, pod: str, parameters: CpuStressParameters) -> int:
        return await end_workers(context.pods[pod])


async def _first_burns(workers: list[int]) -> int:
    until = time.monotonic() + RUNS_WITHIN
    while time.monotonic() < until:
        if any(_burns(pid) for pid in workers):
            return now_us()
        await asyncio.sleep(POLL)
    raise NotYet(f"no stress worker runs after {RUNS_WITHIN:.0f} s")


def _burns(pid: int) -> bool:
    try:
        return cpu_seconds(pid) > BURNING
    except OSError:
        return False
