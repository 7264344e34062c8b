"""The catalogue agrees with itself, and with the local cluster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.parameters import Parameter, complete, fault_of
from faults.catalogue import CATALOGUE
from local_cluster.faults import kinds as local

PARAMETERS = [(kind.name, parameter) for kind in CATALOGUE.values() for parameter in kind.parameters]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(("kind", "parameter"), PARAMETERS)
def test_every_parameter_is_described(kind: str, parameter: Parameter) -> None:
    assert parameter.help.endswith(".")
    assert bool(parameter.choices) == (parameter.type == "choice") or parameter.type == "strings"
    assert bool(parameter.bounds) == (parameter.type != "choice")
    assert parameter.required or parameter.type == "strings" or fault_of(parameter, parameter.default) == ""


@pytest.mark.parametrize(("kind", "parameter"), PARAMETERS)
def test_bounds_are_inclusive_and_hold(kind: str, parameter: Parameter) -> None:
    if parameter.type not in ("integer", "number"):
        return
    for low, high in parameter.bounds:
        assert fault_of(parameter, low) == fault_of(parameter, high) == ""
    lowest, highest = parameter.bounds[0][0], parameter.bounds[-1][1]
    for outside in (lowest - 1, highest + 1):
        assert "expected" in fault_of(parameter, outside)


def test_local_cluster_knows_the_same_kinds() -> None:
    assert set(local.support()) == set(CATALOGUE)


@pytest.mark.parametrize("name", sorted(local.KINDS))
def test_local_cluster_takes_what_the_catalogue_allows(name: str) -> None:
    """Defaults, and both ends of each range: the driver refuses nothing that the validator let pass."""
    kind = CATALOGUE[name]
    required = {each.name: each.bounds[0][0] for each in kind.parameters if each.required}
    values, errors = complete(kind, required)
    assert errors == {}
    local.KINDS[name].parameters(**values)
    for parameter in kind.parameters:
        ends = [end for bounds in parameter.bounds for end in bounds] if parameter.type != "string" else []
        for value in [*ends, *parameter.choices]:
            local.KINDS[name].parameters(**{**values, parameter.name: value})


@given(st.sampled_from(PARAMETERS), JUNK)
def test_no_value_breaks_the_validator(entry: tuple[str, Parameter], value: object) -> None:
    assert isinstance(fault_of(entry[1], value), str)


@given(st.sampled_from(sorted(CATALOGUE)), st.dictionaries(st.text(max_size=12), JUNK, max_size=4))
def test_what_is_unknown_is_named(kind: str, given_values: dict[str, object]) -> None:
    known = {parameter.name for parameter in CATALOGUE[kind].parameters}
    values, errors = complete(CATALOGUE[kind], given_values)
    assert set(errors) >= set(given_values) - known
    assert set(values) <= known


@pytest.mark.parametrize(
    ("kind", "parameters", "expected"),
    [
        ("network-delay", {}, {"latency_ms": ["missing"]}),
        ("network-delay", {"latency_ms": 0}, {"latency_ms": ["expected 1 to 60000 ms, not 0"]}),
        ("network-delay", {"latency_ms": "9"}, {"latency_ms": ['expected an integer, not "9"']}),
        ("network-delay", {"latency_ms": True}, {"latency_ms": ["expected an integer, not true"]}),
        (
            "network-delay",
            {"latency_ms": 1, "correlation": float("nan")},
            {"correlation": ["expected 0 to 100 %, not NaN"]},
        ),
        (
            "network-delay",
            {"latency_ms": 1, "direction": "up"},
            {"direction": ['expected one of to, from, both, not "up"']},
        ),
        ("network-delay", {"latency_ms": 1, "target": "a\x00"}, {"target": ["has characters that can't be printed"]}),
        ("http-abort", {"status": 200}, {"status": ["expected 1 to 16 or 400 to 599, not 200"]}),
        ("pod-failure", {"x": 1}, {"x": ["pod-failure has no such parameter; nothing is expected here"]}),
        ("dns-error", {"patterns": ["a", 1]}, {"patterns": ['expected a list of strings, not ["a", 1]']}),
        (
            "cpu-stress",
            {"workers": 65, "load": 0},
            {"workers": ["expected 1 to 64, not 65"], "load": ["expected 1 to 100 %, not 0"]},
        ),
    ],
)
def test_errors_say_what_was_expected(kind: str, parameters: dict[str, object], expected: dict[str, list[str]]) -> None:
    assert complete(CATALOGUE[kind], parameters)[1] == expected


def test_defaults_are_filled_in() -> None:
    values, errors = complete(CATALOGUE["network-delay"], {"latency_ms": 100})
    assert errors == {}
    assert values == {"latency_ms": 100, "jitter_ms": 0, "correlation": 0, "direction": "to", "target": ""}
