"""What a campaign file may hold, and how a wrong one is answered: with the path of each mistake."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.loading import LARGEST_BYTES, load
from campaigns.schema import MAX_STEPS, validate
from common.errors import UserError
from platform_backend.config import REPO

ODD_NUMBERS = REPO / "tests" / "data" / "field-cases" / "yaml11.yaml"
ENTRY: dict[str, Any] = {"fault": "pod-failure", "services": ["cartservice"]}
SMALL: dict[str, Any] = {"name": "small", "matrix": [ENTRY]}


def errors_of(content: Any) -> dict[str, list[str]]:
    with pytest.raises(UserError) as refused:
        validate(content)
    return refused.value.fields


PAIR: dict[str, Any] = {"together": [ENTRY, {"fault": "cpu-stress", "services": ["frontend"], "after": 20}]}


def pair(**changes: Any) -> dict[str, Any]:
    """A campaign of a cascade, its second fault changed."""
    return SMALL | {"matrix": [ENTRY, {"together": [ENTRY, PAIR["together"][1] | changes]}]}


def delays(**parameters: Any) -> dict[str, Any]:
    return SMALL | {"matrix": [{"fault": "network-delay", "services": ["cartservice"], "parameters": parameters}]}


@pytest.mark.parametrize(
    ("content", "path", "text"),
    [
        (None, "campaign", "dictionary"),
        ({"matrix": [ENTRY]}, "name", "required"),
        (SMALL | {"name": "no spaces"}, "name", "pattern"),
        (SMALL | {"seeed": 1}, "seeed", "unknown key"),
        (SMALL | {"seed": 1.5}, "seed", "integer"),
        (SMALL | {"load": "10"}, "load", "number"),
        (SMALL | {"load": float("nan")}, "load", "finite"),
        (SMALL | {"repeats": 0}, "repeats", "greater"),
        (SMALL | {"order": "random"}, "order", "shuffled"),
        (SMALL | {"matrix": []}, "matrix", "at least 1"),
        (SMALL | {"steady": {"wait": True}}, "steady.wait", "number"),
        (SMALL | {"steady": {"error_ratio": 5}}, "steady.error_ratio", "less than or equal to 1"),
        (SMALL | {"stop": [{"error_ratio": 0.5}, {"window": 5}]}, "stop.1", "at least one of"),
        (SMALL | {"stop": [{"error_ratio": 0.5, "then": "retry"}]}, "stop.0.then", "campaign"),
        (SMALL | {"matrix": [ENTRY, ENTRY | {"fault": "rain"}]}, "matrix.1.fault", "no fault is called 'rain'"),
        (SMALL | {"matrix": [ENTRY | {"services": "cartservice"}]}, "matrix.0.services", "list"),
        (SMALL | {"matrix": [ENTRY | {"services": ["Cart Service"]}]}, "matrix.0.services.0", "pattern"),
        (SMALL | {"matrix": [ENTRY | {"duration": 0}]}, "matrix.0.duration", "greater"),
        (SMALL | {"matrix": [ENTRY | {"parameters": {"load": 1}}]}, "matrix.0.parameters.load", "no such parameter"),
        (delays(), "matrix.0.parameters.latency_ms", "missing"),
        (delays(latency_ms=0), "matrix.0.parameters.latency_ms", "expected 1 to 60000 ms"),
        (delays(latency_ms=[100, "x"]), "matrix.0.parameters.latency_ms.1", "expected an integer"),
        (delays(latency_ms=[]), "matrix.0.parameters.latency_ms", "empty list"),
        (SMALL | {"load": 0, "steady": {"error_ratio": 0.1}}, "steady", "load is 0"),
        (SMALL | {"\ud800": 1}, "campaign", "unicode"),
        (SMALL | {"shape": "round"}, "shape", "'rca', 'detection' or 'quick'"),
        (SMALL | {"shape": ["rca"]}, "shape", "'rca', 'detection' or 'quick'"),
        (SMALL | {"normal_before": -1}, "normal_before", "greater"),
        (SMALL | {"pause_jitter": "much"}, "pause_jitter", "number"),
        (SMALL | {"cool_down": "long"}, "cool_down", "number"),
        (SMALL | {"cool_down": 5, "normal_before": 5}, "campaign", "leave it out beside normal_before"),
        (SMALL | {"on_recovery_failed": "pray"}, "on_recovery_failed", "'recreate', 'abort' or 'continue'"),
        (SMALL | {"matrix": [ENTRY | {"after": 5}]}, "matrix.0.after", "unknown key"),
        (SMALL | {"matrix": [7]}, "matrix.0", "dictionary"),
        (SMALL | {"matrix": [{"together": [ENTRY]}]}, "matrix.0.together", "at least 2"),
        (SMALL | {"matrix": [PAIR | {"fault": "pod-kill"}]}, "matrix.0.fault", "unknown key"),
        (pair(fault="rain"), "matrix.1.together.1.fault", "no fault is called 'rain'"),
        (pair(after=-1), "matrix.1.together.1.after", "greater"),
        (pair(services=["frontend", "cartservice"]), "matrix.1.together.1.services", "cartservice is in together.0"),
        (pair(parameters={"load": [50, 500]}), "matrix.1.together.1.parameters.load.1", "expected 1 to 100"),
        (
            SMALL | {"matrix": [{"together": [each | {"after": 5} for each in PAIR["together"]]}]},
            "matrix.0",
            "nothing begins it",
        ),
    ],
)
def test_a_mistake_is_named_by_its_path(content: Any, path: str, text: str) -> None:
    assert text in " ".join(errors_of(content)[path])


def test_all_mistakes_are_named_at_once() -> None:
    assert set(errors_of({"name": "x", "seed": -1, "matrix": [{"services": []}]})) == {
        "seed", "matrix.0.fault", "matrix.0.services",
    }  # fmt: skip


def test_a_small_file_can_not_ask_for_billions_of_steps() -> None:
    values = list(range(1, 60))
    entry = delays(latency_ms=values, jitter_ms=values, correlation=values)["matrix"][0]
    messages = errors_of(SMALL | {"repeats": 100, "matrix": [entry] * 200})["matrix"]
    assert f"at most {MAX_STEPS}" in messages[0]
    together = {"together": [entry | {"services": [f"s{number}"]} for number in range(10)]}
    assert f"at most {MAX_STEPS}" in errors_of(SMALL | {"matrix": [together]})["matrix"][0]


def test_a_list_is_a_sweep_unless_the_parameter_is_a_list_itself() -> None:
    dns = {"fault": "dns-error", "services": ["cartservice"], "parameters": {"patterns": ["a.*", "b.*"]}}
    assert list(validate(SMALL | {"matrix": [dns]}).matrix[0].combinations()) == [{"patterns": ["a.*", "b.*"]}]
    swept = dns | {"parameters": {"patterns": [["a.*"], ["b.*", "c.*"]]}}
    found = validate(SMALL | {"matrix": [swept]}).matrix[0].combinations()
    assert list(found) == [{"patterns": ["a.*"]}, {"patterns": ["b.*", "c.*"]}]


def test_yaml_is_read_with_its_comments_and_defaults() -> None:
    file = load("# a comment\nname: small\nload: 10\nmatrix:\n  - {fault: pod-failure, services: [cartservice]}\n")
    assert (file.name, file.load, file.order, file.steady.pods_not_ready) == ("small", 10.0, "shuffled", 0)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name: x\nname: y\n", "line 2, column 1: key 'name' a second time"),
        ("a: &a [1]\nb: *a\n", "line 2, column 4: aliases"),
        ("a: [1\n", "line 2"),
        (
            "a: !!python/object/apply:os.system [id]\n",
            "tags (tag:yaml.org,2002:python/object/apply:os.system) are not read",
        ),
        ("[" * 100 + "]" * 100, "nested too deep"),
        ("a: 1\n---\nb: 2\n", "but found another document"),
        ("a: 1" + "0" * 5000, "4300 digits"),
        ("x\x00", "special characters"),
        ("? [1, 2]\n: 3\n", "no plain text"),
        ("", "see errors"),
        ("a" * (LARGEST_BYTES + 1), "kB"),
    ],
)
def test_yaml_that_surprises_is_refused_with_its_place(text: str, named: str) -> None:
    with pytest.raises(UserError) as refused:
        load(text)
    assert named in refused.value.message


def test_numbers_that_versions_of_yaml_read_differently_are_refused() -> None:
    """To YAML 1.1 they are 8, 90, 64, 1000, and 64, 100, 90."""
    with pytest.raises(UserError) as refused:
        load(ODD_NUMBERS.read_text(encoding="utf-8"))
    latency = "matrix.0.parameters.latency_ms"
    assert {path: message.split(";")[0] for path, [message] in refused.value.fields.items()} == {
        "seed": "line 2, column 7: versions of YAML read '010' differently",
        "warm_up": "line 3, column 10: versions of YAML read '1:30' differently",
        "duration": "line 4, column 11: versions of YAML read '0100' differently",
        "cool_down": "line 5, column 12: versions of YAML read '1_000' differently",
        f"{latency}.0": "line 6, column 84: versions of YAML read '0100' differently",
        f"{latency}.2": "line 6, column 96: versions of YAML read '1:30' differently",
    }


def test_numbers_are_those_of_yaml_1_2() -> None:
    file = load("name: n\nload: 1e2\nwarm_up: 0x10\nmatrix: [{fault: pod-failure, services: [cartservice]}]\n")
    assert (file.load, file.warm_up) == (100, 16)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["name", "seed", "matrix", "fault", "services", "parameters", "stop", "steady", "latency_ms", "x", "together",
         "after", "shape", "cool_down", "normal_before"]
    ), inner, max_size=4)), max_leaves=12))  # fmt: skip
def test_whatever_the_content_its_mistakes_have_paths(content: Any) -> None:
    assert errors_of(content)


@given(st.text(alphabet="ab:-[]{}&*!?#|>'\" \n\t0", max_size=60))
def test_whatever_the_text_it_is_a_user_error(text: str) -> None:
    with pytest.raises(UserError):
        load(text)
