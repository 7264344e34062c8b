"""Datasets are ordered of a campaign, carry notes, and are found again."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from campaigns.models import Campaign
from campaigns.models import State as CampaignState
from datasets import sources
from datasets.models import Dataset, State
from faults.adapters.fake import FakeFaultDriver
from tests.backend.people import person

URL = "/api/v1/datasets"
BEGUN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WINDOW = {"from": "2025-01-01T00:00:00Z", "to": "2025-01-01T00:01:00Z"}


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch, driver: FakeFaultDriver) -> None:
    monkeypatch.setattr("datasets.services.orders.enqueue", lambda *call: None)


@pytest.fixture
def campaign(user: User) -> Campaign:
    times = {"created_at": BEGUN, "started_at": BEGUN, "finished_at": BEGUN + timedelta(minutes=40)}
    made = {"name": "full", "seed": 1, "digest": "d", "content": {}, "expected_s": 60, "created_by": user}
    return Campaign.objects.create(**made, **times, state=CampaignState.COMPLETED)


def test_a_campaign_gives_its_whole_time(api: APIClient, campaign: Campaign) -> None:
    made = api.post(URL, {"name": "x", "campaign": str(campaign.id)})
    assert made.status_code == 202, made.content
    told = made.json()
    assert (told["from"], told["to"]) == (1_767_603_600_000_000, 1_767_606_000_000_000)
    assert told["campaign"] == str(campaign.id)
    found = api.get(URL, {"campaign": str(campaign.id)}).json()["results"]
    assert [each["id"] for each in found] == [told["id"]]


def test_a_campaign_has_to_be_over(api: APIClient, campaign: Campaign) -> None:
    Campaign.objects.update(finished_at=None, state=CampaignState.RUNNING)
    refused = api.post(URL, {"name": "x", "campaign": str(campaign.id)})
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign.not_over")
    assert api.post(URL, {"name": "x", "campaign": str(uuid4())}).status_code == 404
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("body", "fields"),
    [({}, {"from", "to"}), ({"from": WINDOW["from"]}, {"to"}), (WINDOW | {"campaign": str(uuid4())}, {"from", "to"})],
)
def test_either_a_window_or_a_campaign(body: dict[str, Any], fields: set[str], api: APIClient) -> None:
    refused = api.post(URL, {"name": "x", **body})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, fields)


def test_notes_are_its_owner_s_to_change(api: APIClient) -> None:
    dataset = api.post(URL, {"name": "x", "notes": "first try", **WINDOW}).json()
    assert dataset["notes"] == "first try"
    changed = api.patch(f"{URL}/{dataset['id']}", {"notes": "with the new chart"}).json()
    assert (changed["notes"], changed["keep"]) == ("with the new chart", False)
    other = APIClient()
    other.force_authenticate(person("eve"))
    assert other.patch(f"{URL}/{dataset['id']}", {"notes": "mine"}).status_code == 403
    assert api.patch(f"{URL}/{dataset['id']}", {"notes": "x" * 4001}).status_code == 400


def test_they_are_found_by_name_notes_digest_and_kind(api: APIClient, user: User) -> None:
    rows = {
        "Checkout": {"notes": "abort", "format": "csv", "digest": "sha256:aa11"},
        "cart": {"notes": "for the CHECKOUT paper", "format": "parquet", "state": State.READY},
        "other": {"format": "csv", "created_by": person("bob")},
    }
    for name, columns in rows.items():
        Dataset.objects.create(**{"name": name, "created_by": user, "window_start": 0, "window_end": 1, **columns})

    def found(**query: Any) -> set[str]:
        return {each["name"] for each in api.get(URL, query).json()["results"]}

    assert found(search="checkout") == {"Checkout", "cart"}
    assert found(search="aa11") == {"Checkout"}
    assert found(search="100%") == set()
    assert found(format=["csv"]) == {"Checkout", "other"}
    assert found(state=["ready", "failed"]) == {"cart"}
    assert found(created_by="bob") == {"other"}
    assert found(origin="imported") == set()
    assert found() == set(rows)


def test_a_page_goes_on_within_its_filters(api: APIClient, user: User) -> None:
    for index in range(5):
        Dataset.objects.create(name=f"d{index}", created_by=user, window_start=0, window_end=1)
    first = api.get(URL, {"search": "d", "limit": 3}).json()
    rest = api.get(URL, {"search": "d", "limit": 3, "cursor": first["cursor"]}).json()
    assert [each["name"] for each in first["results"] + rest["results"]] == ["d4", "d3", "d2", "d1", "d0"]
    assert api.get(URL, {"search": "other", "cursor": first["cursor"]}).status_code == 400


def test_the_window_of_nothing_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="neither"):
        sources.window_of_campaign(None)
