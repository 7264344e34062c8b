"""Making .venv: real venvs and a real pip, with a package index that is a folder."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cli import bootstrap
from cli import venv as venv_module
from cli.bootstrap import LOCKS, ensure_environment
from cli.console import CliError
from cli.venv import STAMP, python_version, stamped


def wheel(folder: Path, name: str) -> str:
    """A package with one empty module; returns its line of a lock file."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose runtime lock has one package and whose dev lock has two."""
    index = tmp_path / "index"
    root = tmp_path / "a repo"
    for folder in (index, root / "platform_backend"):
        folder.mkdir(parents=True)
    one, two = wheel(index, "alpha_one"), wheel(index, "beta_two")
    (root / LOCKS["runtime"]).write_text(one)
    (root / LOCKS["dev"]).write_text(one + two)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return root


def imports(repo: Path, module: str) -> bool:
    command = [repo / ".venv" / "bin" / "python", "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, timeout=30).returncode == 0


def test_made_once_then_only_when_the_lock_changes(repo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ensure_environment(repo, "runtime")
    assert imports(repo, "alpha_one")
    assert not imports(repo, "beta_two")
    assert "package 1 of 1" in capfd.readouterr().err

    ensure_environment(repo, "runtime")
    assert capfd.readouterr().err == ""

    (repo / LOCKS["runtime"]).write_text((repo / LOCKS["dev"]).read_text())
    ensure_environment(repo, "runtime")
    assert imports(repo, "beta_two")
    assert "creating" not in capfd.readouterr().err


def test_the_test_environment_serves_the_platform_too(repo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ensure_environment(repo, "dev")
    capfd.readouterr()
    ensure_environment(repo, "runtime")
    assert capfd.readouterr().err == ""


def test_an_interrupted_start_is_done_again_from_nothing(repo: Path) -> None:
    ensure_environment(repo, "runtime")
    (repo / ".venv" / STAMP).unlink()  # as it is while pip runs
    broken = repo / ".venv" / "bin" / "half-written"
    broken.touch()
    ensure_environment(repo, "runtime")
    assert not broken.exists()
    assert imports(repo, "alpha_one")


def test_a_venv_whose_python_is_gone_is_made_anew(repo: Path) -> None:
    ensure_environment(repo, "runtime")
    python = repo / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    ensure_environment(repo, "runtime")
    assert imports(repo, "alpha_one")


def snapshot(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")} if folder.is_dir() else set()


def refused(repo: Path) -> str:
    """The one line, and that nothing was changed."""
    before = snapshot(repo / ".venv")
    with pytest.raises(CliError) as error:
        ensure_environment(repo, "runtime")
    assert error.value.code == 2
    assert "\n" not in str(error.value)
    assert str(repo / ".venv") in str(error.value)
    assert snapshot(repo / ".venv") == before
    return str(error.value)


def test_a_venv_of_another_tool_is_left_alone(repo: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", repo / ".venv"], check=True, timeout=60)
    assert "was not made by ./microservo" in refused(repo)
    assert f"mv {repo}/.venv" in refused(repo)


@pytest.mark.parametrize("make", ["file", "dead link", "loop"])
def test_what_is_no_folder_is_named(repo: Path, make: str) -> None:
    venv = repo / ".venv"
    if make == "file":
        venv.touch()
    else:
        venv.symlink_to("/nowhere/at/all" if make == "dead link" else ".venv")
    assert ("is no folder" if make == "file" else "is a link to") in refused(repo)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder another user's")
def test_a_venv_of_another_user_is_refused_even_if_it_is_whole(repo: Path) -> None:
    ensure_environment(repo, "runtime")
    os.chown(repo / ".venv", 12345, 12345)
    assert "belongs to user 12345" in refused(repo)
    os.chown(repo, 12345, 12345)  # whose checkout it is decides what runs
    ensure_environment(repo, "runtime")


def test_an_empty_folder_is_filled(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repo / ".venv").symlink_to(tmp_path / "elsewhere")  # or a mount point
    ensure_environment(repo, "runtime")
    assert (repo / ".venv").is_symlink()
    assert imports(repo, "alpha_one")


def test_a_venv_of_another_python_is_made_anew(repo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As after an upgrade of the system: the link leads to a Python of another version than it was made with."""
    ensure_environment(repo, "runtime")
    configuration = repo / ".venv" / "pyvenv.cfg"
    configuration.write_text(re.sub(r"(?m)^version = .*", "version = 3.99.0", configuration.read_text()))
    capfd.readouterr()
    ensure_environment(repo, "runtime")
    assert "creating it" in capfd.readouterr().err
    assert imports(repo, "alpha_one")


@pytest.mark.parametrize(
    ("configuration", "python", "mode", "version"),
    [
        ("home = /usr/bin\nversion = 3.11.7\n", "python3.11", 0o755, (3, 11)),
        ("version_info = 3.12.1.final.0\n", "python3", 0o755, (3, 12)),  # as uv and virtualenv write it
        ("version = 3.11.7\n", "python3.12", 0o755, None),
        ("version = 3.11.7\n", "python3.11", 0o644, None),
        ("version = 3.10.4\n", "python3.10", 0o755, None),
        ("home = /usr/bin\n", "python3.11", 0o755, None),
        ("", "", 0o755, None),
    ],
)
def test_the_python_of_a_venv(
    tmp_path: Path, configuration: str, python: str, mode: int, version: tuple[int, int] | None
) -> None:
    (tmp_path / "bin").mkdir()
    if python:
        (tmp_path / python).write_text("")
        (tmp_path / python).chmod(mode)
        (tmp_path / "bin" / "python").symlink_to(tmp_path / python)
        (tmp_path / "pyvenv.cfg").write_text(configuration)
    assert python_version(tmp_path) == version


@pytest.mark.parametrize("stamp", [None, b"", b"\xff\xfe"])
def test_a_stamp_that_says_nothing_holds_no_locks(tmp_path: Path, stamp: bytes | None) -> None:
    if stamp is not None:
        (tmp_path / STAMP).write_bytes(stamp)
    assert stamped(tmp_path) == frozenset()


def test_the_python_of_the_venv_counts_and_not_the_one_that_starts(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ensure_environment(repo, "runtime")
    monkeypatch.setattr(venv_module, "own_version", lambda: (3, 99))
    monkeypatch.setattr(bootstrap, "own_version", lambda: (3, 99))
    capfd.readouterr()
    ensure_environment(repo, "runtime")
    assert capfd.readouterr().err == ""


def test_a_checkout_that_is_closed_to_us_is_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv_module.os, "access", lambda path, mode: False)  # root may write everywhere
    assert "can't be written to" in refused(repo)


def test_an_error_of_the_disk_is_one_line(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(venv: Path) -> None:
        raise OSError(28, "No space left on device", str(venv))

    monkeypatch.setattr(bootstrap, "begin", full)
    assert "No space left on device" in refused(repo)


def test_a_python_that_can_not_be_run_is_one_line(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ensure_environment(repo, "runtime")
    capfd.readouterr()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(bootstrap.os, "execve", refuse)
    assert bootstrap.main(repo, ["status"]) == 2
    said = capfd.readouterr().err
    assert "python can't be run: Permission denied" in said
    assert said.count("\n") == 1


def test_a_failing_pip_is_shown_with_its_last_lines(repo: Path) -> None:
    (repo / LOCKS["runtime"]).write_text(f"gamma_three==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(CliError) as failed:
        ensure_environment(repo, "runtime")
    assert failed.value.code == 2
    assert "requirements.lock failed" in str(failed.value)
    assert "gamma_three" in str(failed.value)
    assert not (repo / ".venv" / STAMP).exists()


def test_a_package_that_was_tampered_with_is_refused(repo: Path) -> None:
    (repo / LOCKS["runtime"]).write_text(f"alpha_one==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(CliError, match="DO NOT MATCH"):
        ensure_environment(repo, "runtime")


def test_two_starts_at_once_make_it_once(repo: Path) -> None:
    code = f"""
import sys; sys.path.insert(0, {str(Path(bootstrap.__file__).parents[1])!r})
from pathlib import Path; from cli.bootstrap import ensure_environment
ensure_environment(Path({str(repo)!r}), "runtime")"""
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=90)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("creating" in text for text in said) == [False, True]


def test_without_venv_a_user_gets_the_one_command(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_has_ensurepip", lambda: False)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    with pytest.raises(CliError, match=rf"python3\.{sys.version_info.minor}-venv$") as failed:
        ensure_environment(repo, "runtime")
    assert failed.value.code == 2
    assert "\n" not in str(failed.value)


def test_without_venv_root_installs_the_package(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = tmp_path / "calls"
    apt = tmp_path / "bin" / "apt-get"
    apt.parent.mkdir()
    apt.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{apt.parent}:/usr/bin:/bin")
    monkeypatch.setattr(bootstrap, "_has_ensurepip", lambda: False)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    ensure_environment(repo, "runtime")
    assert calls.read_text().splitlines() == [
        "update -q",
        f"install -q -y python3.{sys.version_info.minor}-venv",
    ]


def test_a_missing_lock_is_named(repo: Path) -> None:
    (repo / LOCKS["runtime"]).unlink()
    with pytest.raises(CliError, match=r"requirements\.lock: No such file"):
        ensure_environment(repo, "runtime")
