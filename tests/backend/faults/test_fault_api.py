"""Faults over the API."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from faults.catalogue import CATALOGUE
from faults.models import Injection
from platform_backend.config import REPO

URL = "/api/v1/faults"
ASKED = {"kind": "network-delay", "services": ["cartservice"], "parameters": {"latency_ms": 200}, "duration_s": 30}


@pytest.fixture
def injection(create: Any) -> Injection:
    return create()


def test_kinds_come_with_parameters_and_support(api: APIClient, driver: Any) -> None:
    kinds = {each["name"]: each for each in api.get(f"{URL}/kinds").json()}
    assert set(kinds) == set(CATALOGUE)
    assert (kinds["jvm-gc"]["supported"], kinds["jvm-gc"]["reason"]) == (False, "no pod runs Java")
    assert kinds["network-delay"]["parameters"][0] == {
        "name": "latency_ms",
        "type": "integer",
        "help": "Added to the way of each packet.",
        "unit": "ms",
        "bounds": [[1, 60000]],
        "choices": [],
        "required": True,
        "default": None,
        "format": "any",
        "protocol_bounds": [],
        "names": [],
    }


def test_the_catalogue_says_what_a_value_names(api: APIClient, driver: Any) -> None:
    kinds = {each["name"]: each for each in api.get(f"{URL}/kinds").json()}

    def parameter(kind: str, name: str) -> dict[str, Any]:
        return next(each for each in kinds[kind]["parameters"] if each["name"] == name)

    for kind, name, meant in (
        ("network-delay", "target", "service"),
        ("http-delay", "target", "service"),
        ("container-kill", "container", "container"),
        ("io-latency", "path", "path"),
        ("http-delay", "path", "request-path"),
        ("io-fault", "errno", "errno"),
        ("network-delay", "latency_ms", "any"),
    ):
        assert parameter(kind, name)["format"] == meant, (kind, name)
    status, errno = parameter("http-abort", "status"), parameter("io-fault", "errno")
    assert {each["protocol"]: each["bounds"] for each in status["protocol_bounds"]} == {
        "grpc": [[1, 16], [400, 599]],
        "http": [[400, 599]],
    }
    names = {each["value"]: each["name"] for each in status["names"]}
    assert [names[value] for value in (14, 503)] == ["UNAVAILABLE", "SERVICE_UNAVAILABLE"]
    assert {each["value"]: each["name"] for each in errno["names"]}[28] == "ENOSPC"
    assert [kinds[kind]["files"] for kind in ("io-fault", "http-abort")] == [True, False]
    assert [kinds[kind]["takes_down"] for kind in ("pod-kill", "cpu-stress")] == [True, False]
    assert kinds["pod-kill"]["at_once"]


def test_services_say_which_have_files_and_containers(api: APIClient, system: Any) -> None:
    services = {each["name"]: each for each in api.get("/api/v1/system/services").json()}
    assert [services[name]["volumes"] for name in ("redis-cart", "frontend")] == [["/data"], []]
    assert services["frontend"]["containers"] == ["frontend"]


def test_create_shows_the_named_pods_and_all_parameters(api: APIClient, driver: Any) -> None:
    answer = api.post(f"{URL}/injections", ASKED)
    assert answer.status_code == 201
    body = answer.json()
    assert body["targets"] == ["cartservice-0", "cartservice-1"]
    assert body["parameters"]["direction"] == "to"
    assert (body["state"], body["created_by"], body["labels"]) == ("planned", "ada", [])
    assert api.get(f"{URL}/injections/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": None}, "kind"),
        ({"services": "cartservice"}, "services"),
        ({"pods": [{"a": 1}]}, "pods.0"),
        ({"parameters": [1]}, "parameters"),
        ({"parameters": {"latency_ms": 0}}, "parameters.latency_ms"),
        ({"duration_s": "long"}, "duration_s"),
        ({"duration_s": 1e9}, "duration_s"),
    ],
)
def test_errors_name_their_field(api: APIClient, driver: Any, change: dict[str, Any], field: str) -> None:
    answer = api.post(f"{URL}/injections", ASKED | change)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_busy_pod_is_409(api: APIClient, injection: Injection) -> None:
    answer = api.post(f"{URL}/injections", ASKED)
    assert answer.status_code == 409
    assert len(answer.json()["errors"]["pods"]) == 2


def test_list_is_newest_first_in_pages(api: APIClient, create: Any, advance: Any, clock: Any) -> None:
    made = []
    for _ in range(5):
        injection = create(duration_s=1)
        made.append(str(injection.id))
        advance(injection)
        clock.advance(5)
        advance(injection)
    seen, cursor = [], ""
    for _ in range(3):
        page = api.get(f"{URL}/injections", {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [each["id"] for each in page["results"]]
        cursor = page["cursor"]
    assert (seen, cursor) == (made[::-1], None)


def test_list_filters_by_state(api: APIClient, injection: Injection, advance: Any) -> None:
    def count(query: str) -> int:
        return len(api.get(f"{URL}/injections?{query}").json()["results"])

    assert (count("state=planned"), count("state=active"), count("state=active&state=planned")) == (1, 0, 1)
    advance(injection)
    assert (count("state=planned"), count("state=active")) == (0, 1)
    assert api.get(f"{URL}/injections?state=x").status_code == 400


def test_stop_and_stop_again(api: APIClient, injection: Injection, advance: Any) -> None:
    advance(injection)
    for _ in range(2):
        answer = api.post(f"{URL}/injections/{injection.id}/stop")
        assert (answer.status_code, answer.json()["stop_requested"]) == (202, True)
    advance(injection)
    answer = api.post(f"{URL}/injections/{injection.id}/stop")
    assert (answer.status_code, answer.json()["state"]) == (202, "recovered")


def test_unknown_injection_is_404(api: APIClient, driver: Any) -> None:
    unknown = "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77"
    assert api.get(f"{URL}/injections/{unknown}").status_code == 404
    assert api.post(f"{URL}/injections/{unknown}/stop").status_code == 404


def test_labels_of_a_window(api: APIClient, injection: Injection, advance: Any, clock: Any) -> None:
    start = clock.now
    advance(injection)
    clock.advance(61)
    advance(injection)
    end = start + 60_000_000

    def pods(begin: int | str, until: int | str) -> list[str]:
        answer = api.get(f"{URL}/labels", {"from": begin, "to": until})
        assert answer.status_code == 200, answer.content
        return [each["pod"] for each in answer.json()["results"]]

    both = ["cartservice-1", "cartservice-0"]
    assert pods(start - 10, start) == []
    assert pods(start - 10, start + 1) == both
    assert pods(end - 1, end + 10) == both
    assert pods(end, end + 10) == []
    [label, _] = api.get(f"{URL}/labels", {"from": start, "to": end}).json()["results"]
    assert (label["start"], label["end"], label["end_reason"]) == (start, end, "deadline")
    assert label["injection"] == str(injection.id)


FIELD_CASES = [
    json.loads(line)
    for line in (REPO / "tests" / "data" / "field-cases" / "preview-bodies.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        pytest.param(FIELD_CASES[0], {"schedule.at": "time zone"}, id="no zone"),
        pytest.param(FIELD_CASES[1], {"schedule.at": "time zone"}, id="a date alone"),
        pytest.param(FIELD_CASES[2], {"schedul": '"schedule"', "durations_s": '"duration_s"'}, id="misspelt"),
    ],
)
@pytest.mark.parametrize("path", ["preview", "experiments"])
def test_what_was_taken_as_something_else_is_refused(
    api: APIClient, driver: Any, path: str, body: dict[str, Any], errors: dict[str, str]
) -> None:
    named = body if path == "preview" else body | {"name": "x"}
    answer = api.post(f"{URL}/{path}", named)
    assert answer.status_code == 400
    found = answer.json()["errors"]
    assert set(found) == set(errors)
    assert all(text in found[field][0] for field, text in errors.items())


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", 2**70, -1, True, "1", 10**18])
def test_a_time_out_of_bounds_is_refused(api: APIClient, driver: Any, at: Any) -> None:
    asked = {"kind": "pod-kill", "services": ["cartservice"], "schedule": {"type": "at", "at": at}}
    answer = api.post(f"{URL}/preview", asked)
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == ["schedule.at"]
