"""What is private: folders that exist already, those of other users, and the files of every process."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_backend.config import REPO, ConfigError
from platform_backend.private import as_the_user_has_it, become_private, private_folder, private_tree

NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    """A folder of another user in which we may write, as far as we can have one."""
    if os.geteuid():
        return Path("/usr")
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o777)
    os.chown(folder, NOBODY, -1)
    return folder


@pytest.mark.parametrize("given", [0o755, 0o777, 0o750, 0o500])
def test_a_folder_that_is_there_is_closed_to_others(tmp_path: Path, given: int) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(given)
    private_folder(folder)
    assert mode(folder) == 0o700


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "state")
    assert mode(tmp_path / "a" / "state") == 0o700


def test_a_folder_of_another_user_is_refused_and_left_alone(strangers: Path) -> None:
    before = mode(strangers)
    with pytest.raises(ConfigError) as refused:
        private_folder(strangers)
    assert f"{strangers}: belongs to " in str(refused.value)
    assert "set state_dir to a folder of yours" in str(refused.value)
    assert mode(strangers) == before


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """Whoever may write in /tmp could lay one there."""
    target = tmp_path / "target"
    target.mkdir(mode=0o755)
    (tmp_path / "run").symlink_to(target)
    with pytest.raises(ConfigError, match="run: "):
        private_folder(tmp_path / "run")
    assert mode(target) == 0o755


def test_what_lies_below_is_closed_too(tmp_path: Path) -> None:
    folder = tmp_path / "telemetry"
    folder.mkdir()
    (folder / "segment").touch(0o644)
    (folder / "program").touch(0o755)
    (folder / "link").symlink_to("/usr")
    outside = mode(Path("/usr"))
    private_tree(tmp_path)
    assert (mode(folder), mode(folder / "segment"), mode(folder / "program")) == (0o700, 0o600, 0o700)
    assert mode(Path("/usr")) == outside


def test_a_strangers_file_below_is_refused_by_its_name(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can make a file of another user")
    file = tmp_path / "microservo.sqlite3"
    file.touch()
    os.chown(file, NOBODY, -1)
    with pytest.raises(ConfigError, match=f"{file}: belongs to"):
        private_tree(tmp_path)


def test_the_file_systems_own_folder_is_no_strangers(tmp_path: Path) -> None:
    lost = tmp_path / "lost+found"
    lost.mkdir()
    if os.geteuid() == 0:
        os.chown(lost, NOBODY, -1)
    private_tree(tmp_path)


def test_files_are_private_and_exports_are_the_users(tmp_path: Path) -> None:
    become_private()
    (tmp_path / "state").touch()
    with as_the_user_has_it():
        (tmp_path / "export").touch()
    (tmp_path / "again").touch()
    assert [mode(tmp_path / name) for name in ("state", "export", "again")] == [0o600, 0o644, 0o600]


def test_the_command_line_refuses_the_state_folder_of_another_user(strangers: Path) -> None:
    environment = {**os.environ, "MICROSERVO_STATE_DIR": str(strangers), "PYTHONPATH": str(REPO / "platform_backend")}
    command = [sys.executable, "-m", "cli", "up", "--detach"]
    up = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert up.returncode == 2
    assert up.stderr.startswith(f"microservo: {strangers}: belongs to ")
    assert up.stderr.count("\n") == 1


def test_a_part_makes_private_files_whatever_the_manager_was_started_with(tmp_path: Path) -> None:
    launcher = REPO / "platform_backend" / "cli" / "launch.py"
    made = tmp_path / "made"
    command = [sys.executable, str(launcher), str(os.getpid()), "9", "touch", str(made)]
    subprocess.run(command, timeout=20, check=True)
    assert mode(made) == 0o600
