"""Settings, state, activity and the dashboard's page, as clients see them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.audit import audit
from accounts.models import AuditEntry
from campaigns.models import State as CampaignState
from campaigns.models import StepState
from common.roles import Role
from datasets.models import State as DatasetState
from faults.adapters.fake import FakeFaultDriver
from faults.models import State as InjectionState
from overview import dashboard, status, words
from platform_backend.config import REPO
from systems.adapters.fake import FakeSystemDriver
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.people import person
from tests.backend.writes import Caller

WAITING_TASKS = status._waiting_tasks


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of an earlier test's answer, no telemetry on disk and no broker."""
    monkeypatch.setattr("overview.api.views.status", status.Shared(status.look))
    monkeypatch.setattr(status, "telemetry_source", FakeTelemetry)
    monkeypatch.setattr(status, "_waiting_tasks", lambda: None)


def test_settings_that_clients_need_and_no_secret(api: APIClient, settings: Any) -> None:
    told = api.get("/api/v1/config").json()
    assert told["mode"] == "embedded"
    assert told["datasets"]["formats"] == ["csv", "openrca", "parquet", "rcaeval"]
    assert told["datasets"]["used_bytes"] == 0
    assert "password" not in str(told).lower()
    assert settings.SECRET_KEY not in str(told)


def test_a_system_that_is_well(api: APIClient, driver: FakeFaultDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    told = api.get("/api/v1/status").json()
    assert (told["well"], told["unknown"]) == (True, [])
    assert told["pods"]["ready"] == told["pods"]["total"] > 0
    assert told["telemetry"] == {"logs": None, "spans": None, "samples": None}
    assert told["sandbox"]["level"] == "none"


def test_what_can_t_be_asked_hides_nothing_else(
    api: APIClient, driver: FakeFaultDriver, system: FakeSystemDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.reachable = False
    told = api.get("/api/v1/status").json()
    assert (told["well"], told["pods"]) == (False, None)
    assert [error["section"] for error in told["unknown"]] == ["pods"]
    assert told["disk"]["total_bytes"] > 0


def test_an_emergency_stop_and_quarantine_are_told(user: User, api: APIClient, driver: FakeFaultDriver) -> None:
    call = Caller(user)
    call.quarantine()
    call.emergency_stop()
    told = api.get("/api/v1/status").json()
    assert told["faults"]["emergency_stop"]["by"] == "ada"
    assert (told["faults"]["quarantine"], told["well"]) == (["frontend-0"], False)


def test_many_that_ask_at_once_are_one_question() -> None:
    asked, now = [], [0.0]

    def make() -> dict[str, Any]:
        asked.append(now[0])
        return {"made": now[0]}

    shared = status.Shared(make, clock=lambda: now[0])
    for moment in (0.0, 0.5, 1.9, 2.5, 3.0):
        now[0] = moment
        shared()
    assert asked == [0.0, 2.5]


def test_activity_is_told_in_words_to_everybody(user: User, driver: FakeFaultDriver) -> None:
    call = Caller(user)
    call.injection()
    call.token()
    viewer = APIClient()
    viewer.force_authenticate(person("eve", Role.VIEWER))
    rows = viewer.get("/api/v1/activity").json()["results"]
    assert rows[0]["text"].startswith("ada injected cpu-stress into frontend-")
    assert rows[0]["params"]["kind"] == "cpu-stress"
    assert not [row for row in rows if row["action"].startswith(("session.", "token.", "user."))]
    assert viewer.get("/api/v1/activity", {"thing": "dataset"}).json()["results"] == []


def _actions() -> set[str]:
    """All that the code writes into the audit log."""
    text = "".join(path.read_text() for path in (REPO / "platform_backend").rglob("*.py"))
    written = set(re.findall(r"""audit\(\s*"([a-z_]+\.[a-z_]+)\"""", text))
    by_state: tuple[tuple[str, Any], ...] = (
        ("injection.", InjectionState),
        ("campaign.", CampaignState),
        ("campaign.step_", StepState),
        ("dataset.", DatasetState),
    )
    return written | {f"{prefix}{state.value}" for prefix, states in by_state for state in states}


# States that are never entered by a move that is written down, or by one whose entry has another name.
SILENT = {
    *("injection.planned", "campaign.planned", "dataset.queued", "dataset.building", "dataset.deleting"),
    *(f"campaign.step_{state.value}" for state in StepState if state not in ("done", "failed", "skipped")),
}


def test_there_are_words_for_all_that_is_written() -> None:
    wordless = {action for action in _actions() - SILENT if not action.startswith(words.HIDDEN)} - set(words.WORDS)
    assert not wordless, f"overview/words.py lacks {sorted(wordless)}"


def test_an_entry_of_an_older_version_is_still_told(db: None) -> None:
    with transaction.atomic():
        audit("campaign.create", "x", None)
    assert words.readable(AuditEntry.objects.get()) == "platform ordered the campaign ? of ? steps"


def test_the_audit_log_is_searched(admin: User, user: User, driver: FakeFaultDriver) -> None:
    call = Caller(user)
    call.injection()
    call.token()
    client = APIClient()
    client.force_authenticate(admin)

    def found(**query: str) -> list[str]:
        return [row["action"] for row in client.get("/api/v1/audit", query).json()["results"]]

    assert set(found(actor="ada")) >= {"token.create", "injection.create"}
    assert found(action="token.") == ["token.create"]
    assert found(actor="nobody") == []
    assert found(to="2020-01-01T00:00:00Z") == []
    assert client.get("/api/v1/audit", {"who": "ada"}).status_code == 400


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(dashboard, "BUILT", tmp_path)
    return lambda: (tmp_path / "index.html").write_text("<title>it</title>") and None


@pytest.mark.parametrize("path", ["/", "/login", "/faults/calendar?from=now", "/datasets/1/card"])
def test_every_address_of_the_dashboard_is_its_page(path: str, db: None, built: Callable[[], None]) -> None:
    before = Client().get(path)
    assert (before.status_code, "./microservo signin" in before.content.decode()) == (200, True)
    built()
    after = Client().get(path)
    assert after.content == b"<title>it</title>"
    assert after.headers["Cache-Control"] == "no-cache"
    assert "script-src" in after.headers["Content-Security-Policy"] or "default-src 'self'" in str(after.headers)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2/health", "/static/nothing.js"])
def test_what_is_no_page_stays_a_problem(path: str, db: None, built: Callable[[], None]) -> None:
    built()
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_mistake_in_one_section_hides_no_other(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overview.status._disk", lambda: 1 / 0)
    found = status.look()
    assert found["disk"] is None
    [told] = [each for each in found["unknown"] if each["section"] == "disk"]
    assert told["detail"].startswith("internal error ")
    assert found["faults"] is not None


def test_a_broker_that_goes_while_it_is_asked_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    class Going:
        connection_errors = (redis.ConnectionError,)
        channel_errors = (redis.ResponseError,)

        def __enter__(self) -> "Going":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def ensure_connection(self, **_: object) -> None:
            raise redis.ConnectionError("gone")

    monkeypatch.setattr(status.app, "connection_for_read", lambda **_: Going())
    assert WAITING_TASKS() is None
