"""YAML 1.2's numbers and words, and what is refused because 1.1 reads it differently."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from common import yaml12
from local_cluster.topology import TopologyError, read_services
from platform_backend.config import REPO, ConfigError, load

FILES = [REPO / "config.yaml", REPO / "helm-chart" / "values.yaml", *sorted((REPO / "campaigns").glob("*.yaml"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_our_own_files_mean_the_same_to_both(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert yaml12.load(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10), ("-7", -7), ("+12", 12), ("0", 0), ("0x64", 100), ("0o17", 15),
        ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("1.5E-3", 0.0015), ("-.inf", -math.inf),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("y", "y"), ("nullify", "nullify"), ("v1.2.3", "v1.2.3"), ("1.2.3", "1.2.3"), ("0x", "0x"), ("<<", "<<"),
        ('"010"', "010"), ("'1:30'", "1:30"), ('"yes"', "yes"), ("|\n  010", "010"),
    ],
)  # fmt: skip
def test_a_scalar_is(text: str, value: Any) -> None:
    found = yaml12.load(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("010", "digits"), ("-0100", "digits"), ("08", "digits"), ("00", "digits"), ("1_000", "digits"),
        ("0x_64", "digits"), ("-0x64", "digits"), ("0b101", "digits"), ("1:30", "digits"), ("12:30:45", "digits"),
        ("1:30.5", "digits"), ("1_0.5", "digits"), ("yes", "true or false"), ("No", "true or false"),
        ("on", "true or false"), ("OFF", "true or false"), ("2027-01-05", "quotes"), ("2027-01-05T09:00:00Z", "quotes"),
    ],
)  # fmt: skip
def test_what_is_read_differently_is_refused_with_path_and_place(text: str, advice: str) -> None:
    with pytest.raises(yaml12.Doubtful) as refused:
        yaml12.load(f"a:\n  - b: 1\n  - b: {text}\n")
    [doubt] = refused.value.doubts
    assert (doubt.path, doubt.line, doubt.column) == ("a.1.b", 3, 8)
    assert repr(text) in doubt.what
    assert advice in doubt.what


def test_all_are_named_at_once() -> None:
    with pytest.raises(yaml12.Doubtful) as refused:
        yaml12.load("a: [010, {on: yes}]\n017: 1\n")
    assert [doubt.path for doubt in refused.value.doubts] == ["a.0", "a.1.on", "a.1.on", "017"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: key 'a' a second time"),
        ("a: !!int 010\n", "line 1, column 4: tags (tag:yaml.org,2002:int)"),
        ("? [1]\n: 2\n", "line 1, column 3: a key that is no plain text"),
    ],
)
def test_what_could_surprise_is_refused(text: str, named: str) -> None:
    with pytest.raises(yaml12.Refused) as refused:
        yaml12.load(text)
    assert named in yaml12.one_line(refused.value)


@given(st.text(alphabet="01234567.+-_:xobeEinfNaTF ", min_size=1, max_size=12))
def test_a_number_means_the_same_to_both_or_is_refused(text: str) -> None:
    """Unless 1.1 takes for a text what 1.2 has as a number, as 1e3."""
    try:
        old = yaml.safe_load(f"[{text}]")
        new = yaml12.load(f"[{text}]")
    except (yaml.YAMLError, ValueError):
        return
    for before, after in zip(old, new, strict=True):
        assert isinstance(before, str) or before == after or (math.isnan(before) and math.isnan(after))


def test_a_setting_that_is_read_differently_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    text = (REPO / "config.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("  port: 8000", "  port: 010000"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.yaml: not valid YAML: web\.port: line \d+, column 9: .*'010000'"):
        load(file)
    file.write_text(f"{text}\nweb: {{}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="key 'web' a second time"):
        load(file)


def test_a_value_of_the_chart_that_is_read_differently_is_named(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("services:\n  frontend:\n    replicas: 02\n", encoding="utf-8")
    with pytest.raises(TopologyError, match=r"services\.frontend\.replicas: line 3, column 15: .*'02'"):
        read_services(file)
