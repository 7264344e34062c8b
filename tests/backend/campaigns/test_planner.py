"""The same file and seed give the same plan; every cell of the matrix is in it, as often as asked."""

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.planner import BEFORE_S, CHECKS_S, PlannedStep, pick, plan
from campaigns.schema import validate
from platform_backend.config import REPO

SERVICES = st.lists(st.sampled_from(["cartservice", "frontend", "adservice"]), min_size=1, max_size=3, unique=True)
DELAY = st.fixed_dictionaries(
    {
        "fault": st.just("network-delay"),
        "services": SERVICES,
        "parameters": st.fixed_dictionaries(
            {"latency_ms": st.lists(st.integers(1, 500), min_size=1, max_size=3, unique=True)},
            optional={"jitter_ms": st.integers(0, 9)},
        ),
    },
    optional={"duration": st.integers(1, 60), "pods": st.sampled_from(["one", "all"])},
)
FAILURE = st.fixed_dictionaries({"fault": st.just("pod-failure"), "services": SERVICES})
FILES = st.fixed_dictionaries(
    {
        "name": st.just("generated"),
        "seed": st.integers(0, 2**53 - 1),
        "repeats": st.integers(1, 3),
        "order": st.sampled_from(["shuffled", "written"]),
        "cool_down": st.integers(0, 60),
        "matrix": st.lists(DELAY | FAILURE, min_size=1, max_size=3),
    }
)


def cell(step: PlannedStep) -> str:
    return json.dumps([step.fault, step.service, step.parameters, step.duration, step.pods, step.repeat])


@given(FILES)
def test_the_same_file_gives_the_same_plan(content: dict[str, Any]) -> None:
    first, second = plan(validate(content)), plan(validate(json.loads(json.dumps(content))))
    assert first == second
    assert [step.index for step in first.steps] == list(range(len(first.steps)))
    assert len({step.id for step in first.steps}) == len(first.steps)


@given(FILES, st.integers(0, 2**53 - 1))
def test_a_seed_changes_the_order_and_nothing_else(content: dict[str, Any], seed: int) -> None:
    first, second = plan(validate(content)), plan(validate(content | {"seed": seed}))
    assert Counter(map(cell, first.steps)) == Counter(map(cell, second.steps))
    assert first.seconds == pytest.approx(second.seconds)
    assert (first.digest == second.digest) == (content["seed"] == seed)


@given(FILES)
def test_every_cell_is_there_as_often_as_asked(content: dict[str, Any]) -> None:
    steps = plan(validate(content)).steps
    swept = [len(entry.get("parameters", {}).get("latency_ms", [0])) for entry in content["matrix"]]
    once = sum(len(entry["services"]) * count for entry, count in zip(content["matrix"], swept, strict=True))
    assert len(steps) == once * content["repeats"]
    assert Counter(step.repeat for step in steps) == {repeat + 1: once for repeat in range(content["repeats"])}


@given(FILES)
def test_the_expected_time_is_that_of_the_steps(content: dict[str, Any]) -> None:
    file = validate(content)
    made = plan(file)
    pauses = len(made.steps) * (BEFORE_S + max(file.cool_down, CHECKS_S))
    assert made.seconds == pytest.approx(file.warm_up + pauses + sum(step.duration for step in made.steps))


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 5))
def test_the_draw_names_a_pod_whatever_their_order(draw: float, count: int) -> None:
    pods = [f"cartservice-{index}" for index in range(count)]
    assert pick(pods, draw) in pods
    assert pick(pods[::-1], draw) == pick(pods, draw)


def test_written_order_is_that_of_the_file() -> None:
    content = {
        "name": "x",
        "order": "written",
        "repeats": 2,
        "matrix": [
            {"fault": "network-delay", "services": ["a", "b"], "parameters": {"latency_ms": [1, 2]}},
            {"fault": "pod-failure", "services": ["a"]},
        ],
    }
    found = [(step.service, step.parameters.get("latency_ms"), step.repeat) for step in plan(validate(content)).steps]
    once = [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("a", None)]
    assert found == [(*each, repeat) for repeat in (1, 2) for each in once]


def test_layout_and_comments_do_not_change_a_plan_and_content_does() -> None:
    content = {"name": "x", "matrix": [{"fault": "pod-failure", "services": ["a"]}]}
    digest = plan(validate(content)).digest
    assert plan(validate(content | {"seed": 0, "repeats": 1})).digest == digest
    assert plan(validate(content | {"cool_down": 31})).digest != digest


def test_a_plan_is_the_same_in_another_process_with_other_hashes() -> None:
    code = (
        "from campaigns.loading import load; from campaigns.planner import plan; import sys;"
        "print(plan(load(open(sys.argv[1]).read())))"
    )
    file = str(REPO / "campaigns" / "full.yaml")
    plans = {
        subprocess.run(
            [sys.executable, "-c", code, file],
            env={"PYTHONPATH": str(REPO / "platform_backend"), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(plans) == 1
