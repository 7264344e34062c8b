"""Injections and labels by time, kind, service, pod, state, effect and who ordered them; labels have ids."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from faults.models import Injection, Label
from tests.backend.people import person

URL = "/api/v1/faults"
SECOND = 1_000_000


@pytest.fixture
def two(create: Any, advance: Any, clock: Any) -> tuple[Injection, Injection]:
    """Ada's, which is over, and then grace's, which lasts."""
    first = create(kind="cpu-stress", services=["frontend"], duration_s=5)
    for _ in range(10):
        advance(first)
        clock.advance(1)
    clock.advance(100)
    second = create(kind="pod-failure", services=["cartservice"], duration_s=600)
    Injection.objects.filter(id=second.id).update(created_by=person("grace"))
    advance(second)
    clock.advance(1)
    first.refresh_from_db()
    assert not first.is_open
    return first, second


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "both"),
        ({"kind": "cpu-stress"}, "first"),
        ({"kind": ["cpu-stress", "pod-failure"]}, "both"),
        ({"service": "cartservice"}, "second"),
        ({"pod": "cartservice-1"}, "second"),
        ({"created_by": "ada"}, "first"),
        ({"created_by": "nobody"}, "none"),
        ({"state": "active"}, "second"),
        ({"state": "active", "created_by": "ada"}, "none"),
    ],
)
def test_injections_are_found(api: APIClient, two: Any, query: dict[str, Any], found: str) -> None:
    first, second = (str(each.id) for each in two)
    expected = {"both": [second, first], "first": [first], "second": [second], "none": []}[found]
    assert [each["id"] for each in api.get(f"{URL}/injections", query).json()["results"]] == expected


def test_injections_of_a_time_are_those_that_lasted_then(api: APIClient, two: Any) -> None:
    first, second = two

    def ids(**query: Any) -> list[str]:
        query = {name.rstrip("_"): value.isoformat() for name, value in query.items()}
        return [each["id"] for each in api.get(f"{URL}/injections", query).json()["results"]]

    middle = first.ended_at + timedelta(seconds=50)
    assert ids(to=middle) == [str(first.id)]
    assert ids(from_=middle) == [str(second.id)]
    assert ids(from_=middle, to=middle + timedelta(seconds=1)) == []
    assert ids(from_=timezone.now() + timedelta(days=1)) == [str(second.id)], "as far as one knows it lasts"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"kind": "pod-failure"}, 2),
        ({"service": "frontend"}, 1),
        ({"pod": "cartservice-0"}, 1),
        ({"effect": "confirmed"}, 1),
        ({"effect": ["confirmed", "unknown"]}, 3),
        ({"created_by": "grace"}, 2),
        ({"created_by": "grace", "service": "frontend"}, 0),
    ],
)
def test_labels_are_found(api: APIClient, two: Any, query: dict[str, Any], count: int) -> None:
    Label.objects.filter(service="frontend").update(effect="confirmed")
    assert len(api.get(f"{URL}/labels", {"from": "2025-01-01T00:00:00Z"} | query).json()["results"]) == count


def test_labels_have_ids_that_stay(api: APIClient, two: Any, advance: Any, clock: Any) -> None:
    _, second = two
    query = {"from": "2025-01-01T00:00:00Z", "injection": str(second.id)}
    before = [each["id"] for each in api.get(f"{URL}/labels", query).json()["results"]]
    clock.advance(700)
    for _ in range(5):
        advance(second)
        clock.advance(1)
    later = api.get(f"{URL}/labels", {**query, "to": "2026-01-01T00:00:00Z"}).json()["results"]
    assert [each["id"] for each in later] == before
    assert all(each["end"] for each in later)
    assert api.get(f"{URL}/labels/{before[0]}").json() == later[0]
    assert api.get(f"{URL}/labels/{10**30}").status_code == 404


@pytest.mark.parametrize("path", ["injections", "labels"])
def test_an_unknown_kind_is_refused_with_the_nearest(api: APIClient, user: User, path: str) -> None:
    answer = api.get(f"{URL}/{path}", {"kind": "pod-kil"})
    assert answer.status_code == 400
    assert "pod-kill" in answer.json()["errors"]["kind.0"][0]
