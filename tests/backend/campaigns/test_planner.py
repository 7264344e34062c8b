"""The same file and seed give the same plan; every cell of the matrix is in it, as often as asked."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.case_plan import planned_cases
from campaigns.planner import BEFORE_S, CHECKS_S, PlannedStep, pick, plan
from campaigns.schema import CampaignFile, validate
from campaigns.shapes import SHAPES
from dataset_builder.formats.base import Export
from dataset_builder.formats.cases import cases
from dataset_builder.labels import Injection, PodLabel
from platform_backend.config import REPO
from telemetry.adapters.held_tables import HeldTables
from telemetry.records import Window

SECOND = 1_000_000

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
AT_ONCE = st.fixed_dictionaries(
    {"fault": st.just("pod-kill"), "services": SERVICES}, optional={"after": st.integers(1, 90)}
)
OTHERS = st.fixed_dictionaries(
    {"fault": st.just("cpu-stress"), "services": st.just(["emailservice", "paymentservice"])},
    optional={"after": st.integers(0, 90), "duration": st.integers(1, 60)},
)
TOGETHER = st.tuples(DELAY, OTHERS).map(lambda pair: {"together": list(pair)})
CASCADE = st.tuples(OTHERS, AT_ONCE).map(lambda pair: {"together": [pair[1], pair[0] | {"after": 0}]})
SECONDS = st.integers(0, 200)
PAUSES = st.fixed_dictionaries({"cool_down": st.integers(0, 60)}) | st.fixed_dictionaries(
    {},
    optional={
        "shape": st.sampled_from(["rca", "detection", "quick"]),
        "warm_up": SECONDS,
        "normal_before": SECONDS,
        "normal_after": SECONDS,
        "pause_jitter": SECONDS,
    },
)
FILES = st.builds(
    lambda content, pauses: content | pauses,
    st.fixed_dictionaries(
        {
            "name": st.just("generated"),
            "seed": st.integers(0, 2**53 - 1),
            "repeats": st.integers(1, 3),
            "order": st.sampled_from(["shuffled", "written"]),
            "matrix": st.lists(DELAY | FAILURE | TOGETHER | CASCADE, min_size=1, max_size=3),
        }
    ),
    PAUSES,
)


def cell(group: Sequence[PlannedStep]) -> str:
    """What is ordered as one, without what the seed decides."""
    return json.dumps(
        [
            (step.fault, step.service, step.parameters, step.duration, step.after, step.pods, step.repeat)
            for step in group
        ]
    )


def members(entry: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = entry.get("together", [entry])
    return found


@given(FILES)
def test_the_same_file_gives_the_same_plan(content: dict[str, Any]) -> None:
    first, second = plan(validate(content)), plan(validate(json.loads(json.dumps(content))))
    assert first == second
    assert [step.index for step in first.steps] == list(range(len(first.steps)))
    assert len({step.id for step in first.steps}) == len(first.steps)


@given(FILES, st.integers(0, 2**53 - 1))
def test_a_seed_changes_the_order_and_nothing_else(content: dict[str, Any], seed: int) -> None:
    file = validate(content)
    first, second = plan(file), plan(validate(content | {"seed": seed}))
    assert Counter(map(cell, first.groups)) == Counter(map(cell, second.groups))
    assert first.seconds == pytest.approx(second.seconds, abs=len(first.groups) * file.pause_jitter + 1)
    assert (first.digest == second.digest) == (content["seed"] == seed)


@given(FILES)
def test_every_cell_is_there_as_often_as_asked(content: dict[str, Any]) -> None:
    made = plan(validate(content))
    once = [
        prod(len(each["services"]) * len(each.get("parameters", {}).get("latency_ms", [0])) for each in members(entry))
        for entry in content["matrix"]
    ]
    steps = sum(count * len(members(entry)) for count, entry in zip(once, content["matrix"], strict=True))
    assert len(made.groups) == sum(once) * content["repeats"]
    assert len(made.steps) == steps * content["repeats"]
    assert Counter(step.repeat for step in made.steps) == {repeat + 1: steps for repeat in range(content["repeats"])}
    for group in made.groups:
        assert [step.follows for step in group] == [False, *[True] * (len(group) - 1)]
        assert [step.after for step in group] == sorted(step.after for step in group)
        assert len({step.pause for step in group}) == 1
        assert len({step.service for step in group}) == len(group)


def lasting(group: Sequence[PlannedStep]) -> float:
    return max(step.after + (min(5, step.duration) if step.fault == "pod-kill" else step.duration) for step in group)


@given(FILES)
def test_the_expected_time_is_that_of_pauses_and_faults(content: dict[str, Any]) -> None:
    file = validate(content)
    made = plan(file)
    pauses = [group[0].pause for group in made.groups]
    checked = [max(each, CHECKS_S) for each in [*pauses[1:], file.normal_after]]
    expected = pauses[0] + sum(checked) + sum(BEFORE_S + lasting(group) for group in made.groups)
    assert made.seconds == pytest.approx(expected)


@given(FILES)
def test_pauses_are_as_long_as_asked_and_no_longer_than_the_jitter_allows(content: dict[str, Any]) -> None:
    file = validate(content)
    for number, group in enumerate(plan(file).groups):
        settle = file.normal_before + 10 if file.normal_before else 0
        least = max(file.normal_after, settle) if number else file.warm_up + file.normal_before
        assert least <= group[0].pause <= least + file.pause_jitter + 0.1


@given(FILES)
def test_planned_cases_are_those_that_a_dataset_would_have(content: dict[str, Any]) -> None:
    """The plan carried out to the second, and cut by the dataset builder itself."""
    file = validate(content)
    made = plan(file)
    told = planned_cases(file, made)
    injections, now = [], 0.0
    for number, group in enumerate(made.groups):
        now += max(group[0].pause, CHECKS_S if number else 0) + BEFORE_S
        injections += [injection_at(step, now + step.after, group) for step in group]
        now += lasting(group)
    window = Window(round(file.warm_up * SECOND), round(made.seconds * SECOND))
    if file.warm_up >= now:  # nothing of it lies in the dataset
        return
    found, skipped = cases(export_of(injections, window))
    by_group = {int(case.unit.true[0].group): case.half_s for case in found}
    for case in told:
        assert by_group.get(case.group, 0) == pytest.approx(case.each_side, abs=1), case
    assert len(skipped) == sum(len(made.groups[each.group]) for each in told if each.group not in by_group)


def injection_at(step: PlannedStep, start_s: float, group: Sequence[PlannedStep]) -> Injection:
    start, end = round(start_s * SECOND), round((start_s + lasting([replace(step, after=0)])) * SECOND)
    label = PodLabel(f"{step.service}-0", step.service, start, end)
    return Injection(str(step.id), step.fault, {}, {}, True, [label], group=str(group[0].group), after_s=step.after)


def export_of(injections: list[Injection], window: Window) -> Export:
    return Export(held=HeldTables(window, {}), window=window, injections=injections, nodes={}, default_node="")


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 5))
def test_the_draw_names_a_pod_whatever_their_order(draw: float, count: int) -> None:
    pods = [f"cartservice-{index}" for index in range(count)]
    assert pick(pods, draw) in pods
    assert pick(pods[::-1], draw) == pick(pods, draw)


def test_files_of_before_there_were_shapes_keep_their_pauses_and_order() -> None:
    """Their seeds too: what they drew then they draw now."""
    content = {
        "name": "x",
        "seed": 7,
        "cool_down": 20,
        "matrix": [{"fault": "pod-failure", "services": ["a", "b", "c", "d"]}],
    }
    made = plan(validate(content))
    assert [(step.service, round(step.draw, 6), step.pause, step.duration) for step in made.steps] == [
        ("d", 0.535882, 30, 30),
        ("b", 0.365689, 20, 30),
        ("a", 0.057999, 20, 30),
        ("c", 0.507436, 20, 30),
    ]
    assert made.seconds == 30 + 4 * (2 + 30 + 20)


@pytest.mark.parametrize(("shape", "least"), [("rca", 120), ("detection", 90), ("quick", 10)])
def test_a_shape_decides_what_a_file_leaves_out(shape: str, least: int) -> None:
    matrix = [{"fault": "cpu-stress", "services": ["a", "b", "c"]}]
    file = validate({"name": "x", "shape": shape, "matrix": matrix})
    assert {name: getattr(file, name) for name in SHAPES[shape]} == SHAPES[shape]
    assert min(case.each_side for case in planned_cases(file, plan(file))) >= least
    own = validate({"name": "x", "shape": shape, "duration": 7, "normal_before": 3, "matrix": matrix})
    assert (own.duration, own.normal_before, own.normal_after) == (7, 3, SHAPES[shape]["normal_after"])


def test_a_file_is_read_again_as_it_was_stored() -> None:
    for content in ({"cool_down": 20}, {"shape": "quick"}, {"normal_before": 7}):
        file = validate({"name": "x", "matrix": [{"fault": "pod-failure", "services": ["a"]}]} | content)
        again = CampaignFile.model_validate(file.model_dump(mode="json"))
        assert plan(again) == plan(file)


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
    assert plan(validate(content | {"seed": 0, "repeats": 1, "normal_before": 120})).digest == digest
    assert plan(validate(content | {"cool_down": 31})).digest != digest


def test_a_plan_is_the_same_in_another_process_with_other_hashes() -> None:
    code = (
        "from campaigns.loading import load; from campaigns.planner import plan; import sys;"
        "print(plan(load(open(sys.argv[1]).read())))"
    )
    file = str(REPO / "campaigns" / "rca.yaml")
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
