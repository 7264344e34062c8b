"""Campaigns at the command line: the plan without a platform, wrong files, what is shown on the way and at the end."""

import argparse
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from campaigns.planner import plan
from cli.campaigns import how_far, read_file, results_table, where
from cli.commands.campaign import report, run
from cli.console import CliError
from local_cluster.faults.kinds import KINDS
from platform_backend.config import REPO

QUICKSTART = REPO / "campaigns" / "quickstart.yaml"
FULL = REPO / "campaigns" / "full.yaml"


def cli(state: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPO / "platform_backend"),
        "MICROSERVO_STATE_DIR": str(state),
        "MICROSERVO_WEB__PORT": "1",  # nobody's
    }
    command = [sys.executable, "-m", "cli", "campaign", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


def test_a_plan_needs_no_platform_and_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (cli(tmp_path, "plan", str(FULL)) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert "Nothing was done." in first.stdout
    assert "last ready pod" in first.stdout
    other = cli(tmp_path, "plan", str(FULL), "--seed", "99").stdout
    assert other != first.stdout
    assert cells(other) == cells(first.stdout)
    assert not any(tmp_path.iterdir())


def cells(plan: str) -> list[str]:
    """The steps without their numbers."""
    rows = plan.split("\n\n")[0].splitlines()[1:]
    return sorted(row.split(maxsplit=1)[1] for row in rows)


@pytest.mark.parametrize("file", [QUICKSTART, FULL], ids=lambda path: path.stem)
def test_the_files_that_come_along_are_valid(file: Path) -> None:
    assert read_file(str(file)).name == file.stem


def test_the_quickstart_is_short_and_has_three_kinds() -> None:
    made = plan(read_file(str(QUICKSTART)))
    assert len({step.fault for step in made.steps}) == 3
    assert made.seconds <= 180
    assert plan(read_file(str(FULL))).seconds <= 45 * 60


def test_the_full_campaign_has_every_kind_of_the_local_cluster() -> None:
    assert {entry.fault for entry in read_file(str(FULL)).matrix} == set(KINDS)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name: x\nmatrix: [{fault: rain, services: [a]}]\n", "matrix.0.fault: no fault is called 'rain'"),
        ("name: x\nname: x\n", "line 2, column 1"),
        ("- 1\n", "campaign: Input should be"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_file_and_place(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    for action in ("plan", "run"):
        done = cli(tmp_path / "state", action, str(file))
        assert done.returncode == 2
        assert f"{file}: " in done.stderr
        assert named in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="No such file"):
        read_file(str(tmp_path / "none.yaml"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(CliError, match="not UTF-8"):
        read_file(str(tmp_path / "binary"))


def test_when_nothing_runs(tmp_path: Path) -> None:
    for arguments in (["run", str(QUICKSTART)], ["list"], ["stop"]):
        done = cli(tmp_path, *arguments)
        assert done.returncode == 3
        assert "./microservo up" in done.stderr


def step(index: int, state: str, **more: Any) -> dict[str, Any]:
    given = {
        "index": index,
        "fault": "pod-kill",
        "service": "adservice",
        "state": state,
        "reason": "",
        "unusable": "",
        "injection": None,
    }
    return given | more


def campaign(*steps: dict[str, Any], current: int | None = 0, left: float | None = 125.0) -> dict[str, Any]:
    progress = {"steps_done": 0, "steps_total": len(steps), "current": current, "seconds_left": left}
    return {"state": "running", "progress": progress, "steps": list(steps)} | counts()


def counts(**counted: int) -> dict[str, Any]:
    return {f"steps_{what}": counted.get(what, 0) for what in ("failed", "skipped", "unusable")}


class Followed:
    """An API that has one campaign, which is over."""

    def __init__(self, **counted: int) -> None:
        self.campaign = campaign(step(0, "done", unusable="a-0 had not recovered"), current=None, left=None)
        self.campaign |= {"id": "c", "name": "n", "state": "completed", "steps_total": 1, "steps_done": 1}
        self.campaign |= {"reason": "", "created_at": "2026-01-05T09:00:00Z"} | counts(**counted)

    def pages(self, _: str) -> list[dict[str, Any]]:
        return [self.campaign]


@pytest.mark.parametrize("counted", [{}, {"failed": 1}, {"skipped": 2}, {"unusable": 1}])
def test_a_campaign_exits_with_1_when_any_step_is_of_no_use(
    counted: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    api: Any = Followed(**counted)
    assert report(api, api.campaign) == (1 if counted else 0)
    shown = capsys.readouterr().out
    assert "Step 1, pod-kill on adservice: unusable: a-0 had not recovered" in shown
    for what, count in counted.items():
        assert f"{count} {what}" in shown


def test_the_list_says_what_is_of_no_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("cli.commands.campaign.Api", lambda _: nullcontext(Followed(failed=1, unusable=6)))
    assert run(argparse.Namespace(action="list")) == 0
    assert "1 failed, 6 unusable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (campaign(step(0, "pending")), "step 1 of 1, pod-kill on adservice, warming up, 2 m 05 s left"),
        (
            campaign(step(0, "waiting_steady", reason="not ready: a-0")),
            "step 1 of 1, pod-kill on adservice, waiting steady (not ready: a-0), 2 m 05 s left",
        ),
        (campaign(step(0, "done"), current=None, left=0.0), "running, 0 s left"),
        (campaign(step(0, "done"), current=None, left=None), "running"),
    ],
)
def test_progress_is_one_line(given: dict[str, Any], line: str) -> None:
    assert how_far(given) == line
    assert line.startswith(where(given))


def test_the_table_has_a_row_per_pod_and_says_why_a_step_has_none() -> None:
    label = {"pod": "adservice-0", "start": 1, "end": None, "effect": "absent"}
    skipped = step(1, "skipped", reason="not steady within 30 s: error_ratio is 0.5")
    lines = results_table(
        campaign(step(0, "done", injection="i"), skipped), [{"id": "i", "labels": [label]}]
    ).splitlines()
    assert lines[0].split() == ["FAULT", "POD", "START", "END", "EFFECT"]
    assert lines[1].split()[:2] == ["pod-kill", "adservice-0"]
    assert lines[1].endswith("absent")
    assert lines[2].endswith("skipped: not steady within 30 s: error_ratio is 0.5")
