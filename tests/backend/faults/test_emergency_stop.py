"""The emergency stop: ends everything, blocks everything, whatever is down meanwhile."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from kombu.exceptions import OperationalError
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from common.errors import Conflict
from faults import emergency, tasks
from faults.adapters.fake import FakeFaultDriver
from faults.models import EmergencyStop, Experiment, Injection, Occurrence, State
from faults.ports import Block

URL = "/api/v1/faults/emergency-stop"
SECOND = 1_000_000


@pytest.fixture(autouse=True)
def _all_the_time_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine must not keep the stop from writing down what has ended."""
    monkeypatch.setattr(emergency, "WAIT_S", 60.0)


def stop(api: APIClient, **body: Any) -> dict[str, Any]:
    answer = api.post(URL, {"reason": "smoke"} | body)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def active(create: Any, advance: Any) -> list[Injection]:
    return [advance(create()), advance(create(services=["frontend"], kind="cpu-stress"))]


def test_ends_all_and_writes_it_down_without_a_worker(
    api: APIClient, create: Any, advance: Any, driver: FakeFaultDriver, clock: Any
) -> None:
    running = active(create, advance)
    planned = create(services=["checkoutservice"])
    answer = stop(api)
    assert set(answer["ended"]) == {str(each.id) for each in (*running, planned)}
    assert (answer["ending"], answer["unreachable"], answer["by"]) == ([], "", "ada")
    for injection in running:
        assert {record.end for record in driver.records(str(injection.id))} == {clock.now}
        injection.refresh_from_db()
        assert injection.state == State.RECOVERED
        assert {label.end_reason for label in injection.labels.all()} == {"recovered"}
    planned.refresh_from_db()
    assert (planned.state, planned.error) == (State.RECOVERED, "Stopped before it was applied.")
    assert str(planned.id) not in driver.applied


def test_nothing_begins_until_released(api: APIClient, create: Any, advance: Any, driver: FakeFaultDriver) -> None:
    stop(api)
    with pytest.raises(Conflict, match=r"emergency stop of ada since 2025-10-09 08:53:20 UTC: smoke\. Release"):
        create()
    answer = api.post("/api/v1/faults/injections", {"kind": "cpu-stress", "services": ["frontend"]})
    assert answer.status_code == 409
    assert "smoke" in answer.json()["detail"]
    shown = api.get(URL).json()
    assert (shown["blocked"], shown["by"], shown["reason"]) == (True, "ada", "smoke")
    assert driver.blocked() is not None
    for _ in range(2):
        assert api.post(f"{URL}/release").json() == {
            "blocked": False, "id": None, "by": None, "reason": None, "at": None
        }  # fmt: skip
    assert driver.blocked() is None
    assert advance(create()).state == State.ACTIVE


def test_experiments_do_not_fire_and_say_why(api: APIClient, create: Any, driver: Any, clock: Any) -> None:
    body = {"name": "x", "kind": "cpu-stress", "services": ["frontend"]}
    cron = body | {"schedule": {"type": "cron", "cron": "* * * * *"}}
    assert api.post("/api/v1/faults/experiments", cron).status_code == 201
    stop(api)
    clock.advance(45)
    tasks.fire_experiments()
    assert not Injection.objects.exists()
    assert "emergency stop of ada" in Occurrence.objects.get().reason
    assert api.post("/api/v1/faults/experiments", body).status_code == 409
    assert api.post("/api/v1/faults/preview", body).json()["refusals"][""][0].startswith("Faults are blocked")
    assert Experiment.objects.count() == 1


def test_injection_that_was_checked_before_is_not_applied_after(
    api: APIClient, create: Any, advance: Any, driver: FakeFaultDriver
) -> None:
    """It slips past the stop of open injections, as one that is just being stored may."""
    injection = create()
    stop(api)
    Injection.objects.filter(id=injection.id).update(state=State.PLANNED, stop_requested=False, ended_at=None)
    assert advance(injection).state == State.FAILED
    Injection.objects.filter(id=injection.id).update(state=State.APPLYING)
    assert advance(injection).state == State.FAILED
    assert "emergency stop of ada" in injection.error
    assert driver.applied == []


def test_works_while_the_broker_is_down(
    api: APIClient,
    create: Any,
    advance: Any,
    driver: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def down(name: str, args: Any) -> None:
        raise OperationalError("no broker")

    running = active(create, advance)
    monkeypatch.setattr("common.background.app.send_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        assert len(stop(api)["ended"]) == len(running)


def test_driver_out_of_reach_is_told_later(api: APIClient, create: Any, advance: Any, driver: Any, clock: Any) -> None:
    [injection, _] = active(create, advance)
    driver.reachable = False
    answer = stop(api)
    assert "out of reach" in answer["unreachable"]
    assert str(injection.id) in answer["ending"]
    with pytest.raises(Conflict, match="smoke"):
        create()
    tasks.reconcile_emergency_stop()
    driver.reachable = True
    tasks.reconcile_emergency_stop()
    assert {record.end for record in driver.records(str(injection.id))} == {clock.now}
    assert driver.blocked().reason == "smoke"


def test_release_needs_the_driver(api: APIClient, driver: FakeFaultDriver) -> None:
    stop(api)
    driver.reachable = False
    assert api.post(f"{URL}/release").status_code == 503
    assert api.get(URL).json()["blocked"]


def test_slow_end_is_reported_as_such(
    api: APIClient, create: Any, advance: Any, driver: FakeFaultDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency, "WAIT_S", 0.1)
    driver.recovery = 60 * SECOND
    running = active(create, advance)
    answer = stop(api)
    assert set(answer["ending"]) == {str(each.id) for each in running}
    assert set(Injection.objects.values_list("stop_requested", flat=True)) == {True}
    assert {advance(each).state for each in running} == {State.RECOVERING}


def test_stop_made_at_the_driver_is_taken_over(create: Any, advance: Any, driver: FakeFaultDriver, admin: User) -> None:
    """As by the command line while the web was down."""
    [injection, _] = active(create, advance)
    stop_id = uuid4()
    driver.block(Block(str(stop_id), "web is down", "root at the command line"))
    for _ in range(2):
        tasks.reconcile_emergency_stop()
    taken = EmergencyStop.objects.get()
    assert (taken.id, taken.by, taken.reason) == (stop_id, "root at the command line", "web is down")
    entry = AuditEntry.objects.get(action="emergency_stop.start")
    assert (entry.detail["stopped_by"], entry.detail["reason"]) == ("root at the command line", "web is down")
    assert str(injection.id) in entry.detail["injections"]
    assert advance(injection).state == State.RECOVERED
    with pytest.raises(Conflict, match="web is down"):
        create()
    emergency.emergency_stop_release(by=admin)
    assert driver.blocked() is None


def test_release_of_a_stop_that_only_the_driver_knows(driver: FakeFaultDriver, admin: User) -> None:
    driver.block(Block(str(uuid4()), "r", "cli"))
    emergency.emergency_stop_release(by=admin)
    assert driver.blocked() is None
    tasks.reconcile_emergency_stop()
    assert EmergencyStop.objects.get().released_by == "admin"


def test_released_stop_does_not_come_back(api: APIClient, driver: FakeFaultDriver) -> None:
    """A look that began before the release may block the driver again after it."""
    answer = stop(api)
    api.post(f"{URL}/release")
    driver.block(Block(answer["id"], "smoke", "ada"))
    tasks.reconcile_emergency_stop()
    assert driver.blocked() is None


def test_release_leaves_a_newer_stop_alone(driver: FakeFaultDriver) -> None:
    driver.block(Block("old", "r", "a"))
    driver.block(Block("new", "r", "b"))
    driver.unblock("old")
    assert driver.blocked() is not None


def test_repeated_call_is_one_stop(api: APIClient, driver: FakeFaultDriver) -> None:
    stop_id = str(uuid4())
    assert [stop(api, id=stop_id)["id"] for _ in range(3)] == [stop_id] * 3
    assert EmergencyStop.objects.get().id == UUID(stop_id)
    entry = AuditEntry.objects.get(action="emergency_stop.start")
    assert (entry.actor_name, entry.detail["reason"]) == ("ada", "smoke")


def test_reason_is_asked_for(api: APIClient, driver: FakeFaultDriver) -> None:
    for body in ({}, {"reason": ""}, {"reason": "x" * 401}):
        assert list(api.post(URL, body).json()["errors"]) == ["reason"]
    assert driver.blocked() is None


def test_a_driver_out_of_reach_is_one_line_of_the_log(
    driver: FakeFaultDriver, caplog: pytest.LogCaptureFixture
) -> None:
    driver.reachable = False
    tasks.reconcile_emergency_stop()
    (entry,) = [entry for entry in caplog.records if entry.name == emergency.logger.name]
    assert (entry.levelname, entry.exc_info) == ("WARNING", None)
