"""Campaigns at the command line: the plan without a platform, wrong files, what is shown on the way and at the end."""

import argparse
import os
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from statistics import pstdev
from typing import Any

import pytest

from campaigns.case_plan import planned_cases
from campaigns.planner import plan
from cli.campaigns import how_far, read_file, results_table, where
from cli.commands.campaign import report, run
from cli.console import CliError
from events.catalogue import CATALOGUE as EVENTS
from local_cluster.faults.kinds import KINDS
from platform_backend.config import REPO

QUICKSTART = REPO / "campaigns" / "quickstart.yaml"
FULL = REPO / "campaigns" / "full.yaml"
RCA = REPO / "campaigns" / "rca.yaml"


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
    """The steps without what their order decides: number, and seconds before and after."""
    rows = [row.split() for row in plan.split("\n\n")[0].splitlines()[1:]]
    return sorted(" ".join([*row[1:5], *row[7:]]) for row in rows)


def test_a_plan_shows_the_seconds_on_each_side_and_warns_of_few(tmp_path: Path) -> None:
    file = tmp_path / "few.yaml"
    file.write_text("name: few\nnormal_before: 20\npause_jitter: 0\nmatrix: [{fault: cpu-stress, services: [a]}]\n")
    shown = cli(tmp_path, "plan", str(file))
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[1].split() == [
        "1",
        "cpu-stress",
        "a",
        "one",
        "60",
        "22",
        "180",
        "workers=1",
        "load=100",
    ]
    assert "1 of 1 cases have fewer than 60 s on a side (the shortest 22 s)" in shown.stderr
    assert cli(tmp_path, "plan", str(RCA)).stderr == ""


def test_a_plan_shows_what_is_ordered_as_one(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(
        "name: one\nmatrix:\n  - together:\n      - {fault: cpu-stress, services: [a]}\n"
        "      - {fault: pod-kill, services: [b]}\n      - {fault: pod-failure, services: [c], after: 15}\n"
    )
    rows = cli(tmp_path, "plan", str(file)).stdout.splitlines()[1:4]
    assert [row.split("one")[0].split() for row in rows] == [
        ["1", "cpu-stress", "a"],
        ["2", "+", "pod-kill", "b"],
        ["3", "+", "pod-failure", "after", "15", "s", "c"],
    ]


@pytest.mark.parametrize("file", [QUICKSTART, FULL, RCA], ids=lambda path: path.stem)
def test_the_files_that_come_along_are_valid(file: Path) -> None:
    assert read_file(str(file)).file.name == file.stem


def test_the_quickstart_is_short_and_has_three_kinds() -> None:
    made = plan(read_file(str(QUICKSTART)).file)
    assert len({step.fault for step in made.steps}) == 3
    assert made.seconds <= 180
    assert plan(read_file(str(FULL)).file).seconds <= 75 * 60


@pytest.mark.parametrize("path", [FULL, RCA], ids=lambda path: path.stem)
def test_a_long_campaign_has_every_kind_of_the_local_cluster(path: Path) -> None:
    assert {step.fault for step in plan(read_file(str(path)).file).steps if not step.is_event} == set(KINDS)


def test_the_campaign_for_root_causes_has_every_kind_of_event() -> None:
    assert {step.fault for step in plan(read_file(str(RCA)).file).steps if step.is_event} == set(EVENTS)


def test_a_plan_shows_events_as_no_faults(tmp_path: Path) -> None:
    file = tmp_path / "events.yaml"
    file.write_text(
        "name: events\norder: written\nmatrix: [{fault: cpu-stress, services: [a]}]\n"
        "events:\n  - {event: rolling-restart, services: [a, b]}\n  - {event: load-surge, duration: 30}\n"
    )
    shown = cli(tmp_path, "plan", str(file)).stdout
    assert [row.split()[:6] for row in shown.splitlines()[2:5]] == [
        ["2", "event", "rolling-restart", "a", "all", "-"],
        ["3", "event", "rolling-restart", "b", "all", "-"],
        ["4", "event", "load-surge", "-", "all", "30"],
    ]
    assert "4 steps, 3 of them events, which are no faults" in shown


@pytest.mark.parametrize(("path", "least_s", "cases"), [(FULL, 60, 30), (RCA, 120, 40)], ids=["full", "rca"])
def test_a_long_campaign_leaves_cases_that_are_long_enough(path: Path, least_s: int, cases: int) -> None:
    file = read_file(str(path)).file
    for seed in range(5):
        planned = planned_cases(file, plan(file.model_copy(update={"seed": seed})))
        assert len(planned) >= cases
        assert min(case.each_side for case in planned) >= least_s


@pytest.mark.parametrize("path", [FULL, RCA], ids=lambda path: path.stem)
def test_when_the_next_fault_comes_can_not_be_told_from_the_last_ones(path: Path) -> None:
    file = read_file(str(path)).file
    begins = [case.begins for case in planned_cases(file, plan(file))]
    between = [after - before for before, after in pairwise(begins)]
    assert pstdev(between) > 8
    assert max(Counter(between).values()) <= len(between) / 4


def test_the_expected_duration_that_a_file_states_is_that_of_its_plan() -> None:
    for path, stated in ((FULL, "about 65 minutes"), (RCA, "about 3 h")):
        assert stated in path.read_text()
    assert plan(read_file(str(FULL)).file).seconds == pytest.approx(65 * 60, rel=0.05)
    assert plan(read_file(str(RCA)).file).seconds == pytest.approx(175 * 60, rel=0.05)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "name: x\nmatrix: [{fault: rain, services: [a]}]\n",
            "line 2, column 11: matrix.0.fault: no fault is called 'rain'",
        ),
        ("name: x\nname: x\n", "line 2, column 1"),
        ("- 1\n", "line 1, column 1: Input should be"),
        ("name: x\nmatrix:\n  - {fault: pod-kill}\n", "line 3, column 5: matrix.0.services: Field required"),
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
