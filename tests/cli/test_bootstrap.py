"""Making .venv: real venvs and a real pip, with a package index that is a folder."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cli import bootstrap
from cli.bootstrap import LOCKS, STAMP, ensure_environment
from cli.console import CliError


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
