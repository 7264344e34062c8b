"""The command line without any environment: help, version, wrong usage."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.parser import parse
from platform_backend.config import REPO

COMMANDS = [
    [],
    *(
        [name]
        for name in (
            "up",
            "down",
            "status",
            "signin",
            "demo",
            "test",
            "user",
            "inject",
            "campaign",
            "experiment",
            "stop-all",
            "release",
            "dataset",
            "telemetry",
            "logs",
        )
    ),
    *(["dataset", action] for action in ("build", "list", "export")),
    ["telemetry", "logs"],
    *(["campaign", action] for action in ("plan", "run", "list", "stop")),
    *(["experiment", action] for action in ("list", "pause", "resume", "stop", "delete", "history")),
]


def bare_python(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Without site-packages and without our PYTHONPATH: what a user has before the first start."""
    base = str(Path(sys.base_prefix) / "bin" / "python3")
    return subprocess.run([base, "-I", "-S", *arguments], capture_output=True, text=True, timeout=30, cwd=cwd)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_needs_no_environment(command: list[str], tmp_path: Path) -> None:
    done = bare_python(str(REPO / "microservo"), *command, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(" ".join(["usage: microservo", *command]))


def test_script_is_found_through_a_link_and_in_a_folder_with_spaces(tmp_path: Path) -> None:
    copy = tmp_path / "a folder" / "repo"
    for package in ("cli", "common", "platform_backend"):
        shutil.copytree(REPO / "platform_backend" / package, copy / "platform_backend" / package)
    shutil.copy(REPO / "microservo", copy / "microservo")
    (tmp_path / "link").symlink_to(copy / "microservo")
    done = bare_python(str(tmp_path / "link"), "--version", cwd=Path("/"))
    assert done.stdout.startswith("MicroServo ")


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        ([], "COMMAND"),
        (["fly"], "fly"),
        (["inject"], "KIND"),
        (["inject", "cpu-stress", "--duration", "-5"], "--duration"),
        (["inject", "cpu-stress", "--duration", "0"], "--duration"),
        (["dataset", "build", "--last", "10"], "--last"),
        (["campaign", "run"], "FILE"),
        (["campaign", "plan", "x.yaml", "--seed", "-1"], "--seed"),
        (["logs", "-n", "x"], "-n"),
    ],
)
def test_wrong_usage_names_the_argument_and_exits_2(
    argv: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(argv)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err


def test_everything_after_test_is_for_pytest() -> None:
    assert parse(["test", "-q", "-k", "a b", "tests/cli"]).pytest == ["-q", "-k", "a b", "tests/cli"]


def test_spans_of_time_are_seconds() -> None:
    assert [parse(["dataset", "build", "--last", text]).last for text in ("90s", "1.5m", "2h")] == [90, 90, 7200]
