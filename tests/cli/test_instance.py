"""Processes of one copy: they die with their manager, and leftovers are found and ended."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cli import launch
from cli.console import CliError
from cli.instance import INSTANCE_VARIABLE, Instance, try_lock
from platform_backend.config import ConfigError

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    found = Instance(tmp_path / "state", tmp_path / "state" / "run", tmp_path / "state" / "logs")
    found.make_folders()
    return found


@pytest.fixture
def spawn(instance: Instance) -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Starts Python code as a process of the copy."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str, *, state: str = "") -> "subprocess.Popen[bytes]":
        environment = {**os.environ, INSTANCE_VARIABLE: state or str(instance.state)}
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_leftovers_are_ended_also_those_that_ignore_a_request(instance: Instance, spawn: Callable[..., object]) -> None:
    polite, deaf, foreign = spawn(SLEEP), spawn(DEAF), spawn(SLEEP, state="/another/copy")
    deaf.stdout.readline()
    assert {process.pid for process in instance.processes()} == {polite.pid, deaf.pid}

    assert instance.sweep() == 2
    assert not psutil.pid_exists(polite.pid)
    assert not psutil.pid_exists(deaf.pid)
    assert foreign.poll() is None
    assert instance.sweep() == 0


def test_the_pid_of_a_dead_manager_is_not_believed(instance: Instance) -> None:
    instance.manager_lock.write_text(str(os.getpid()))  # alive, but it holds no lock
    assert instance.manager_pid() is None
    with instance.manager_lock.open("r+") as held:
        assert try_lock(held)
        assert instance.manager_pid() == os.getpid()


def test_a_second_change_waits_for_the_first(instance: Instance) -> None:
    with instance.changing(), pytest.raises(CliError, match="still at work"), instance.changing(wait_seconds=0.3):
        pytest.fail("both were let in")


def test_a_state_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    state = tmp_path / "file" / "state"
    with pytest.raises(ConfigError, match="set state_dir"):
        Instance(state, state / "run", state / "logs").make_folders()


def test_a_launched_command_dies_with_its_parent() -> None:
    parent_code = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, {launch.__file__!r}, str(os.getpid()), "9", sys.executable, "-c", {SLEEP!r}])
print(child.pid, flush=True); time.sleep(60)"""
    parent = subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    _wait_for(lambda: SLEEP in child.cmdline() and "launch.py" not in " ".join(child.cmdline()))
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs([child], timeout=5)
    assert not alive


def test_a_command_whose_parent_has_gone_is_not_started(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    stranger = "1"  # not our pid: as if the parent had died in between
    done = subprocess.run([sys.executable, launch.__file__, stranger, "9", "touch", str(trace)], timeout=10)
    assert done.returncode == 0
    assert not trace.exists()


def _wait_for(condition: Callable[[], bool], timeout: float = 10) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
