"""cpu-stress: busy processes that eat of the pod's own CPU quota."""

import asyncio
import signal
import time
from dataclasses import dataclass
from typing import ClassVar, Final

from local_cluster.cgroups import Cgroup
from local_cluster.faults.base import FaultContext, NotYet, Parameters
from local_cluster.faults.fields import integer
from local_cluster.forkserver import Spawn
from local_cluster.linux import cpu_seconds, now_us, send_signal
from local_cluster.pods import Pod
from local_cluster.spawner import SpawnFailed
from local_cluster.topology import PodSpec, Topology

POLL: Final = 0.01
RUNS_WITHIN: Final = 5.0
GONE_WITHIN: Final = 5.0
# Becoming a worker takes a few milliseconds of CPU; more than this was burnt.
BURNING: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class CpuStressParameters(Parameters):
    workers: int = integer(1, 64)
    load: int = integer(1, 100, default=100)  # percent of the time that each worker is busy


class CpuStress:
    name: ClassVar[str] = "cpu-stress"
    parameters: ClassVar[type[Parameters]] = CpuStressParameters
    survives_restart: ClassVar[bool] = False

    def check(self, topology: Topology, pod: PodSpec, parameters: CpuStressParameters) -> None:
        """Every pod has a CPU quota to eat of."""

    async def apply(self, context: FaultContext, pod: str, parameters: CpuStressParameters) -> int:
        target = context.pods[pod]
        if not target.running:
            raise NotYet(f"{pod} does not run")
        workers = [await _spawn_worker(context, target, parameters.load) for _ in range(parameters.workers)]
        # Stress is meant for a pod at work: its start-up allowance ends here.
        target.cgroup.unlimited = False
        return await _first_burns(workers)

    async def clear(self, context: FaultContext, pod: str, parameters: CpuStressParameters) -> int:
        cgroup = context.pods[pod].cgroup
        until = time.monotonic() + GONE_WITHIN
        while cgroup.workers:
            for worker in cgroup.workers:
                send_signal(worker, signal.SIGKILL)
            if time.monotonic() > until:
                raise NotYet(f"{len(cgroup.workers)} stress workers of {pod} don't end")
            await asyncio.sleep(POLL)
        return now_us()


async def _spawn_worker(context: FaultContext, target: Pod, load: int) -> int:
    cgroup = target.cgroup
    spawn = Spawn(
        name=f"stress-{cgroup.pod}",
        env={"LOAD": str(load)},
        log=str(target.log),
        group=cgroup.leader,
        target="local_cluster.burner:main",
    )
    worker = _Worker(cgroup)
    try:
        worker.pid = await context.spawner.spawn(spawn, worker.ended)
    except (SpawnFailed, TimeoutError) as error:
        raise NotYet(f"no stress worker for {cgroup.pod}: {error or 'the fork server is silent'}") from None
    worker.join()
    return worker.pid


class _Worker:
    """Keeps the cgroup's list of workers right, also when one ends before its start was reported."""

    def __init__(self, cgroup: Cgroup) -> None:
        self._cgroup = cgroup
        self._over = False
        self.pid = 0

    def join(self) -> None:
        if not self._over:
            self._cgroup.add_worker(self.pid)

    def ended(self, status: int) -> None:
        self._over = True
        self._cgroup.remove_worker(self.pid)


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
