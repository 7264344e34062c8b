"""Campaign files to pick from: those that come along, and those that users keep, with every text that they had."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from campaigns.loading import LARGEST_BYTES
from tests.backend.people import person

URL = "/api/v1/campaigns"
VALID = "# mine\nname: mine   # for the talk\nmatrix: [{fault: pod-failure, services: [cartservice]}]\n"


@pytest.fixture
def saved(api: APIClient) -> str:
    answer = api.post(f"{URL}/saved", {"name": "carts", "text": VALID, "notes": "for Monday"})
    assert answer.status_code == 201, answer.content
    return f"{URL}/saved/{answer.json()['id']}"


def test_the_files_that_come_along_are_all_there(api: APIClient) -> None:
    files = {each["name"]: each for each in api.get(f"{URL}/library").json()}
    assert set(files) == {"quickstart", "full", "rca"}
    for name, each in files.items():
        assert (each["sketch"]["valid"], each["sketch"]["campaign"]) == (True, name)
        assert each["sketch"]["steps"] >= 3
        assert each["text"].startswith("#")
    assert files["quickstart"]["description"].startswith("Three faults whose symptoms differ")


def test_a_text_is_kept_to_the_last_blank(api: APIClient, user: User) -> None:
    text = f"\n  {VALID}\n\n   "
    made = api.post(f"{URL}/saved", {"name": "n", "text": text}).json()
    assert api.get(f"{URL}/saved/{made['id']}").json()["text"] == text


def test_a_saved_one_says_what_it_comes_to(api: APIClient, saved: str) -> None:
    body = api.get(saved).json()
    assert (body["name"], body["notes"], body["version"], body["created_by"]) == ("carts", "for Monday", 1, "ada")
    assert (body["sketch"]["valid"], body["sketch"]["steps"], body["sketch"]["campaign"]) == (True, 1, "mine")


def test_a_draft_says_what_is_wrong_and_where(api: APIClient, saved: str) -> None:
    body = api.patch(saved, {"text": "name: mine\nmatrix: [{fault: rain, services: [a]}]\n"}).json()
    assert (body["version"], body["sketch"]["valid"], body["sketch"]["steps"]) == (2, False, 0)
    [place] = body["sketch"]["places"]
    assert (place["path"], place["line"], place["column"]) == ("matrix.0.fault", 2, 11)
    assert api.patch(saved, {"text": ""}).json()["sketch"]["places"][0]["message"]


def test_every_text_stays_with_who_saved_it(api: APIClient, admin: User, saved: str) -> None:
    root = APIClient()
    root.force_authenticate(admin)
    assert root.patch(saved, {"text": "# two"}).status_code == 200
    assert api.patch(saved, {"name": "renamed"}).json()["version"] == 2, "a name is no other text"
    found = api.get(f"{saved}/versions").json()["results"]
    assert [(each["version"], each["text"], each["created_by"]) for each in found] == [
        (2, "# two", "admin"),
        (1, VALID, "ada"),
    ]


def test_who_has_seen_an_older_one_is_told(api: APIClient, saved: str) -> None:
    assert api.patch(saved, {"text": "# two", "version": 1}).status_code == 200
    answer = api.patch(saved, {"text": "# three", "version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "saved_campaign.changed_meanwhile")


def test_they_are_found_by_name_notes_and_owner(api: APIClient, saved: str) -> None:
    other = APIClient()
    other.force_authenticate(person("grace"))
    other.post(f"{URL}/saved", {"name": "checkout", "text": ""})

    def names(**query: str) -> list[str]:
        return [each["name"] for each in api.get(f"{URL}/saved", query).json()["results"]]

    assert names() == ["checkout", "carts"]
    assert names(search="CART") == names(search="monday") == names(created_by="ada") == ["carts"]
    assert "text" not in api.get(f"{URL}/saved").json()["results"][0]


def test_deleted_is_gone_with_its_versions(api: APIClient, saved: str) -> None:
    assert api.delete(saved).status_code == 204
    assert {api.get(f"{saved}{part}").status_code for part in ("", "/versions")} == {404}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "n"}, "text"),
        ({"name": "", "text": "x"}, "name"),
        ({"name": "n", "text": "a" * (LARGEST_BYTES + 1)}, "text"),
        ({"name": "n", "text": 5}, "text"),
        ({"name": "n", "text": "a\x00"}, "text"),
    ],
)
def test_what_can_not_be_kept_is_refused(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(f"{URL}/saved", body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
