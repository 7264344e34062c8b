"""Helper processes: started, restarted after a death, ended with their owner."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_cluster.children import ChildFailed, Children

from .conftest import BACKEND, eventually, is_alive, run, wait_for

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_a_child_that_dies_is_restarted_and_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        children, restarts = Children(), []

        async def restarted() -> None:
            restarts.append(children.processes()[0].pid)

        await children.start("sleeper", SLEEP, log=tmp_path / "log")
        children.on_restart("sleeper", restarted)
        first = children.processes()[0].pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: restarts)
        (now,) = children.processes()
        assert (now.restarts, now.pid) == (1, restarts[0])
        assert now.pid != first
        await children.stop_all()
        assert not is_alive(restarts[0])
        assert children.processes() == []

    run(scenario())


def test_start_waits_until_ready(tmp_path: Path) -> None:
    async def scenario() -> None:
        children, answers = Children(), iter([False, False, True])

        async def ready() -> bool:
            return next(answers)

        await children.start("sleeper", SLEEP, log=tmp_path / "log", ready=ready)
        assert next(answers, "all asked") == "all asked"
        await children.stop_all()

    run(scenario())


def test_a_child_that_ends_before_it_is_ready_is_named_with_its_log(tmp_path: Path) -> None:
    async def scenario() -> None:
        async def never() -> bool:
            return False

        children = Children()
        with pytest.raises(ChildFailed, match=r"broken ended before it was ready; see .*/log"):
            await children.start("broken", [sys.executable, "-c", "exit(3)"], log=tmp_path / "log", ready=never)
        assert children.processes() == []

    run(scenario())


def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    )

    async def scenario() -> None:
        children, log = Children(), tmp_path / "log"
        await children.start("stubborn", [sys.executable, "-c", stubborn], log=log)
        await eventually(lambda: log.read_text())
        pid = children.processes()[0].pid
        assert pid is not None
        await children.stop("stubborn")
        assert not is_alive(pid)

    run(scenario())


OWNER = f"""
import asyncio, pathlib, sys
from local_cluster.children import Children

async def main():
    children = Children()
    await children.start("sleeper", {SLEEP!r}, log=pathlib.Path(sys.argv[1]))
    print(children.processes()[0].pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_a_child_dies_with_its_killed_owner(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path / "log")], env=environment, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        assert is_alive(child)
        owner.kill()
    wait_for(lambda: not is_alive(child), timeout=5)
