"""Stress workers by themselves: what they take, and what a crew tells of their ends."""

import asyncio
import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local_cluster.cgroups import Cgroup
from local_cluster.faults import workers
from local_cluster.faults.base import NotYet
from local_cluster.faults.workers import Begun, Crew
from local_cluster.linux import anonymous_bytes, has_comm

from .conftest import BACKEND, eventually, run, sleeper

PROGRAM = "import sys; from local_cluster import hoarder; sys.exit(hoarder.main())"
MEBIBYTE = 1 << 20


def test_a_worker_that_gets_no_more_memory_ends_and_says_so() -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))

    env = {"SIZE": str(1 << 40), "PYTHONPATH": str(BACKEND)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, preexec_fn=limited, timeout=60)
    assert done.returncode == errno.ENOMEM


@pytest.fixture
def crew_of(spawning: Callable[[], Any]) -> Callable[[Any, int, list[Any]], Crew]:
    def make(spawner: Any, leader: int, told: list[Any]) -> Crew:
        cgroup = Cgroup("sleeper-0", "sleeper", cpu_limit=1, memory_limit=1 << 30)
        cgroup.enter(leader)
        context = SimpleNamespace(spawner=spawner, worker_ended=lambda *what: told.append(what))
        target = SimpleNamespace(cgroup=cgroup, spec=SimpleNamespace(name="sleeper-0"))
        return Crew(context, target)  # type: ignore[arg-type]

    return make


def test_workers_count_what_they_hold_and_nothing_of_themselves(
    tmp_path: Path, spawning: Callable[[], Any], crew_of: Callable[..., Crew]
) -> None:
    async def scenario() -> None:
        async with spawning() as (spawner, _):
            leader = await spawner.spawn(sleeper(tmp_path), print)
            crew = crew_of(spawner, leader, [])
            for size in (0, MEBIBYTE):
                cgroup, before = crew.target.cgroup, crew.target.cgroup.grown()
                begun = Begun(lambda: has_comm(crew.pids[-1], crew.name), 10, "it does not begin")
                await crew.work("local_cluster.hoarder:main", [{"SIZE": str(size)}], begun)
                await eventually(lambda: cgroup.grown() - before >= size)  # noqa: B023
                await asyncio.sleep(0.3)  # whatever it takes besides it would have taken by now
                assert cgroup.grown() - before - size < 128 << 10
                assert anonymous_bytes(crew.pids[-1]) > 0

    run(scenario())


def test_a_crew_tells_of_each_end_and_when_none_is_left(
    tmp_path: Path,
    spawning: Callable[[], Any],
    crew_of: Callable[..., Crew],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> None:
        monkeypatch.setattr(workers, "POD_ENDS_WITHIN", 0.01)
        async with spawning() as (spawner, _):
            told: list[Any] = []
            leader = await spawner.spawn(sleeper(tmp_path), print)
            crew = crew_of(spawner, leader, told)
            tasks = [{"LOAD": "1"}] * 2
            await crew.work("local_cluster.burner:main", tasks, Begun(lambda: True, 1, "never"))
            first, second = crew.pids
            os.kill(first, signal.SIGKILL)
            await eventually(lambda: told)
            assert told == [("sleeper-0", None, "1 of 2 stress workers ended: killed by SIGKILL")]
            os.kill(second, signal.SIGTERM)
            await eventually(lambda: len(told) == 2)
            _, over_us, why = told[1]
            assert over_us is not None
            assert why == "2 of 2 stress workers ended: killed by SIGKILL, killed by SIGTERM"

    run(scenario())


def test_workers_that_die_before_they_work_are_a_failure_with_its_reason(
    tmp_path: Path, spawning: Callable[[], Any], crew_of: Callable[..., Crew], shop_source: Path
) -> None:
    (shop_source / "greedy.py").write_text("import errno\nmain = lambda: errno.ENOMEM\n")

    async def scenario() -> None:
        async with spawning() as (spawner, _):
            leader = await spawner.spawn(sleeper(tmp_path), print)
            crew = crew_of(spawner, leader, [])
            with pytest.raises(NotYet, match=r"2 of 2 stress workers ended: exit status 1"):
                await crew.work("local_cluster.hoarder:main", [{"SIZE": "?"}] * 2, Begun(lambda: False, 10, "never"))
            crew = crew_of(spawner, leader, [])
            with pytest.raises(NotYet, match="1 of 1 stress workers ended: the computer has no more memory to give"):
                await crew.work("greedy:main", [{}], Begun(lambda: False, 10, "never"))

    run(scenario())


def test_no_worker_joins_a_pod_that_has_ended(
    tmp_path: Path, spawning: Callable[[], Any], crew_of: Callable[..., Crew]
) -> None:
    async def scenario() -> None:
        async with spawning() as (spawner, _):
            crew = crew_of(spawner, await spawner.spawn(sleeper(tmp_path), print), [])
            crew.target.cgroup.leave()
            with pytest.raises(NotYet, match="sleeper-0 ended before all stress workers had begun"):
                await crew.work("local_cluster.burner:main", [{"LOAD": "1"}], Begun(lambda: True, 1, "never"))
            assert crew.pids == []

    run(scenario())
