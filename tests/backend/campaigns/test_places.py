"""Each mistake in a campaign file has path, line, column and message, over the API and for the command line."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.loading import load
from common.errors import UserError

URL = "/api/v1/campaigns"
YAML = "application/yaml"
FILE = """\
# slow carts
name: slow
seed: 7
steady:
  wait: 30
matrix:
  - fault: network-delay
    services: [cartservice]
    parameters: {latency_ms: [100, 300]}
  - together:
      - {fault: cpu-stress, services: [frontend]}
      - fault: pod-failure
        services: [cartservice]
"""

pytestmark = pytest.mark.usefixtures("driver")


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    with pytest.raises(UserError) as refused:
        load(text)
    assert all(each.message for each in refused.value.places)
    return [(each.path, each.line, each.column) for each in refused.value.places]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("seed: 7", "seed: -7", [("seed", 3, 1)]),
        ("seed: 7", "seeed: 7", [("seeed", 3, 1)]),
        ("wait: 30", "wait: long", [("steady.wait", 5, 3)]),
        ("wait: 30", "wait: 030", [("steady.wait", 5, 9)]),
        ("network-delay", "network-dely", [("matrix.0.fault", 7, 5)]),
        ("[100, 300]", "[100, x]", [("matrix.0.parameters.latency_ms.1", 9, 36)]),
        ("{latency_ms: [100, 300]}", "{jitter_ms: 1}", [("matrix.0.parameters.latency_ms", 9, 5)]),
        ("[cartservice]\n    par", "[Cart]\n    par", [("matrix.0.services.0", 8, 16)]),
        ("[frontend]", "[cartservice]", [("matrix.1.together.1.services", 13, 9)]),
        ("        services: [cartservice]\n", "", [("matrix.1.together.1.services", 12, 9)]),
        ("name: slow\n", "", [("name", 2, 1)]),
        ("seed: 7", "seed: [7", [("", 4, 7)]),
        ("seed: 7", "name: 7", [("", 3, 1)]),
    ],
)
def test_a_mistake_has_its_place(before: str, after: str, expected: list[tuple[str, int, int]]) -> None:
    assert before in FILE
    assert places(FILE.replace(before, after, 1)) == expected


def test_all_mistakes_have_theirs() -> None:
    text = FILE.replace("seed: 7", "seed: -7").replace("cpu-stress", "rain")
    assert places(text) == [("seed", 3, 1)], "what it names is looked at once it has the right form"
    assert places(FILE.replace("network-delay", "a").replace("cpu-stress", "b")) == [
        ("matrix.0.fault", 7, 5),
        ("matrix.1.together.0.fault", 11, 10),
    ]


@pytest.mark.parametrize("path", ["", "/plan"])
def test_what_does_not_fit_the_system_has_its_place_too(api: APIClient, path: str) -> None:
    answer = api.post(URL + path, FILE.replace("[frontend]", "[nobody]"), content_type=YAML)
    assert answer.status_code == 400
    assert answer.json()["places"] == [
        {
            "path": "matrix.1.together.0.services.0",
            "line": 11,
            "column": 40,
            "message": "there is no service 'nobody'",
        },
        *[
            each
            for each in answer.json()["places"]
            if each["path"].startswith("matrix.1.together.1")  # pod-failure of the only pods
        ],
    ]


def test_content_without_a_text_has_paths_alone(api: APIClient) -> None:
    content: dict[str, Any] = {"name": "x", "matrix": [{"fault": "rain", "services": ["frontend"]}]}
    [place] = api.post(URL, content).json()["places"]
    assert (place["path"], place["line"], place["column"]) == ("matrix.0.fault", None, None)
    assert "no fault is called 'rain'" in place["message"]


def test_other_problems_have_no_places(api: APIClient) -> None:
    assert "places" not in api.get(f"{URL}/6a1c2f0e-98b7-4c0e-8f3b-5b1d0e7f9a10").json()


def test_a_campaign_keeps_its_text(api: APIClient) -> None:
    text = FILE.replace("pod-failure", "cpu-stress")
    answer = api.post(URL, text, content_type=YAML)
    assert answer.status_code == 201, answer.content
    assert api.get(f"{URL}/{answer.json()['id']}").json()["text"] == text
