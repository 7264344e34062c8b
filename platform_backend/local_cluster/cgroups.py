"""A pod's processes with their limits and counts: what a control group is on Kubernetes."""

import os
import signal
import threading
from dataclasses import dataclass, field
from functools import cache

from local_cluster.linux import cpu_seconds, resident_bytes, signal_group


@dataclass(slots=True)
class Cgroup:
    """One running pod. The quota and memory threads read it; the event loop adds and removes processes."""

    pod: str
    service: str
    cpu_limit: float  # cores
    memory_limit: int  # bytes
    leader: int = 0  # pid of the pod's main process and id of its process group; 0: not running
    workers: tuple[int, ...] = ()  # stress processes in the same process group
    unlimited: bool = False  # starting up: the CPU limit does not hold yet
    periods: int = 0
    throttled_periods: int = 0
    throttled_us: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _born_with: dict[int, int] = field(default_factory=dict, repr=False)

    @property
    def pids(self) -> tuple[int, ...]:
        return (self.leader, *self.workers) if self.leader else ()

    def enter(self, leader: int) -> None:
        with self.lock:
            self.leader, self.workers, self.unlimited = leader, (), True
            self._born_with.clear()

    def leave(self) -> None:
        """Nothing of this pod runs any more; after this no thread signals its old process group."""
        with self.lock:
            self.leader, self.workers = 0, ()

    def add_worker(self, pid: int) -> None:
        with self.lock:
            self.workers = (*self.workers, pid)

    def remove_worker(self, pid: int) -> None:
        with self.lock:
            self.workers = tuple(worker for worker in self.workers if worker != pid)

    def signal(self, number: signal.Signals, *, leader: int) -> bool:
        """Signal the whole process group if it is still that of `leader`."""
        with self.lock:
            return self.leader == leader and bool(leader) and signal_group(leader, number)

    def memory(self) -> int:
        """Resident bytes: all of the main process, and what each worker took since it was forked.

        A worker shares nearly all of its pages with the fork server; counting those per worker would invent memory.
        """
        leader, workers = self.leader, self.workers
        if not leader:
            return 0
        return _resident(leader) + sum(self._grown(worker) for worker in workers)

    def _grown(self, pid: int) -> int:
        now = _resident(pid)
        return max(0, now - self._born_with.setdefault(pid, now))

    def cpu(self) -> float:
        """CPU seconds that the processes running now have used."""
        return sum(_cpu(pid) for pid in self.pids)


def _resident(pid: int) -> int:
    try:
        return resident_bytes(pid)
    except OSError:
        return 0


def _cpu(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except OSError:
        return 0.0


@cache
def cores() -> int:
    return len(os.sched_getaffinity(0))
