"""Changing a planned experiment: checked as a new one, from the next occurrence on, and nothing is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from faults import experiment_changes, occurrences, tasks
from faults.models import Experiment, Injection, Occurrence

URL = "/api/v1/faults/experiments"
EVERY_MINUTE = {"type": "cron", "cron": "* * * * *", "time_zone": "UTC"}
ASKED = {"name": "slow", "kind": "cpu-stress", "services": ["cartservice"], "parameters": {"load": 50}}
# The test clock begins at 08:53:20.


@pytest.fixture
def made(api: APIClient, create: Any) -> str:
    """`create` has set Django's clock."""
    answer = api.post(URL, ASKED | {"duration_s": 10, "schedule": EVERY_MINUTE})
    assert answer.status_code == 201, answer.content
    return f"{URL}/{answer.json()['id']}"


@pytest.fixture
def tick(clock: Any) -> Any:
    def run(seconds: int) -> None:
        for _ in range(seconds):
            clock.advance(1)
            tasks.fire_experiments()
            tasks.advance_open_injections()

    return run


def test_what_was_done_keeps_what_it_was_done_with(api: APIClient, made: str, tick: Any) -> None:
    tick(60)
    answer = api.patch(made, {"parameters": {"load": 90}, "kind": "cpu-stress"})
    assert (answer.status_code, answer.json()["revision"]) == (200, 2), answer.content
    tick(60)
    later, earlier = api.get(f"{made}/history").json()["results"]
    assert [each["injection"]["parameters"]["load"] for each in (earlier, later)] == [50, 90]
    assert [each["revision"] for each in (earlier, later)] == [1, 2]


def test_versions_say_what_was_changed_when_and_by_whom(api: APIClient, made: str, clock: Any) -> None:
    clock.advance(5)
    api.patch(made, {"name": "slower", "duration_s": 20})
    second, first = api.get(f"{made}/versions").json()["results"]
    assert (first["revision"], first["changed"], first["content"]["name"]) == (1, [], "slow")
    assert (second["revision"], second["changed"]) == (2, ["name", "duration_s"])
    assert (second["created_by"], second["created_at"]) == ("ada", "2025-10-09T08:53:25Z")
    assert first["content"] | {"name": "slower", "duration_s": 20.0} == second["content"]
    assert AuditEntry.objects.get(action="experiment.update").detail["changed"] == ["name", "duration_s"]


def test_a_change_that_changes_nothing_is_no_version(api: APIClient, made: str) -> None:
    body = {"parameters": {"load": 50}, "schedule": EVERY_MINUTE, "name": "slow"}
    assert api.patch(made, body).json()["revision"] == 1
    assert api.patch(made, {}).json()["revision"] == 1
    assert len(api.get(f"{made}/versions").json()["results"]) == 1


def test_the_schedule_is_replaced_as_a_whole(api: APIClient, made: str, tick: Any) -> None:
    at = timezone.now() + timedelta(seconds=90)
    answer = api.patch(made, {"schedule": {"type": "at", "at": at.isoformat()}}).json()
    assert (answer["schedule"]["type"], answer["schedule"]["cron"]) == ("at", "")
    tick(95)
    assert [each.scheduled_for for each in Occurrence.objects.all()] == [at]
    assert api.patch(made, {"schedule": {"cron": "0 9 * * *"}}).status_code == 409, "nothing follows any more"


def test_a_paused_one_stays_paused(api: APIClient, made: str) -> None:
    api.post(f"{made}/pause")
    assert api.patch(made, {"name": "other"}).json()["state"] == "paused"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "rain"}, "kind"),
        ({"kind": "network-delay"}, "parameters.load"),
        ({"parameters": {"load": 500}}, "parameters.load"),
        ({"services": ["nobody"]}, "services"),
        ({"services": []}, "pods"),
        ({"duration_s": 1e9}, "duration_s"),
        ({"schedule": {"type": "cron", "cron": "61 * * * *"}}, "schedule.cron"),
        ({"schedul": EVERY_MINUTE}, "schedul"),
        ({"state": "paused"}, "state"),
    ],
)
def test_a_change_is_checked_as_a_new_one_is(api: APIClient, made: str, body: dict[str, Any], field: str) -> None:
    before = Experiment.objects.values().get()
    answer = api.patch(made, body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert Experiment.objects.values().get() == before


def test_who_has_seen_an_older_one_is_told(api: APIClient, made: str) -> None:
    assert api.patch(made, {"name": "a", "revision": 1}).status_code == 200
    answer = api.patch(made, {"name": "b", "revision": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "experiment.changed_meanwhile")
    assert api.get(made).json()["name"] == "a"


def test_two_at_once_do_not_mix(api: APIClient, made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is written between our look and our write."""
    examine = experiment_changes.targets.examine

    def meanwhile(request: Any) -> Any:
        monkeypatch.setattr(experiment_changes.targets, "examine", examine)
        api.patch(made, {"name": "other"})
        return examine(request)

    monkeypatch.setattr(experiment_changes.targets, "examine", meanwhile)
    assert api.patch(made, {"duration_s": 30}).status_code == 409
    assert api.get(made).json()["name"] == "other"


def test_a_change_between_claim_and_injection_counts(
    api: APIClient, made: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(41)
    plan = occurrences.targets.plan

    def meanwhile(request: Any) -> Any:
        monkeypatch.setattr(occurrences.targets, "plan", plan)
        api.patch(made, {"parameters": {"load": 90}})
        return plan(request)

    monkeypatch.setattr(occurrences.targets, "plan", meanwhile)
    tasks.fire_experiments()
    assert not Injection.objects.exists(), "what was planned is not what is wanted any more"
    tasks.fire_experiments()
    assert Injection.objects.get().parameters["load"] == 90


def test_one_that_is_over_is_not_changed(api: APIClient, made: str) -> None:
    api.post(f"{made}/stop")
    answer = api.patch(made, {"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "experiment.nothing_follows")
