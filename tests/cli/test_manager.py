"""The process manager on a disk that takes nothing: it goes on to restart parts, and its book is right afterwards."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import programs
from cli.instance import INSTANCE_VARIABLE, Instance
from cli.parts import Part, parts
from cli.programs import Program, manager_configuration
from platform_backend.config import REPO, load

TALKER = "import os, time\nwhile True: os.write(1, b'x' * 200 + b'\\n'); time.sleep(0.05)"
KILLS = 3


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """A manager with one part, which talks."""
    monkeypatch.setenv("MICROSERVO_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(programs, "programs", lambda _: (Program("talker", (sys.executable, "-c", TALKER), 2),))
    settings = load()
    found = Instance.of(settings)
    found.make_folders()
    found.manager_configuration.write_text(manager_configuration(settings, found))
    environment = os.environ | {INSTANCE_VARIABLE: str(found.state), "PYTHONPATH": str(REPO / "platform_backend")}
    with (found.logs_dir / "manager-start.log").open("wb") as output:
        manager = subprocess.Popen(
            [sys.executable, "-m", "cli.manager", str(os.getpid())], env=environment, stdout=output, stderr=output
        )
    try:
        yield found
    finally:
        manager.send_signal(signal.SIGTERM)
        manager.wait(20)


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.1)


def _talker(instance: Instance) -> Part | None:
    return next((part for part in parts(instance) if part.state == "RUNNING"), None)


def _kill(instance: Instance) -> None:
    """And wait until it is back."""
    before = _talker(instance)
    assert before is not None
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    _until(lambda: (now := _talker(instance)) and now.pid != before.pid)


def _book(instance: Instance) -> int:
    count: int = json.loads(instance.restarts_file.read_text())["talker"]["count"]
    return count


def test_it_outlives_a_disk_that_takes_nothing(instance: Instance) -> None:
    _until(lambda: _talker(instance))
    manager = instance.manager_pid()
    assert manager is not None
    resource.prlimit(manager, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    for _ in range(KILLS):
        _kill(instance)
    assert _book(instance) < KILLS, "the book was to be out of reach"
    resource.prlimit(manager, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _until(lambda: _book(instance) == KILLS)
    _kill(instance)
    assert instance.manager_pid() == manager
    assert "outputs could not be written here: File too large]" in (instance.logs_dir / "talker.log").read_text()
    assert "exited: talker" in instance.manager_log.read_text()
