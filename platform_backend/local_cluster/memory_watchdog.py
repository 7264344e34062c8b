"""Memory limits of all pods from one thread: a pod beyond its limit is killed, as the kernel's OOM killer would."""

import logging
import signal
import threading
from collections.abc import Iterable
from typing import Final

from local_cluster.cgroups import Cgroup

logger = logging.getLogger(__name__)

INTERVAL: Final = 0.1
MEBIBYTE: Final = 1 << 20


class MemoryWatchdog:
    """Owns the thread. `was_killed` tells the pod's owner why its process ended."""

    def __init__(self, cgroups: Iterable[Cgroup]) -> None:
        self._cgroups = tuple(cgroups)
        self._killed: set[int] = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory-watchdog", daemon=True)

    def watch(self, cgroup: Cgroup) -> None:
        self._cgroups = (*self._cgroups, cgroup)

    def forget(self, cgroup: Cgroup) -> None:
        self._cgroups = tuple(each for each in self._cgroups if each is not cgroup)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5 * INTERVAL)

    def was_killed(self, leader: int) -> bool:
        """Whether this main process was killed for its memory; asked once, when it has ended."""
        if leader not in self._killed:
            return False
        self._killed.discard(leader)
        return True

    def _run(self) -> None:
        while not self._ending.wait(INTERVAL):
            for cgroup in self._cgroups:
                self._look(cgroup)

    def _look(self, cgroup: Cgroup) -> None:
        leader, used = cgroup.leader, cgroup.memory()
        if used <= cgroup.memory_limit or leader in self._killed:
            return
        self._killed.add(leader)
        if not cgroup.signal(signal.SIGKILL, leader=leader):
            self._killed.discard(leader)
            return
        logger.warning(
            "pod %s OOMKilled: %d MiB resident, limit %d MiB",
            cgroup.pod,
            used // MEBIBYTE,
            cgroup.memory_limit // MEBIBYTE,
        )
