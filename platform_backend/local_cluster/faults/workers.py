"""Stress workers: processes forked into a pod's group, which share its CPU quota, its memory limit and its death."""

import asyncio
import signal
import time
from collections.abc import Mapping
from typing import Final

from local_cluster.cgroups import Cgroup
from local_cluster.faults.base import FaultContext, NotYet
from local_cluster.forkserver import Spawn
from local_cluster.linux import now_us, send_signal
from local_cluster.pods import Pod
from local_cluster.spawner import SpawnFailed

POLL: Final = 0.01
GONE_WITHIN: Final = 5.0


async def start_worker(context: FaultContext, target: Pod, function: str, env: Mapping[str, str]) -> int:
    """The pid of a worker that runs `function` ("module:function"). Raises NotYet."""
    cgroup = target.cgroup
    spawn = Spawn(name=f"stress-{cgroup.pod}", env=env, log=str(target.log), group=cgroup.leader, target=function)
    worker = _Worker(cgroup)
    try:
        worker.pid = await context.spawner.spawn(spawn, worker.ended)
    except (SpawnFailed, TimeoutError) as error:
        raise NotYet(f"no stress worker for {cgroup.pod}: {error or 'the fork server is silent'}") from None
    worker.join(context.spawner.born_with(worker.pid))
    # Stress is meant for a pod at work: its start-up allowance ends here.
    cgroup.unlimited = False
    return worker.pid


async def end_workers(target: Pod) -> int:
    """Kill all workers; the time at which the last was dead. Raises NotYet."""
    cgroup = target.cgroup
    until = time.monotonic() + GONE_WITHIN
    while cgroup.workers:
        for worker in cgroup.workers:
            send_signal(worker, signal.SIGKILL)
        if time.monotonic() > until:
            raise NotYet(f"{len(cgroup.workers)} stress workers of {cgroup.pod} don't end")
        await asyncio.sleep(POLL)
    return now_us()


class _Worker:
    """Keeps the cgroup's list of workers right, also when one ends before its start was reported."""

    def __init__(self, cgroup: Cgroup) -> None:
        self._cgroup = cgroup
        self._over = False
        self.pid = 0

    def join(self, born_with: int | None) -> None:
        if not self._over:
            self._cgroup.add_worker(self.pid, born_with)

    def ended(self, status: int) -> None:
        self._over = True
        self._cgroup.remove_worker(self.pid)
