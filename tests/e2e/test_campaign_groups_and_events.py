"""A campaign on the live shop with faults at once, a cascade, events, and a pod that does not recover by itself.

The pod is hurt by the test, beside its fault, so that the fault's end does not heal it: only making it anew does.
"""

import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from local_cluster.client import LocalClusterClient
from tests.e2e.platform_copy import Copy, free_ports, wait_for

pytestmark = pytest.mark.timeout(500)

HURT = "shippingservice"
PATIENCE = 10  # seconds that one of a group may be late before it is given up, by the guide
FILE: dict[str, Any] = {
    "name": "groups-and-events",
    "load": 10,
    "warm_up": 12,
    "duration": 8,
    "normal_before": 2,
    "normal_after": 2,
    "pause_jitter": 0,
    "order": "written",
    "allow_last_replica": True,
    "on_recovery_failed": "recreate",
    "matrix": [
        {"fault": "network-delay", "services": [HURT], "parameters": {"latency_ms": 50}, "duration": 20},
        {
            "together": [
                {"fault": "cpu-stress", "services": ["recommendationservice"], "parameters": {"workers": 1}},
                {"fault": "network-delay", "services": ["currencyservice"], "parameters": {"latency_ms": 150}},
            ]
        },
        {
            "together": [
                {"fault": "network-delay", "services": ["cartservice"], "parameters": {"latency_ms": 100}},
                {"fault": "pod-failure", "services": ["adservice"], "after": 5, "duration": 6},
            ]
        },
    ],
    "events": [
        {"event": "rolling-restart", "services": ["productcatalogservice"], "parameters": {"pause_s": 0}},
        {"event": "load-surge", "parameters": {"factor": 2}, "duration": 8},
    ],
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    copy = Copy(tmp_path_factory.mktemp("g") / "state", *free_ports(2))
    try:
        done = copy.run("up", "--detach")
        assert done.returncode == 0, done.stderr
        yield copy
    finally:
        copy.run("down")


class Asked:
    """The API, asked as this machine's owner."""

    def __init__(self, copy: Copy) -> None:
        token = (copy.state / "secrets" / "cli_token").read_text().strip()
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{copy.web_port}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )

    def __call__(self, path: str, **query: Any) -> Any:
        return self._checked(self._client.get(path, params=query))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._checked(self._client.post(path, json=body))

    def _checked(self, answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def campaign(platform: Copy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Over, as the API has it; the command line's output is under `shown`."""
    file = tmp_path_factory.mktemp("f") / "c.yaml"
    file.write_text(yaml.safe_dump(FILE))
    cluster = LocalClusterClient(platform.state / "run" / "cluster.sock")
    with closing(cluster), platform.start("campaign", "run", str(file)) as following:
        wait_for(lambda: any(each.state == "active" for each in cluster.faults()), "the first fault holds", 90)
        [pid] = [pod.pid for pod in cluster.pods() if pod.service == HURT]
        psutil.Process(pid).suspend()
        try:
            shown, _ = following.communicate(timeout=400)
        except subprocess.TimeoutExpired:
            following.kill()
            raise
    asked = Asked(platform)
    [made] = asked("/campaigns")["results"]
    return {**asked(f"/campaigns/{made['id']}"), "shown": shown}


def of(campaign: dict[str, Any], fault: str, service: str) -> dict[str, Any]:
    [step] = [each for each in campaign["steps"] if (each["fault"], each["service"]) == (fault, service)]
    return dict(step)


def seconds(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def test_all_of_it_was_done(campaign: dict[str, Any]) -> None:
    assert campaign["state"] == "completed", campaign["shown"]
    outcomes = {(each["fault"], each["service"]): each["state"] for each in campaign["steps"]}
    assert outcomes.pop(("network-delay", HURT)) == "failed"
    assert set(outcomes.values()) == {"done"}, [(each["fault"], each["reason"]) for each in campaign["steps"]]
    assert not [each["unusable"] for each in campaign["steps"] if each["unusable"]]


def test_the_pod_that_did_not_recover_was_made_anew(platform: Copy, campaign: dict[str, Any]) -> None:
    assert of(campaign, "network-delay", HURT)["reason"].endswith("; made anew")
    assert Asked(platform)("/faults/quarantine") == []
    [pod] = [each for each in Asked(platform)("/system/pods") if each["service"] == HURT]
    assert pod["ready"]


def test_those_ordered_as_one_began_as_ordered(platform: Copy, campaign: dict[str, Any]) -> None:
    asked = Asked(platform)

    def injection(fault: str, service: str) -> dict[str, Any]:
        return dict(asked(f"/faults/injections/{of(campaign, fault, service)['injection']}"))

    first, second = injection("cpu-stress", "recommendationservice"), injection("network-delay", "currencyservice")
    assert first["group"] == second["group"] is not None
    assert abs(seconds(first["started_at"], second["started_at"])) < PATIENCE
    begins, follows = injection("network-delay", "cartservice"), injection("pod-failure", "adservice")
    assert 5 <= round(seconds(begins["started_at"], follows["started_at"]), 1) < 5 + PATIENCE
    assert seconds(begins["ended_at"], follows["ended_at"]) > 0, "the cascade outlasts what began it"


def test_events_happened_and_are_no_labels(platform: Copy, campaign: dict[str, Any]) -> None:
    asked = Asked(platform)
    happened = [asked(f"/events/{each['event']}") for each in campaign["steps"] if each["is_event"]]
    assert [(each["kind"], each["state"], each["end_reason"]) for each in happened] == [
        ("rolling-restart", "ended", "completed"),
        ("load-surge", "ended", "completed"),
    ]
    assert len(happened[0]["pods"]) == 2
    labels = asked("/faults/labels", **{"from": campaign["started_at"], "to": campaign["finished_at"]})["results"]
    assert sorted(each["kind"] for each in labels) == sorted(
        each["fault"] for each in campaign["steps"] if not each["is_event"]
    )


def test_calendar_and_report_tell_of_all(platform: Copy, campaign: dict[str, Any]) -> None:
    window = {"from": campaign["started_at"], "to": campaign["finished_at"]}
    entries = Asked(platform)("/faults/calendar", **window)["entries"]
    assert {each["campaign_step"] for each in entries} == {each["id"] for each in campaign["steps"]}
    assert all(each["start_measured"] and each["end_measured"] for each in entries)
    page = platform.run("campaign", "report", campaign["id"][:8], "--html").stdout
    assert page.startswith("<!doctype html>")
    text = platform.run("campaign", "report", campaign["id"][:8]).stdout
    assert "## Events, which are no faults" in text
    assert "rolling-restart" in text


def test_its_dataset_has_the_events(platform: Copy, campaign: dict[str, Any], tmp_path: Path) -> None:
    built = platform.run("dataset", "build", "--campaign", campaign["id"], "--name", "groups", "--wait")
    assert built.returncode == 0, built.stdout + built.stderr
    [dataset] = Asked(platform)("/datasets")["results"]
    assert platform.run("dataset", "export", dataset["id"], "--out", str(tmp_path)).returncode == 0
    [archive] = tmp_path.glob("*.zip")
    with zipfile.ZipFile(archive) as content:
        [name] = [each for each in content.namelist() if each.endswith("groundtruth/events.json")]
        events = json.loads(content.read(name))
    found = events["events"] if isinstance(events, dict) else events
    assert sorted(each["kind"] for each in found) == ["load-surge", "rolling-restart"]


# A fault that does nothing, on a service that calls all of those to which the events happen.
NOTHING: dict[str, Any] = {
    "kind": "network-delay",
    "services": ["checkoutservice"],
    "parameters": {"latency_ms": 1},
    "duration_s": 14,
    "allow_last_replica": True,
}
EVENTS: dict[str, list[dict[str, Any]]] = {
    "pods": [
        {"kind": "rolling-restart", "service": "productcatalogservice", "parameters": {"pause_s": 0}},
        {"kind": "deploy", "service": "shippingservice", "allow_last_replica": True},
        {"kind": "scale", "service": "cartservice", "parameters": {"replicas": 3}, "duration_s": 6},
    ],
    "store": [{"kind": "backup", "service": "redis-cart", "duration_s": 8}],
    "cache": [{"kind": "cache-flush", "service": "redis-cart"}],
    "load": [{"kind": "load-surge", "parameters": {"factor": 3}, "duration_s": 10}],
}


@pytest.mark.parametrize("events", EVENTS.values(), ids=EVENTS)
def test_the_effect_check_confirms_no_event_as_a_fault(
    platform: Copy, campaign: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    asked = Asked(platform)
    injected = asked.post("/faults/injections", NOTHING)
    wait_for(lambda: asked(f"/faults/injections/{injected['id']}")["labels"], "the fault holds")
    begun = [asked.post("/events", each) for each in events]
    wait_for(lambda: all(asked(f"/events/{each['id']}")["end"] for each in begun), "the events are over", 60)

    def label() -> dict[str, Any]:
        [found] = asked(f"/faults/injections/{injected['id']}")["labels"]
        return dict(found)

    wait_for(lambda: label()["effect_checked"], "the effect is checked", 120)
    assert label()["effect"] != "confirmed", label()["evidence"]
    happened = [asked(f"/events/{each['id']}") for each in begun]
    assert all(label()["start"] < each["start"] < label()["end"] for each in happened), "during the fault"
    assert [each["error"] for each in happened] == [""] * len(happened)
