"""Campaigns over HTTP: as JSON and as the file itself, with every mistake named, and each write in the audit log."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from campaigns.api.examples import FILE, PLAN, PLANNED_STEP, TEXT
from campaigns.loading import LARGEST_BYTES, load
from campaigns.models import Campaign
from campaigns.schema import validate
from faults.adapters.fake import FakeFaultDriver
from faults.models import Injection

URL = "/api/v1/campaigns"
YAML = "application/yaml"

pytestmark = pytest.mark.usefixtures("driver")


def test_the_examples_are_one_campaign() -> None:
    assert load(TEXT) == validate(FILE)


def test_a_plan_is_shown_and_nothing_is_done(api: APIClient, driver: FakeFaultDriver) -> None:
    answer = api.post(f"{URL}/plan", FILE)
    assert answer.status_code == 200
    body = answer.json()
    assert [step["parameters"]["latency_ms"] for step in body["steps"]] in ([100, 300], [300, 100])
    assert body["expected_s"] == PLAN["expected_s"]
    assert body["cases"][0] == PLAN["cases"][0]
    assert {each: body["steps"][0][each] for each in PLANNED_STEP if each != "id"} == {
        each: value for each, value in PLANNED_STEP.items() if each != "id"
    }
    assert body["warnings"] == []
    assert api.post(f"{URL}/plan", TEXT, content_type=YAML).json() == body
    assert not Campaign.objects.exists()
    assert not Injection.objects.exists()
    assert not driver.applied
    assert not AuditEntry.objects.exists()


def test_a_plan_warns_of_cases_that_are_too_short(api: APIClient) -> None:
    body = api.post(f"{URL}/plan", FILE | {"normal_before": 20, "normal_after": 40, "pause_jitter": 0}).json()
    assert [case["each_side_s"] for case in body["cases"]] == [22, 32]
    assert body["warnings"] == [
        "2 of 2 cases have fewer than 60 s on a side (the shortest 22 s): too few for root-cause analysis. "
        "Longer: normal_before, normal_after, or shape: rca."
    ]


def test_a_file_starts_a_campaign(api: APIClient) -> None:
    answer = api.post(URL, TEXT, content_type=YAML)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["name"], body["state"], body["created_by"]) == ("slow-carts", "planned", "ada")
    assert body["progress"] == {"steps_done": 0, "steps_total": 2, "current": None, "seconds_left": 581.1}
    assert [step["state"] for step in body["steps"]] == ["pending", "pending"]
    assert api.get(f"{URL}/{body['id']}").json()["steps"] == body["steps"]
    entry = AuditEntry.objects.get(action="campaign.create")
    assert (entry.actor_name, entry.subject, entry.detail["steps"]) == ("ada", body["id"], 2)


def test_the_same_file_has_the_same_plan_in_every_run(api: APIClient) -> None:
    first = api.post(URL, FILE).json()
    Campaign.objects.update(slot=None, state="stopped")
    second = api.post(URL, FILE).json()
    assert first["digest"] == second["digest"]
    assert [step["plan_id"] for step in first["steps"]] == [step["plan_id"] for step in second["steps"]]
    assert not {step["id"] for step in first["steps"]} & {step["id"] for step in second["steps"]}


def test_a_second_campaign_is_refused_and_leaves_no_trace(api: APIClient) -> None:
    first = api.post(URL, FILE).json()
    answer = api.post(URL, FILE)
    assert answer.status_code == 409
    assert first["id"] in answer.json()["detail"]
    assert Campaign.objects.count() == 1
    assert AuditEntry.objects.filter(action="campaign.create").count() == 1


@pytest.mark.parametrize("path", ["", "/plan"])
@pytest.mark.parametrize(
    ("content", "content_type", "named"),
    [
        (FILE | {"seeed": 1}, "application/json", "seeed"),
        ([], "application/json", "campaign"),
        (FILE | {"matrix": [{"fault": "pod-kill", "services": ["x"]}]}, "application/json", "matrix.0.services.0"),
        ("name: x\nname: y", YAML, "line 2"),
        ("a" * (LARGEST_BYTES + 1), YAML, "256 kB"),
        (b"\xff\xfe", YAML, "not UTF-8 at byte 0"),
        ("a: b", "text/plain", "media type"),
    ],
)
def test_a_mistake_is_answered_with_its_place(
    api: APIClient, path: str, content: Any, content_type: str, named: str
) -> None:
    options = {} if content_type == "application/json" else {"content_type": content_type}
    answer = api.post(URL + path, content, **options)
    assert answer.status_code in (400, 413, 415)
    assert named in answer.content.decode()
    assert not Campaign.objects.exists()


def test_stopping_is_audited_once_and_may_be_repeated(api: APIClient) -> None:
    campaign_id = api.post(URL, FILE).json()["id"]
    for _ in range(2):
        answer = api.post(f"{URL}/{campaign_id}/stop")
        assert answer.status_code == 202
        assert (answer.json()["state"], answer.json()["reason"]) == ("stopping", "stopped by ada")
    assert AuditEntry.objects.filter(action="campaign.stop", actor_name="ada").count() == 1


def test_the_list_counts_steps_and_the_newest_is_first(api: APIClient) -> None:
    first = api.post(URL, FILE).json()["id"]
    Campaign.objects.update(slot=None, state="stopped")
    Campaign.objects.get().steps.filter(index=0).update(state="done")
    second = api.post(URL, FILE).json()["id"]
    rows = api.get(URL).json()["results"]
    assert [(row["id"], row["steps_done"], row["steps_total"]) for row in rows] == [(second, 0, 2), (first, 1, 2)]


@pytest.mark.parametrize("suffix", ["", "/stop"])
def test_an_unknown_campaign_is_404(api: APIClient, suffix: str) -> None:
    address = f"{URL}/6a1c2f0e-98b7-4c0e-8f3b-5b1d0e7f9a10{suffix}"
    answer = api.post(address) if suffix else api.get(address)
    assert answer.status_code == 404


def test_signing_in_is_needed(driver: FakeFaultDriver, db: None) -> None:
    assert APIClient().post(f"{URL}/plan", FILE).status_code == 401
