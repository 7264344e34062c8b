"""All lists of the API: pages that continue exactly, and no cursor or limit but their own."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from campaigns.models import Campaign, SavedCampaign
from common import cursors
from common.errors import UserError
from datasets.models import Dataset
from events.models import Event
from faults.models import Experiment, Injection, Label, Occurrence
from telemetry import services
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.common.described import NOBODY, Operation, operations

PAGED: Final = [pytest.param(each, id=str(each)) for each in operations() if "cursor" in each.parameters]
UNPAGED: Final = [
    pytest.param(each, id=str(each)) for each in operations() if each.method == "get" and "limit" not in each.parameters
]
T0: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
URL: Final = "/api/v1"


@pytest.fixture
def root(admin: User, driver: Any, monkeypatch: pytest.MonkeyPatch) -> APIClient:
    monkeypatch.setattr(services, "telemetry_source", FakeTelemetry)
    client = APIClient()
    client.force_authenticate(admin)
    return client


def experiment(number: int = 0) -> Experiment:
    return Experiment.objects.create(
        name=f"e{number}",
        kind="pod-kill",
        requested={"services": [], "pods": []},
        duration_s=1.0,
        created_at=T0 + timedelta(seconds=number // 2),
    )


def injection(number: int = 0) -> Injection:
    at = T0 + timedelta(seconds=number // 3)
    return Injection.objects.create(kind="pod-kill", requested_at=at, deadline=at, duration_s=1.0)


def of_django(place: str) -> str:
    """A cursor as Django REST framework writes them."""
    return base64.b64encode(f"p={place}".encode()).decode()


def test_there_are_as_many_lists_as_are_known_here() -> None:
    assert len(PAGED) == 16


@pytest.mark.parametrize("operation", PAGED)
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!",
        "é",
        "\x00",
        "A" * 999,
        of_django("9223372036854775808"),
        of_django("yesterday"),
        base64.urlsafe_b64encode(json.dumps([2**70, "x"]).encode()).decode(),
        base64.urlsafe_b64encode(b"\0" * 12 + b"[1,2]").decode(),
        cursors.encode([1, 2], of="another list"),
    ],
)
def test_a_cursor_that_the_list_did_not_give_is_refused(root: APIClient, operation: Operation, cursor: str) -> None:
    made = experiment()
    SavedCampaign.objects.create(id=made.id, name="s", created_at=T0, updated_at=T0)
    path = operation.address.replace(NOBODY, str(made.id))
    answer = root.get(path, {"cursor": cursor})
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("operation", PAGED)
@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "1.5", "", "٣", "1e2", " 1", str(2**70), "NaN"])
def test_a_bad_limit_is_refused(root: APIClient, operation: Operation, limit: str) -> None:
    answer = root.get(operation.address, {"limit": limit})
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == ["limit"]


@pytest.mark.parametrize("operation", UNPAGED)
def test_what_has_no_pages_knows_no_limit(root: APIClient, operation: Operation) -> None:
    answer = root.get(operation.address, {"limit": "5"})
    assert answer.status_code == 400, answer.content
    assert "limit" in answer.json()["errors"]


def audit_entries() -> str:
    for number in range(7):
        AuditEntry.objects.create(actor_name="ada", action="x.y", subject=str(number))
    return "/audit"


def injections() -> str:
    for number in range(7):
        injection(number)
    return "/faults/injections"


def labels() -> str:
    made = injection()
    for number in range(7):
        Label.objects.create(injection=made, pod=f"p{number}", service="s", kind="pod-kill", start=10**15)
    return "/faults/labels?from=2001-01-01T00:00:00Z"


def experiments() -> str:
    for number in range(7):
        experiment(number)
    return "/faults/experiments"


def occurrences() -> str:
    made = experiment()
    for number in range(7):
        at = T0 + timedelta(seconds=number)
        Occurrence.objects.create(experiment=made, scheduled_for=at, outcome="skipped")
    return f"/faults/experiments/{made.id}/history"


def datasets() -> str:
    for number in range(7):
        Dataset.objects.create(name=f"d{number}", format="csv", window_start=0, window_end=1)
    Dataset.objects.update(created_at=T0)
    return "/datasets"


def campaigns() -> str:
    for number in range(7):
        Campaign.objects.create(
            name=f"c{number}", seed=1, digest="x", content={}, expected_s=1, created_at=T0, state="completed"
        )
    return "/campaigns"


def users() -> str:
    for number in range(6):  # besides the admin
        User.objects.create_user(f"u{number}")
    return "/users"


@pytest.mark.parametrize(
    "fill", [users, audit_entries, injections, labels, experiments, occurrences, datasets, campaigns]
)
def test_pages_hold_each_row_once(root: APIClient, fill: Callable[[], str]) -> None:
    path = f"{URL}{fill()}"
    glue = "&" if "?" in path else "?"
    whole = root.get(path).json()
    assert (len(whole["results"]), whole["cursor"]) == (7, None)
    found, cursor = [], ""
    for _ in range(4):
        page = root.get(f"{path}{glue}limit=2{cursor and f'&cursor={cursor}'}").json()
        found += page["results"]
        cursor = page["cursor"]
    assert (found, cursor) == (whole["results"], None)


def events() -> str:
    for number in range(7):
        Event.objects.create(kind="backup", service=f"s{number % 3}", created_at=T0)
    return "/events"


SORTED: Final = [
    pytest.param(each, sort, id=f"{each}-{sort}")
    for each in PAGED
    for each in each.values
    if "sort" in each.parameters
    for sort in each.parameters["sort"]["schema"]["enum"]
]
FILLS: Final = {
    "users_list": users,
    "audit": audit_entries,
    "activity": audit_entries,
    "injections_list": injections,
    "labels_list": labels,
    "experiments_list": experiments,
    "experiments_history": occurrences,
    "datasets_list": datasets,
    "campaigns_list": campaigns,
    "events_list": events,
}


@pytest.mark.parametrize(("operation", "sort"), SORTED)
def test_sorted_pages_hold_each_row_once_in_that_order(root: APIClient, operation: Operation, sort: str) -> None:
    """Also where many rows are equal, or have no value there."""
    if str(operation) not in FILLS:
        assert root.get(operation.address.replace(NOBODY, str(experiment().id)), {"sort": sort}).status_code in (
            200,
            404,
        )
        return
    FILLS[str(operation)]()
    path = operation.address.replace(NOBODY, str(Experiment.objects.first().id if Experiment.objects.exists() else ""))
    query = {"from": "2001-01-01T00:00:00Z"} if "labels" in path else {}
    whole = root.get(path, query | {"sort": sort}).json()["results"]
    assert len(whole) == 7
    opposite = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert root.get(path, query | {"sort": opposite}).json()["results"] == whole[::-1]
    name = sort.removeprefix("-")
    values = [row[name] for row in whole if row.get(name) is not None]
    assert values == sorted(values, reverse=sort.startswith("-"))
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = root.get(path, query | {"sort": sort, "limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found, cursor = found + page["results"], page["cursor"]
        assert page["total"] == 7
    assert found == whole


def test_rows_without_a_value_come_last_of_all(root: APIClient) -> None:
    datasets()
    for number, each in enumerate(Dataset.objects.filter(name__in=["d1", "d4", "d5"])):
        Dataset.objects.filter(pk=each.pk).update(size=100 * number, finished_at=T0 + timedelta(seconds=number))
    for sort in ("-size", "-finished_at"):
        first = root.get(f"{URL}/datasets", {"sort": sort, "limit": 4}).json()
        rest = root.get(f"{URL}/datasets", {"sort": sort, "limit": 4, "cursor": first["cursor"]}).json()
        sizes = [row["size"] for row in [*first["results"], *rest["results"]]]
        assert sizes == [200, 100, 0, None, None, None, None]


@pytest.mark.parametrize("operation", PAGED)
def test_every_list_out_of_the_database_counts_and_sorts(root: APIClient, operation: Operation) -> None:
    """Telemetry is too much to be counted or sorted."""
    of_database = "telemetry" not in operation.path
    assert ("sort" in operation.parameters) == of_database
    answer = root.get(operation.address.replace(NOBODY, str(experiment().id)))
    if answer.status_code == 200:
        assert ("total" in answer.json()) == of_database


def test_a_total_is_of_the_filters_and_ends_where_counting_is_dear(
    root: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets()
    Dataset.objects.filter(name="d3").update(notes="the one with Carts", state="failed")
    assert root.get(f"{URL}/datasets", {"limit": 1}).json()["total"] == 7
    assert root.get(f"{URL}/datasets", {"state": "failed"}).json()["total"] == 1
    found = root.get(f"{URL}/datasets", {"search": "WITH carts"}).json()
    assert ([row["name"] for row in found["results"]], found["total"]) == (["d3"], 1)
    monkeypatch.setattr("common.lists.MOST_COUNTED", 6)
    assert root.get(f"{URL}/datasets", {"limit": 1}).json()["total"] is None


@pytest.mark.parametrize("sort", ["", "x", "--name", "name,size", "pk", "-"])
def test_what_a_list_can_not_be_sorted_by_is_refused(root: APIClient, sort: str) -> None:
    answer = root.get(f"{URL}/datasets", {"sort": sort})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["sort"])


def test_a_cursor_is_of_its_list_and_its_filters_alone(root: APIClient) -> None:
    injections()
    audit_entries()
    path = f"{URL}/faults/injections"
    cursor = root.get(path, {"limit": 2, "state": ["planned", "active"]}).json()["cursor"]
    assert root.get(path, {"limit": 5, "state": ["active", "planned"], "cursor": cursor}).status_code == 200
    assert root.get(path, {"limit": 2, "state": ["planned"], "cursor": cursor}).status_code == 400
    assert root.get(path, {"limit": 2, "cursor": cursor}).status_code == 400
    assert root.get(f"{URL}/audit", {"cursor": cursor}).status_code == 400


def test_a_cursor_outlives_the_row_it_was_made_of(root: APIClient) -> None:
    datasets()
    first = root.get(f"{URL}/datasets", {"limit": 2}).json()
    rest = root.get(f"{URL}/datasets").json()["results"][2:]
    Dataset.objects.filter(id=first["results"][1]["id"]).delete()
    assert root.get(f"{URL}/datasets", {"cursor": first["cursor"]}).json()["results"] == rest


def test_a_changed_byte_breaks_the_seal() -> None:
    cursor = cursors.encode([1, "x"], of="here")
    assert cursors.decode(cursor, of="here") == [1, "x"]
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert opened(changed) in (None, [1, "x"])  # base64 has bits that it does not use


def opened(cursor: str) -> list[Any] | None:
    try:
        return cursors.decode(cursor, of="here")
    except UserError:
        return None
