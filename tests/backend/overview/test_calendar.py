"""The calendar: what is planned, runs, has been and was skipped, with what is left out said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.models import Step, StepState
from faults import tasks
from faults.models import Experiment, Injection
from overview import calendar as module
from tests.backend.campaigns.conftest import CASCADE, World

URL = "/api/v1/faults/calendar"
EXPERIMENTS = "/api/v1/faults/experiments"
ASKED = {"name": "slow", "kind": "cpu-stress", "services": ["cartservice"], "duration_s": 10}
# The test clock begins at 08:53:20 on 9 October 2025.


def entries(api: APIClient, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(URL, {name.rstrip("_"): value for name, value in query.items()})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def plan(api: APIClient, **change: Any) -> str:
    answer = api.post(EXPERIMENTS, ASKED | change)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def cron(expression: str, zone: str = "UTC") -> dict[str, Any]:
    return {"schedule": {"type": "cron", "cron": expression, "time_zone": zone}}


def test_cron_is_expanded_in_its_own_zone(api: APIClient, create: Any) -> None:
    """Clocks are set back on 26 October 2025 in Paris: nine o'clock there is 7 and then 8 in UTC."""
    plan(api, **cron("0 9 * * *", "Europe/Paris"))
    found = entries(api, from_="2025-10-25T00:00:00Z", to="2025-10-27T00:00:00Z")
    assert [each["start"] for each in found] == ["2025-10-25T07:00:00Z", "2025-10-26T08:00:00Z"]
    assert {each["state"] for each in found} == {"planned"}
    assert found[0]["end"] == "2025-10-25T07:00:10Z"
    assert (found[0]["title"], found[0]["services"], found[0]["created_by"]) == ("slow", ["cartservice"], "ada")


def test_what_is_too_much_is_said(api: APIClient, create: Any) -> None:
    often, seldom = plan(api, **cron("* * * * *")), plan(api, name="seldom", **cron("0 0 * * *"))
    body = api.get(URL, {"from": "2025-10-09T00:00:00Z", "to": "2025-11-09T00:00:00Z"}).json()
    of = {each: [entry for entry in body["entries"] if entry["experiment"] == each] for each in (often, seldom)}
    assert (len(of[often]), len(of[seldom])) == (module.MOST_OF_AN_EXPERIMENT, 30)
    [left_out] = body["left_out"]
    assert (left_out["experiment"], left_out["title"]) == (often, "slow")
    assert left_out["after"] == of[often][-1]["start"]


def test_a_far_window_begins_within_itself(api: APIClient, create: Any) -> None:
    plan(api, **cron("* * * * *"))
    found = entries(api, from_="2026-06-01T12:00:00Z", to="2026-06-01T12:03:00Z")
    assert [each["start"][11:16] for each in found] == ["12:00", "12:01", "12:02"]


def test_one_goes_from_planned_to_running_to_past(api: APIClient, create: Any, clock: Any) -> None:
    plan(api, schedule={"type": "at", "at": (timezone.now() + timedelta(seconds=20)).isoformat()})
    seen = []
    for _ in range(50):
        clock.advance(1)
        tasks.fire_experiments()
        tasks.advance_open_injections()
        [entry] = entries(api)
        if not seen or seen[-1] != (entry["state"], entry["start_measured"], entry["end_measured"]):
            seen.append((entry["state"], entry["start_measured"], entry["end_measured"]))
    assert seen == [("planned", False, False), ("running", True, False), ("past", True, True)]
    assert (entry["origin"], entry["title"]) == ("experiment", "slow")
    assert entry["pods"] == ["cartservice-0", "cartservice-1"]


def test_what_was_skipped_says_why(api: APIClient, create: Any, clock: Any) -> None:
    create(kind="cpu-stress", duration_s=600)
    plan(api, **cron("54 8 * * *"))
    clock.advance(45)
    tasks.fire_experiments()
    [skipped] = entries(api, state="skipped")
    assert "has a cpu-stress until" in skipped["reason"]
    assert (skipped["start"], skipped["end"]) == ("2025-10-09T08:54:00Z", None)


def test_paused_and_stopped_ones_plan_nothing(api: APIClient, create: Any) -> None:
    for action in ("pause", "stop"):
        api.post(f"{EXPERIMENTS}/{plan(api, **cron('0 9 * * *'))}/{action}")
    assert entries(api) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"kind": "cpu-stress"}, 2),
        ({"service": "frontend"}, 2),
        ({"service": ["frontend", "cartservice"]}, 3),
        ({"created_by": "ada"}, 3),
        ({"created_by": "grace"}, 0),
        ({"state": "running"}, 1),
        ({"state": ["running", "planned"]}, 3),
        ({"origin": "user"}, 1),
        ({"origin": "campaign"}, 0),
        ({"origin": "experiment", "kind": "pod-failure"}, 0),
    ],
)
def test_entries_are_found(api: APIClient, create: Any, query: dict[str, Any], count: int) -> None:
    create(services=["cartservice"])
    plan(api, services=[], pods=["frontend-0"], **cron("0 0 * * *"))
    plan(api, services=["frontend"], **cron("0 1 * * *"))
    window = {"from": "2025-10-09T00:00:00Z", "to": "2025-10-10T12:00:00Z"}
    assert len(api.get(URL, window | query).json()["entries"]) == count


def test_what_began_before_the_window_and_lasts_into_it_is_in_it(api: APIClient, create: Any, clock: Any) -> None:
    create(duration_s=600)
    now = timezone.now()
    clock.advance(300)
    assert len(entries(api, from_=(now + timedelta(seconds=100)).isoformat())) == 1
    assert entries(api, from_="2025-10-01T00:00:00Z", to=now.isoformat()) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2025-10-09T00:00:00Z", "to": "2025-10-09T00:00:00Z"}, "to"),
        ({"from": "2025-10-09T00:00:00Z", "to": "2027-10-09T00:00:00Z"}, "to"),
        ({"from": "9999-12-31T00:00:00Z"}, "from"),
        ({"kind": "rain"}, "kind.0"),
        ({"state": "late"}, "state.0"),
        ({"limit": "5"}, "limit"),
    ],
)
def test_a_wrong_window_is_refused(api: APIClient, query: dict[str, str], field: str) -> None:
    answer = api.get(URL, query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_a_window_may_end_before_now(api: APIClient, driver: Any) -> None:
    body = api.get(URL, {"to": "2020-01-05T00:00:00Z"}).json()
    assert (body["from"], body["entries"]) == ("2020-01-04T00:00:00Z", [])


def test_the_rows_that_are_shown_are_the_latest(
    api: APIClient,
    driver: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    for number in range(4):
        moment = at + timedelta(minutes=number)
        Injection.objects.create(
            kind="pod-kill", requested_at=moment, deadline=moment, ended_at=moment, state="failed", duration_s=1.0
        )
    body = api.get(URL, {"from": "2026-01-05T00:00:00Z", "to": "2026-01-06T00:00:00Z"}).json()
    assert [each["start"][14:16] for each in body["entries"]] == ["02", "03"]
    [left_out] = body["left_out"]
    assert (left_out["state"], left_out["before"]) == ("past", "2026-01-05T09:02:00Z")


def test_the_steps_of_a_campaign_are_where_they_will_be(api: APIClient, world: World) -> None:
    """As nothing has to wait in it, each step begins when it was expected to from the start."""
    world.start(matrix=[{"fault": "cpu-stress", "services": ["frontend"]}, CASCADE])
    world.tick(0)
    expected = {each["campaign_step"]: each for each in entries(api, origin="campaign")}
    assert [each["state"] for each in expected.values()] == ["planned"] * 3
    assert [each["kind"] for each in expected.values()] == ["cpu-stress", "cpu-stress", "pod-failure"]
    assert {each["title"] for each in expected.values()} == {"small"}
    campaign = world.until_state(Step.objects.all()[0].campaign, "completed")
    assert [step.state for step in campaign.steps.all()] == [StepState.DONE] * 3
    for entry in entries(api, origin="campaign"):
        assert (entry["state"], entry["campaign"]) == ("past", str(campaign.id))
        before = datetime.fromisoformat(expected[entry["campaign_step"]]["start"])
        assert abs(datetime.fromisoformat(entry["start"]) - before) <= timedelta(seconds=6), entry


def test_steps_that_were_skipped_say_why(api: APIClient, world: World) -> None:
    world.sick(error_ratio=0.9)
    campaign = world.start()
    world.until_state(campaign, "completed")
    found = entries(api, state="skipped")
    assert [each["kind"] for each in found] == ["pod-failure", "cpu-stress"]
    assert all("not steady" in each["reason"] for each in found)


def test_a_system_out_of_reach_hides_nothing(api: APIClient, create: Any, system: Any) -> None:
    plan(api, services=[], pods=["frontend-0"], **cron("0 0 * * *"))
    system.reachable = False
    assert len(entries(api, to=(timezone.now() + timedelta(days=1)).isoformat())) == 1
    assert Experiment.objects.count() == 1
