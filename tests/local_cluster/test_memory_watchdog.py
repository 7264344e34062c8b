"""Memory limits: beyond the limit the pod's whole group is killed, and the reason is known."""

import subprocess
import sys
import time

from local_cluster.cgroups import Cgroup
from local_cluster.memory_watchdog import MemoryWatchdog

from .conftest import wait_for

MEBIBYTE = 1 << 20
GREEDY = "import time\nballast = bytearray(b'x') * (120 << 20)\ntime.sleep(600)"
MODEST = "import time; time.sleep(600)"


def _watched(code: str) -> tuple[subprocess.Popen[bytes], Cgroup, MemoryWatchdog]:
    process = subprocess.Popen([sys.executable, "-c", code], process_group=0)
    cgroup = Cgroup("pod-0", "pod", cpu_limit=1, memory_limit=80 * MEBIBYTE)
    cgroup.enter(process.pid)
    watchdog = MemoryWatchdog([cgroup])
    watchdog.start()
    return process, cgroup, watchdog


def test_a_pod_beyond_its_limit_is_killed() -> None:
    process, _cgroup, watchdog = _watched(GREEDY)
    try:
        assert process.wait(timeout=10) == -9
        assert watchdog.was_killed(process.pid)
        assert not watchdog.was_killed(process.pid)  # told once
    finally:
        watchdog.stop()
        process.kill()


def test_a_modest_pod_lives() -> None:
    process, cgroup, watchdog = _watched(MODEST)
    try:
        wait_for(lambda: cgroup.memory() > MEBIBYTE)
        time.sleep(0.4)
        assert process.poll() is None
        assert cgroup.memory() < cgroup.memory_limit
    finally:
        watchdog.stop()
        process.kill()
        process.wait()


def test_workers_count_by_what_they_take_themselves() -> None:
    leader = subprocess.Popen([sys.executable, "-c", MODEST], process_group=0)
    try:
        cgroup = Cgroup("pod-0", "pod", cpu_limit=1, memory_limit=MEBIBYTE)
        cgroup.enter(leader.pid)
        time.sleep(0.3)
        alone = cgroup.memory()
        cgroup.add_worker(leader.pid)  # a worker that shares all it has
        assert cgroup.memory() == alone
    finally:
        leader.kill()
        leader.wait()
