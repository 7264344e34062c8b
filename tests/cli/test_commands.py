"""Sub-commands as processes, with nothing running: exit codes and one-line messages."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from platform_backend.config import REPO


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cli(state: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPO / "platform_backend"),
        "MICROSERVO_STATE_DIR": str(state),
        **settings,
    }
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"MICROSERVO_WEB__PORT": "eighty"}, "MICROSERVO_WEB__PORT"),
        ({"MICROSERVO_WEB__PORT": "99999"}, "MICROSERVO_WEB__PORT"),
        ({"MICROSERVO_WEB__PROT": "80"}, "MICROSERVO_WEB__PROT"),
        ({"MICROSERVO_WEB__ALLOWED_HOSTS": "example.org"}, "MICROSERVO_WEB__ALLOWED_HOSTS"),
        ({"MICROSERVO_CONFIG": "/nowhere/config.yaml"}, "/nowhere/config.yaml"),
        ({"MICROSERVO_LOCAL_CLUSTER__VALUES": "/nowhere/values.yaml"}, "/nowhere/values.yaml"),
        ({"MICROSERVO_SHOP__HOST": "203.0.113.1"}, "shop.port"),
        ({"MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": "60000"}, "local_cluster.first_port is 60000"),
        ({"MICROSERVO_ADAPTERS__SYSTEM": "lokal"}, "adapters.system"),
        ({"MICROSERVO_STATE_DIR": "."}, "state_dir"),
        ({"MICROSERVO_STATE_DIR": "/proc/nowhere"}, "/proc/nowhere"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_one_line_that_names_it(settings: dict[str, str], named: str, tmp_path: Path) -> None:
    # A platform that runs beside the tests has the default ones.
    ports = {name: str(free_port()) for name in ("MICROSERVO_WEB__PORT", "MICROSERVO_SHOP__PORT")}
    done = cli(tmp_path, "up", "--detach", **ports | settings)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_value_in_the_file_names_file_and_key(tmp_path: Path) -> None:
    text = (REPO / "config.yaml").read_text().replace("port: 8000", "port: eighty")
    (tmp_path / "config.yaml").write_text(text)
    done = cli(tmp_path, "status", MICROSERVO_CONFIG=str(tmp_path / "config.yaml"))
    assert done.returncode == 2
    assert f"{tmp_path}/config.yaml: setting 'web.port' is 'eighty'" in done.stderr


def test_when_nothing_runs(tmp_path: Path) -> None:
    assert cli(tmp_path, "status").returncode == 3
    assert cli(tmp_path, "down").stdout == "MicroServo is not running.\n"
    for command in (["dataset", "list"], ["inject", "cpu-stress", "--pod", "adservice-0"]):
        done = cli(tmp_path, *command)
        assert done.returncode == 3
        assert "./microservo up" in done.stderr


def test_inject_needs_a_target(tmp_path: Path) -> None:
    assert cli(tmp_path, "inject", "cpu-stress").returncode == 2


def test_logs_are_shown_by_name_and_followed(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "web.log"
    log.write_text("".join(f"line {number}\n" for number in range(10)))
    assert cli(tmp_path, "logs").stdout == "web\n"
    assert cli(tmp_path, "logs", "web", "-n", "2").stdout == "line 8\nline 9\n"
    assert "known: web" in cli(tmp_path, "logs", "nobody").stderr

    environment = {**os.environ, "PYTHONPATH": str(REPO / "platform_backend"), "MICROSERVO_STATE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "cli", "logs", "web", "-f", "-n", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "line 9\n"
        with log.open("a") as file:
            file.write("line 10\n")
        assert following.stdout.readline() == "line 10\n"
        log.write_text("")  # as rotation does; longer than one look at the file
        time.sleep(0.6)
        with log.open("a") as file:
            file.write("a new beginning\n")
        assert following.stdout.readline() == "a new beginning\n"
        following.terminate()
