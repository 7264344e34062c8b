"""The whole platform as a user runs it: up, status, what dies comes back, and nothing is left in the end."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.platform_copy import Copy, free_ports, left_of, wait_for
from tests.modes import open_to_others, umask_of

pytestmark = pytest.mark.timeout(240)

PARTS = ["beat", "broker", "cluster", "web", "worker"]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    web, shop = free_ports(2)
    platform = Copy(tmp_path / "ms", web, shop)
    yield platform
    platform.run("down")


def test_a_killed_manager_leaves_nothing_and_up_starts_again(copy: Copy) -> None:
    older = copy.state / "telemetry" / "of-an-older-version"
    older.parent.mkdir(parents=True)
    older.touch(0o644)
    copy.state.chmod(0o755)
    up = copy.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    assert re.search(rf"http://127.0.0.1:{copy.web_port}/signin\?sesame=", up.stdout)
    assert httpx.get(f"http://127.0.0.1:{copy.shop_port}/", timeout=10).status_code == 200

    again = copy.run("up")
    assert again.returncode == 0
    assert "running already" in again.stdout
    assert "other addresses" not in again.stderr

    # Another terminal, where the settings are not the same.
    elsewhere = {"MICROSERVO_WEB__PORT": "8000", "MICROSERVO_SHOP__PORT": "8080"}
    again = copy.run("up", "--detach", **elsewhere)
    assert again.returncode == 0
    assert re.search(rf"http://127.0.0.1:{copy.web_port}/signin\?sesame=", again.stdout)
    assert f"http://127.0.0.1:{copy.shop_port}" in again.stdout
    assert "started with other addresses" in again.stderr
    assert copy.run("status", **elsewhere).returncode == 0

    before = copy.processes()
    assert len(before) > 15
    assert {umask_of(process) for process in before} == {"0077"}
    assert open_to_others(copy.state) == []
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
