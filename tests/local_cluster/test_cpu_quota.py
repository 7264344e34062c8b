"""CPU limits: a busy pod gets its share and no more, an idle one is left alone, and nobody stays stopped."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local_cluster.cgroups import Cgroup
from local_cluster.cpu_quota import CpuQuota
from local_cluster.linux import cpu_seconds

from .conftest import state_of, wait_for

BUSY = "while True: pass"
IDLE = "import time; time.sleep(600)"
SECONDS = 2.0


@contextmanager
def _process(code: str) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", code], process_group=0)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _cgroup(leader: int, limit: float) -> Cgroup:
    cgroup = Cgroup("pod-0", "pod", cpu_limit=limit, memory_limit=1 << 30)
    cgroup.enter(leader)
    cgroup.unlimited = False
    return cgroup


@contextmanager
def _quota(*cgroups: Cgroup) -> Iterator[None]:
    quota = CpuQuota(cgroups)
    quota.start()
    try:
        yield
    finally:
        quota.stop()


def test_a_busy_pod_gets_its_limit_and_is_counted() -> None:
    with _process(BUSY) as pid:
        cgroup = _cgroup(pid, 0.3)
        with _quota(cgroup):
            time.sleep(0.3)
            before, began = cpu_seconds(pid), time.monotonic()
            time.sleep(SECONDS)
            share = (cpu_seconds(pid) - before) / (time.monotonic() - began)
        assert 0.02 < share < 0.4  # the rest of this busy machine may leave it less than its limit
        assert cgroup.throttled_periods > 2
        assert cgroup.throttled_us > 50_000
        assert cgroup.periods >= cgroup.throttled_periods
        wait_for(lambda: state_of(pid) != "T", timeout=2)


def test_an_idle_pod_is_never_throttled() -> None:
    with _process(IDLE) as pid:
        cgroup = _cgroup(pid, 0.3)
        wait_for(lambda: state_of(pid) == "S")
        time.sleep(0.2)
        with _quota(cgroup):
            time.sleep(0.5)
        assert cgroup.throttled_periods == 0


def test_stress_workers_share_the_limit_of_their_pod() -> None:
    with _process(BUSY) as leader, _process(BUSY) as worker:
        cgroup = _cgroup(leader, 0.3)
        cgroup.add_worker(worker)
        # The worker of a real pod is in its process group; here the signals reach the leader only.
        with _quota(cgroup):
            time.sleep(1)
        assert cgroup.throttled_periods > 2


def test_a_starting_pod_is_not_throttled() -> None:
    with _process(BUSY) as pid:
        cgroup = _cgroup(pid, 0.1)
        cgroup.unlimited = True
        with _quota(cgroup):
            time.sleep(0.5)
        assert cgroup.throttled_periods == 0


def test_a_pod_that_died_and_came_back_starts_without_debt() -> None:
    with _process(BUSY) as first, _process(IDLE) as second:
        cgroup = _cgroup(first, 0.1)
        with _quota(cgroup):
            wait_for(lambda: state_of(first) == "T", timeout=5)
            cgroup.leave()
            cgroup.enter(second)
            cgroup.unlimited = False
            time.sleep(0.5)
            assert state_of(second) == "S"
