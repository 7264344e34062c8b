"""The MariaDB of the tests is there while its command runs, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

SCRIPT = Path(__file__).with_name("mariadb.sh")
needs_mariadb = pytest.mark.skipif(
    shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") is None,
    reason="needs mariadbd; on Debian: apt-get install --no-install-recommends mariadb-server-core mariadb-client-core",
)


def run(tmp_path: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = os.environ | {"TMPDIR": str(tmp_path)} | environment
    return subprocess.run([SCRIPT, *command], env=settings, capture_output=True, text=True, timeout=120)


def servers(tmp_path: Path) -> list[int]:
    return [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if any(str(tmp_path) in part for part in each.info["cmdline"] or [])
    ]


def runs_its_command(script: int) -> bool:
    """`sleep 60`; while it waits for the server it sleeps for tenths."""
    return any(child.cmdline() == ["sleep", "60"] for child in psutil.Process(script).children())


@needs_mariadb
@pytest.mark.parametrize("code", [0, 3])
def test_it_ends_as_its_command_and_leaves_nothing(tmp_path: Path, code: int) -> None:
    asked = 'socket=${MICROSERVO_DATABASE_URL#*unix_socket=}; mariadb --no-defaults --socket="$socket" --user=root '
    asked += '--skip-column-names --execute="SELECT default_character_set_name FROM information_schema.schemata '
    asked += f"WHERE schema_name = 'microservo'\"; exit {code}"
    done = run(tmp_path, "bash", "-c", asked)
    assert (done.returncode, done.stdout, done.stderr) == (code, "utf8mb4\n", "")
    assert list(tmp_path.iterdir()) == []
    assert servers(tmp_path) == []


@needs_mariadb
def test_it_leaves_nothing_when_it_is_told_to_end(tmp_path: Path) -> None:
    started = subprocess.Popen([SCRIPT, "sleep", "60"], env=os.environ | {"TMPDIR": str(tmp_path)})
    deadline = time.monotonic() + 60
    while not runs_its_command(started.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert servers(tmp_path)
    started.send_signal(signal.SIGTERM)
    for child in psutil.Process(started.pid).children():  # bash waits for the command before it hears the signal
        child.terminate()
    assert started.wait(timeout=60) != 0
    assert list(tmp_path.iterdir()) == []
    assert servers(tmp_path) == []


def test_without_mariadb_it_says_what_to_install(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "id", "mktemp"):
        (programs / name).symlink_to(str(shutil.which(name)))
    settings = {"PATH": str(programs)}
    done = subprocess.run(["bash", SCRIPT, "true"], env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 77
    assert "is not installed; on Debian: apt-get install" in done.stderr
