"""The whole platform as a user runs it: up, status, what dies comes back, and nothing is left in the end."""

import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from cli.instance import Instance
from platform_backend.config import REPO

pytestmark = pytest.mark.timeout(240)

PARTS = ["beat", "broker", "cluster", "web", "worker"]


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of the platform with a state folder and ports of its own."""

    state: Path
    web_port: int
    shop_port: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MICROSERVO_STATE_DIR": str(self.state),
            "MICROSERVO_WEB__PORT": str(self.web_port),
            "MICROSERVO_SHOP__PORT": str(self.shop_port),
            "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": str(random.randrange(24000, 31000)),
        }

    def command(self, *arguments: str) -> list[str]:
        # The same interpreter as the tests': what the entry script does first has tests of its own.
        return [str(REPO / ".venv" / "bin" / "python"), "-m", "cli", *arguments]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = self.environment | {"PYTHONPATH": str(REPO / "platform_backend")}
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=150, env=environment)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        environment = self.environment | {"PYTHONPATH": str(REPO / "platform_backend")}
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )

    @property
    def instance(self) -> Instance:
        return Instance(self.state, self.state / "run", self.state / "logs")

    def processes(self) -> list[psutil.Process]:
        """All of it: those that carry its mark, and whatever descends from them."""
        marked = self.instance.processes()
        return [*{process: None for each in marked for process in (each, *each.children(recursive=True))}]

    def pid(self, name: str) -> int:
        match = re.search(rf"^{re.escape(name)} +running +(\d+) ", self.run("status").stdout, re.MULTILINE)
        assert match, f"{name} is not running"
        return int(match[1])


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    web, shop = free_ports(2)
    platform = Copy(tmp_path / "ms", web, shop)
    yield platform
    platform.run("down")


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def left_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a dead one that nobody has waited for yet is no process left."""
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def wait_for(condition: Callable[[], object], what: str, timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        time.sleep(0.2)


def test_a_killed_manager_leaves_nothing_and_up_starts_again(copy: Copy) -> None:
    up = copy.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    assert re.search(rf"http://127.0.0.1:{copy.web_port}/signin\?sesame=", up.stdout)
    assert httpx.get(f"http://127.0.0.1:{copy.shop_port}/", timeout=10).status_code == 200
    for secret in (copy.state / "secrets").iterdir():
        assert secret.stat().st_mode & 0o777 == 0o600, secret

    again = copy.run("up")
    assert again.returncode == 0
    assert "running already" in again.stdout

    before = copy.processes()
    assert len(before) > 15
    manager = copy.instance.manager_pid()
    assert manager is not None
    os.kill(manager, signal.SIGKILL)
    wait_for(lambda: not left_of(before), "everything is gone", timeout=10)
    assert copy.run("status").returncode == 3

    assert copy.run("up", "--detach").returncode == 0
    assert copy.run("status").returncode == 0
    before = copy.processes()
    down = copy.run("down")
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    assert not left_of(before)
    assert copy.run("down").stdout == "MicroServo is not running.\n"


def test_what_dies_comes_back_and_status_says_so(copy: Copy) -> None:
    assert copy.run("up", "--detach").returncode == 0
    before = {name: copy.pid(name) for name in PARTS}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: copy.run("status").returncode == 0, "all parts run again", timeout=60)

    status = copy.run("status").stdout
    for name, pid in before.items():
        assert re.search(rf"^{name} was restarted (once|\d+ times)", status, re.MULTILINE), status
        assert copy.pid(name) != pid
    assert httpx.get(f"http://127.0.0.1:{copy.web_port}/api/v1/health", timeout=10).status_code == 200


def test_ctrl_c_ends_all_of_it(copy: Copy) -> None:
    up = copy.start("up")
    assert up.stdout is not None
    assert any(line == "Ctrl-C stops it.\n" for line in up.stdout)
    before = copy.processes()
    up.send_signal(signal.SIGINT)
    output, _ = up.communicate(timeout=30)
    assert up.returncode == 0, output
    assert output.endswith("Stopped.\n")
    assert not left_of(before)


def test_ctrl_c_while_it_starts_ends_all_of_it(copy: Copy) -> None:
    up = copy.start("up")
    wait_for(lambda: copy.instance.manager_pid() is not None, "the manager runs")
    up.send_signal(signal.SIGINT)
    output, _ = up.communicate(timeout=30)
    assert (up.returncode, output[-9:]) == (0, "Stopped.\n")
    assert not left_of(copy.processes())


def test_a_closed_terminal_ends_all_of_it(copy: Copy) -> None:
    up = copy.start("up")
    assert up.stdout is not None
    assert any(line == "Ctrl-C stops it.\n" for line in up.stdout)
    before = copy.processes()
    up.kill()  # no chance to say goodbye
    up.communicate()
    wait_for(lambda: not left_of(before), "everything is gone", timeout=20)


def test_a_port_in_use_is_named_and_nothing_is_started(copy: Copy) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", copy.web_port))
        taken.listen()
        up = copy.run("up", "--detach")
    assert up.returncode == 2
    assert up.stderr.count("\n") == 1
    assert f"web.port: 127.0.0.1:{copy.web_port} is in use by" in up.stderr
    assert "MICROSERVO_WEB__PORT" in up.stderr
    assert not copy.instance.processes()
