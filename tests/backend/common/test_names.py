"""The nearest known name, in whatever a user writes: requests, campaigns, settings, parameters, knobs."""

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.schema import validate
from common.errors import UserError
from common.names import instead
from dataset_builder.knobs import Knobs
from platform_backend.config import REPO, ConfigError, load

CAMPAIGN = {
    "name": "x",
    "steady": {},
    "stop": [{"error_ratio": 0.5}],
    "matrix": [{"fault": "pod-kill", "services": ["cartservice"]}],
}


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("schedul", ["schedule", "services"], 'did you mean "schedule"?'),
        ("Latency_MS", ["latency_ms"], 'did you mean "latency_ms"?'),
        ("zzz", ["b", "a"], "expected one of: b, a"),
        ("zzz", [], "nothing is expected here"),
        ("", ["a"], "expected one of: a"),
    ],
)
def test_the_nearest_name_is_offered(name: str, known: list[str], said: str) -> None:
    assert instead(name, known) == said


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"seeed": 1}, "seeed", '"seed"'),
        ({"steady": {"error_rato": 1}}, "steady.error_rato", '"error_ratio"'),
        ({"stop": [{"error_ratio": 0.5, "than": "x"}]}, "stop.0.than", '"then"'),
        ({"matrix": [{"fault": "pod-kill", "service": ["x"]}]}, "matrix.0.service", '"services"'),
        ({"matrix": [{"together": [], "servces": []}]}, "matrix.0.servces", '"services"'),
        ({"matrix": [{"fault": "pod-kil", "services": ["x"]}]}, "matrix.0.fault", '"pod-kill"'),
        (
            {"matrix": [{"fault": "cpu-stress", "services": ["x"], "parameters": {"worker": 1}}]},
            "matrix.0.parameters.worker",
            '"workers"',
        ),
    ],
)
def test_in_campaigns(change: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        validate(CAMPAIGN | change)
    assert said in caught.value.fields[path][0]


def test_in_knobs() -> None:
    with pytest.raises(UserError) as caught:
        Knobs.from_record({"log_dorp": 0.1})
    assert '"log_drop"' in caught.value.fields["knobs.log_dorp"][0]


@pytest.mark.parametrize(
    ("asked", "path", "said"),
    [
        ({"kind": "network-dely"}, "kind", '"network-delay"'),
        ({"kind": "network-delay", "parameters": {"latency": 5}}, "parameters.latency", '"latency_ms"'),
    ],
)
def test_in_parameters_of_faults(api: APIClient, driver: Any, asked: dict[str, Any], path: str, said: str) -> None:
    errors = api.post("/api/v1/faults/injections", {"services": ["cartservice"], **asked}).json()["errors"]
    assert said in errors[path][0]


@pytest.mark.parametrize(("line", "said"), [("web: {prt: 1}", '"port"'), ("webb: {}", '"web"')])
def test_in_settings(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "config.yaml"
    top = line.partition(":")[0]
    rest = [each for each in (REPO / "config.yaml").read_text().split("\n\n") if not each.startswith(f"{top}:")]
    file.write_text("\n\n".join([*rest, line]))
    with pytest.raises(ConfigError, match=f"unknown setting .*did you mean {said}"):
        load(file)
