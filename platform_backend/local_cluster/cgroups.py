"""A pod's processes with their limits and counts: what a control group is on Kubernetes."""

import os
import signal
import threading
from dataclasses import dataclass, field
from functools import cache

from local_cluster.linux import anonymous_bytes, cpu_seconds, resident_bytes, signal_group


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
    paused: bool = False  # stopped by a fault: only its end lets it go on
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
            self.leader, self.workers, self.unlimited, self.paused = leader, (), True, False
            self._born_with.clear()

    def leave(self) -> None:
        """Nothing of this pod runs any more; after this no thread signals its old process group."""
        with self.lock:
            self.leader, self.workers, self.paused = 0, (), False

    def add_worker(self, pid: int, born_with: int | None = None) -> None:
        """`born_with`: its anonymous bytes at the fork; by default, those that it has when first looked at."""
        with self.lock:
            if born_with is not None:
                self._born_with[pid] = born_with
            self.workers = (*self.workers, pid)

    def remove_worker(self, pid: int) -> None:
        with self.lock:
            self.workers = tuple(worker for worker in self.workers if worker != pid)

    def signal(self, number: signal.Signals, *, leader: int) -> bool:
        """Signal the whole process group if it is still that of `leader`."""
        with self.lock:
            return self.leader == leader and bool(leader) and signal_group(leader, number)

    def pause(self) -> bool:
        """Stop all of the pod until `unpause`, whatever the CPU quota does; False when it does not run."""
        with self.lock:
            self.paused = bool(self.leader) and signal_group(self.leader, signal.SIGSTOP)
            return self.paused

    def unpause(self) -> None:
        with self.lock:
            if self.paused:
                self.paused = False
                signal_group(self.leader, signal.SIGCONT)

    def unthrottle(self, *, leader: int) -> None:
        """End a stop by the CPU quota, but not one by a fault."""
        with self.lock:
            if self.leader == leader and leader and not self.paused:
                signal_group(leader, signal.SIGCONT)

    def memory(self) -> int:
        """Resident bytes of the main process, and what each worker took since it was forked."""
        leader = self.leader
        if not leader:
            return 0
        return _resident(leader) + self.grown()

    def workers_born_with(self) -> dict[int, int]:
        """Anonymous bytes that each worker had at its birth, as far as it was looked at."""
        return {pid: self._born_with[pid] for pid in self.workers if pid in self._born_with}

    def grown(self) -> int:
        """Anonymous bytes that the workers took since they were forked: what they were told to hold, to the page.

        A worker shares the fork server's pages and the files mapped there, and maps more of these as it begins to run:
        4 MB of resident memory which costs none. Counting that would invent stress.
        """
        return sum(self._grown(worker) for worker in self.workers)

    def _grown(self, pid: int) -> int:
        now = _anonymous(pid)
        return max(0, now - self._born_with.setdefault(pid, now))

    def cpu(self) -> float:
        """CPU seconds that the processes running now have used."""
        return sum(_cpu(pid) for pid in self.pids)


def _resident(pid: int) -> int:
    try:
        return resident_bytes(pid)
    except OSError:
        return 0


def _anonymous(pid: int) -> int:
    try:
        return anonymous_bytes(pid)
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
