"""CPU limits of all pods from one thread: a pod that used up its share of the period is stopped until the next."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from local_cluster.cgroups import Cgroup, cores
from local_cluster.linux import cpu_clock

logger = logging.getLogger(__name__)

PERIOD: Final = 0.1  # seconds, as Kubernetes has it
# How soon to look again at a pod that may use up its quota; more often costs more than it gains.
SHORTEST_LOOK: Final = 0.005
# And at one that used little in the last period. What it takes too much meanwhile is paid back as debt.
LAZY_LOOK: Final = 0.025
HOT_SHARE: Final = 0.3


@dataclass(slots=True)
class _Account:
    """One pod in the present period."""

    cgroup: Cgroup
    leader: int = 0
    clocks: tuple[int, ...] = ()
    base: float = 0.0  # CPU time of its processes at the period's start
    debt: float = 0.0  # CPU seconds taken beyond the last periods' quota
    due: float = 0.0
    hot: bool = True
    stopped_at: float | None = None

    @property
    def quota(self) -> float:
        return self.cgroup.cpu_limit * PERIOD

    def used(self) -> float:
        return max(0.0, _total(self.clocks) - self.base)

    def open_period(self, now: float) -> None:
        if self.cgroup.leader != self.leader:
            self.resume(now)  # books the time; the process that was stopped is dead
            self.leader, self.debt = self.cgroup.leader, 0.0
        self.cgroup.throttled_periods += 1 if self.stopped_at is not None else 0
        self.clocks = tuple(cpu_clock(pid) for pid in self.cgroup.pids)
        self.base = _total(self.clocks)
        self.due = now + self._next_look(self.quota - self.debt)

    def look(self, now: float) -> None:
        """Stop the pod if its quota is used up, else say when that may be so at the earliest."""
        used = self.used()
        left = self.quota - self.debt - used
        self.hot = self.hot or used > HOT_SHARE * self.quota
        if left <= 0 and not self.cgroup.unlimited:
            self._stop(now)
        self.due = now + self._next_look(left)

    def close_period(self, now: float) -> None:
        if not self.leader:
            return
        used = self.used()
        self.hot = used > HOT_SHARE * self.quota
        self.debt = 0.0 if self.cgroup.unlimited else max(0.0, self.debt + used - self.quota)
        self.cgroup.periods += 1 if used > 0 else 0
        # A debt beyond a whole period keeps the pod stopped, as the kernel's own bandwidth control does.
        if self.stopped_at is not None and self.debt < self.quota:
            self.resume(now)

    def resume(self, now: float) -> None:
        if self.stopped_at is None:
            return
        self.cgroup.unthrottle(leader=self.leader)
        self.cgroup.throttled_us += round((now - self.stopped_at) * 1e6)
        self.stopped_at = None

    def _stop(self, now: float) -> None:
        if self.stopped_at is None and self.cgroup.signal(signal.SIGSTOP, leader=self.leader):
            self.stopped_at = now
            self.cgroup.throttled_periods += 1

    def _next_look(self, left: float) -> float:
        return max(SHORTEST_LOOK if self.hot else LAZY_LOOK, left / cores())


class CpuQuota:
    """Owns the thread. Whatever it stopped runs again when it ends."""

    def __init__(self, cgroups: Iterable[Cgroup], *, on_period: Callable[[], None] | None = None) -> None:
        self._accounts = [_Account(cgroup) for cgroup in cgroups]
        self._on_period = on_period
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cpu-quota", daemon=True)

    def watch(self, cgroup: Cgroup) -> None:
        """From the next period on. The list is replaced, for the thread may be going through it."""
        self._accounts = [*self._accounts, _Account(cgroup)]

    def forget(self, cgroup: Cgroup) -> None:
        """One of whose processes none is left."""
        self._accounts = [account for account in self._accounts if account.cgroup is not cgroup]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
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
        """Also at those that would be due in a moment: one wake-up for all."""
        for account in self._running():
            if account.due <= now + SHORTEST_LOOK / 2:
                account.look(now)

    def _running(self) -> Iterable[_Account]:
        return (account for account in self._accounts if account.leader and account.stopped_at is None)


def _total(clocks: Iterable[int]) -> float:
    try:
        return sum(map(time.clock_gettime, clocks))
    except OSError:  # one has just died; the fork server will tell
        return sum(map(_clock_or_zero, clocks))


def _clock_or_zero(clock: int) -> float:
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0
