"""Stress workers: processes forked into a pod's group, which share its CPU quota, its memory limit and its death."""

import asyncio
import errno
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from local_cluster.faults.base import FaultContext, NotYet
from local_cluster.forkserver import Spawn
from local_cluster.linux import describe_exit, now_us, send_signal
from local_cluster.pods import Pod
from local_cluster.spawner import SpawnFailed

POLL: Final = 0.01
GONE_WITHIN: Final = 5.0
# A pod that is killed takes its workers along, and their ends may be reported before its own.
POD_ENDS_WITHIN: Final = 0.25
# What the modules that stress workers run are called; the fork server has them loaded, so that workers need not.
MODULES: Final = ("local_cluster.burner", "local_cluster.hoarder")


@dataclass(frozen=True, slots=True)
class Begun:
    """When stress counts as real: what must hold within that many seconds, and what is the case otherwise."""

    holds: Callable[[], bool]
    within: float
    otherwise: str


@dataclass(frozen=True, slots=True)
class _End:
    at_us: int
    status: int


class Crew:
    """The workers of one fault on one pod, and what became of them."""

    def __init__(self, context: FaultContext, target: Pod) -> None:
        self.target = target
        self.pids: list[int] = []
        self.began_us = 0  # when the first was forked; 0: none was
        self._context = context
        self._leader = target.cgroup.leader
        self._ends: list[_End] = []

    @property
    def name(self) -> str:
        return f"stress-{self.target.spec.name}"

    @property
    def gone(self) -> bool:
        return len(self._ends) == len(self.pids)

    def why(self) -> str:
        """What ended those that have ended."""
        reasons = sorted({_describe(end.status) for end in self._ends})
        return f"{len(self._ends)} of {len(self.pids)} stress workers ended: {', '.join(reasons)}"

    async def work(self, function: str, tasks: Iterable[Mapping[str, str]], when: "Begun") -> int:
        """One worker for each task (its environment) runs `function` ("module:function"); the time at which the stress
        was real. Raises NotYet."""
        began_us = None
        for env in tasks:
            await self._hire(function, env)
            began_us = began_us or (now_us() if when.holds() else None)
        return began_us or await self._until(when)

    async def _hire(self, function: str, env: Mapping[str, str]) -> None:
        cgroup = self.target.cgroup
        if cgroup.leader != self._leader:
            raise NotYet(f"{cgroup.pod} ended before all stress workers had begun")
        # Its output is not the pod's: that would tell of the fault in the pod's log.
        spawn = Spawn(name=self.name, env=env, log="", group=self._leader, target=function)
        worker = _Worker(self)
        try:
            worker.pid = await self._context.spawner.spawn(spawn, worker.ended)
        except (SpawnFailed, TimeoutError) as error:
            raise NotYet(f"no stress worker for {cgroup.pod}: {error or 'the fork server is silent'}") from None
        worker.join(self._context.spawner.born_with(worker.pid))
        # Stress is meant for a pod at work: its start-up allowance ends here.
        cgroup.unlimited = False

    async def _until(self, when: "Begun") -> int:
        until = time.monotonic() + when.within
        while not self.gone:
            if when.holds():
                return now_us()
            if time.monotonic() > until:
                raise NotYet(f"{when.otherwise} after {when.within:.0f} s")
            await asyncio.sleep(POLL)
        raise NotYet(self.why())

    def joined(self, worker: "_Worker", born_with: int | None) -> None:
        self.began_us = self.began_us or now_us()
        self.pids.append(worker.pid)
        if worker.end is None:
            self.target.cgroup.add_worker(worker.pid, born_with)
        else:
            self.left(worker.end)

    def left(self, end: _End) -> None:
        self._ends.append(end)
        # Of the pod's own end its owner tells, and that comes first.
        asyncio.get_running_loop().call_later(POD_ENDS_WITHIN, self._report)

    def _report(self) -> None:
        over_us = self._ends[-1].at_us if self.gone else None
        self._context.worker_ended(self.target.spec.name, over_us, self.why())


class _Worker:
    """Keeps lists of workers right, also when one ends before its start was reported."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.pid = 0
        self.end: _End | None = None

    def join(self, born_with: int | None) -> None:
        self._crew.joined(self, born_with)

    def ended(self, status: int) -> None:
        self.end = _End(now_us(), status)
        if self.pid:
            self._crew.target.cgroup.remove_worker(self.pid)
            self._crew.left(self.end)


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


def _describe(status: int) -> str:
    if status == errno.ENOMEM:
        return "the computer has no more memory to give"
    return describe_exit(status)
