"""CPU limits of all pods from one thread: a pod that used up its share of the period is stopped until the next."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from local_cluster.cgroups import Cgroup, cores
from local_cluster.linux import cpu_seconds

logger = logging.getLogger(__name__)

PERIOD: Final = 0.1  # seconds, as Kubernetes has it
# Looking more often costs more than it gains.
SHORTEST_LOOK: Final = 0.005


@dataclass(slots=True)
class _Account:
    """One pod in the present period."""

    cgroup: Cgroup
    leader: int = 0
    base: dict[int, float] = field(default_factory=dict)  # CPU clock per process at the period's start
    debt: float = 0.0  # CPU seconds taken beyond the last periods' quota
    due: float = 0.0
    stopped_at: float | None = None

    @property
    def quota(self) -> float:
        return self.cgroup.cpu_limit * PERIOD

    def used(self) -> float:
        return sum(clock - self.base.get(pid, 0.0) for pid, clock in _clocks(self.cgroup.pids).items())

    def open_period(self, now: float) -> None:
        if self.cgroup.leader != self.leader:
            self.resume(now)  # books the time; the process that was stopped is dead
            self.leader, self.debt = self.cgroup.leader, 0.0
        self.cgroup.throttled_periods += 1 if self.stopped_at is not None else 0
        self.base = _clocks(self.cgroup.pids)
        self.due = now + self._next_look(max(0.0, self.quota - self.debt))

    def look(self, now: float) -> None:
        """Stop the pod if its quota is used up, else say when that may be so at the earliest."""
        left = self.quota - self.debt - self.used()
        if left <= 0 and not self.cgroup.unlimited:
            self._stop(now)
        self.due = now + self._next_look(max(0.0, left))

    def close_period(self, now: float) -> None:
        if not self.leader:
            return
        used = self.used()
        limited = not self.cgroup.unlimited
        self.debt = max(0.0, self.debt + used - self.quota) if limited else 0.0
        self.cgroup.periods += 1 if used > 0 else 0
        # A debt beyond a whole period keeps the pod stopped, as the kernel's own bandwidth control does.
        if self.stopped_at is not None and self.debt < self.quota:
            self.resume(now)

    def resume(self, now: float) -> None:
        if self.stopped_at is None:
            return
        self.cgroup.signal(signal.SIGCONT, leader=self.leader)
        self.cgroup.throttled_us += round((now - self.stopped_at) * 1e6)
        self.stopped_at = None

    def _stop(self, now: float) -> None:
        if self.stopped_at is None and self.cgroup.signal(signal.SIGSTOP, leader=self.leader):
            self.stopped_at = now
            self.cgroup.throttled_periods += 1

    def _next_look(self, left: float) -> float:
        return max(SHORTEST_LOOK, left / cores())


class CpuQuota:
    """Owns the thread. Whatever it stopped runs again when it ends."""

    def __init__(self, cgroups: Iterable[Cgroup], *, on_period: Callable[[], None] | None = None) -> None:
        self._accounts = [_Account(cgroup) for cgroup in cgroups]
        self._on_period = on_period
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cpu-quota", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(timeout=5 * PERIOD)

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                self._period()
        finally:
            for account in self._accounts:
                account.resume(time.monotonic())

    def _period(self) -> None:
        start = time.monotonic()
        end = start + PERIOD
        for account in self._accounts:
            account.open_period(start)
        while (now := time.monotonic()) < end and not self._ending.wait(self._pause(now, end)):
            self._look_at_due(time.monotonic())
        for account in self._accounts:
            account.close_period(time.monotonic())
        if self._on_period is not None:
            self._on_period()

    def _pause(self, now: float, end: float) -> float:
        soonest = min((account.due for account in self._running()), default=end)
        return max(0.0, min(end, soonest) - now)

    def _look_at_due(self, now: float) -> None:
        for account in self._running():
            if account.due <= now:
                account.look(now)

    def _running(self) -> Iterable[_Account]:
        return (account for account in self._accounts if account.leader and account.stopped_at is None)


def _clocks(pids: Iterable[int]) -> dict[int, float]:
    clocks = {}
    for pid in pids:
        try:
            clocks[pid] = cpu_seconds(pid)
        except OSError:
            continue  # it has just died; the fork server will tell
    return clocks
