"""Experiments: when they fire, what keeps them from it, and what users do with them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from faults import occurrences, tasks
from faults.adapters.fake import FakeFaultDriver
from faults.models import Experiment, ExperimentState, Injection, Label, Occurrence, State

URL = "/api/v1/faults/experiments"
ASKED = {"name": "slow", "kind": "cpu-stress", "services": ["cartservice"], "duration_s": 10}
EVERY_MINUTE = {"type": "cron", "cron": "* * * * *", "time_zone": "UTC"}
# The test clock begins at 08:53:20.


@pytest.fixture
def make(api: APIClient, create: Any) -> Any:
    """`create` has set Django's clock."""

    def run(**change: Any) -> Experiment:
        answer = api.post(URL, ASKED | change)
        assert answer.status_code == 201, answer.content
        return Experiment.objects.get(id=answer.json()["id"])

    return run


@pytest.fixture
def tick(clock: Any) -> Any:
    """Let time pass as with a platform that is up: all that runs by the clock, each second."""

    def run(seconds: int = 1) -> None:
        for _ in range(seconds):
            clock.advance(1)
            tasks.fire_experiments()
            tasks.advance_open_injections()

    return run


def history(experiment: Experiment) -> list[tuple[str, str]]:
    found = experiment.occurrences.order_by("scheduled_for")
    return [(f"{each.scheduled_for:%H:%M:%S}", each.outcome) for each in found]


def test_now_fires_once_and_finishes(make: Any, tick: Any) -> None:
    experiment = make()
    tick(3)
    injection = Injection.objects.get()
    assert (injection.experiment, injection.created_by.username) == (experiment, "ada")
    assert injection.scheduled_for == experiment.occurrences.get().scheduled_for
    experiment.refresh_from_db()
    assert (experiment.state, experiment.next_at) == (ExperimentState.SCHEDULED, None)
    tick(15)
    experiment.refresh_from_db()
    assert experiment.state == ExperimentState.FINISHED
    assert Injection.objects.count() == 1


def test_at_fires_at_its_time(make: Any, tick: Any, clock: Any) -> None:
    at = timezone.now() + timedelta(seconds=20)
    experiment = make(schedule={"type": "at", "at": at.isoformat()})
    tick(18)
    assert history(experiment) == []
    tick(4)
    assert [outcome for _, outcome in history(experiment)] == ["injected"]
    tick(20)
    experiment.refresh_from_db()
    assert experiment.state == ExperimentState.FINISHED


def test_cron_fires_each_time_once(make: Any, tick: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    tick(130)
    assert history(experiment) == [("08:54:00", "injected"), ("08:55:00", "injected")]
    assert Injection.objects.count() == 2
    experiment.refresh_from_db()
    assert f"{experiment.next_at:%H:%M}" == "08:56"


def test_busy_pod_skips_the_occurrence_with_the_reason(make: Any, tick: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE, duration_s=90)
    tick(130)
    assert history(experiment) == [("08:54:00", "injected"), ("08:55:00", "skipped")]
    assert "has a cpu-stress until" in experiment.occurrences.get(outcome="skipped").reason
    assert AuditEntry.objects.filter(action="experiment.skip", subject=str(experiment.id)).count() == 1


def test_missed_occurrences_are_skipped_not_made_up_for(make: Any, tick: Any, clock: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    clock.advance(3632)  # the platform was down
    tick(2)
    assert history(experiment) == [("08:54:00", "skipped")]
    assert "So were 59 more after it" in experiment.occurrences.get().reason
    assert not Injection.objects.exists()
    tick(60)
    assert [outcome for _, outcome in history(experiment)] == ["skipped", "injected"]


def test_a_little_late_is_in_time(make: Any, tick: Any, clock: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    clock.advance(60)
    tick()
    assert history(experiment) == [("08:54:00", "injected")]


def test_double_delivery_injects_once(make: Any, clock: Any) -> None:
    make(schedule=EVERY_MINUTE)
    clock.advance(45)
    for _ in range(4):
        tasks.fire_experiments()
    assert (Occurrence.objects.count(), Injection.objects.count()) == (1, 1)


def test_crash_after_the_claim_is_caught_up(make: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    clock.advance(41)
    occurrences._claim(experiment.id)  # and then the worker dies
    assert history(experiment) == [("08:54:00", "pending")]
    tasks.fire_experiments()
    tasks.fire_experiments()
    assert history(experiment) == [("08:54:00", "injected")]
    assert Injection.objects.count() == 1


def test_crash_after_the_claim_found_too_late_is_skipped(make: Any, clock: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    clock.advance(41)
    occurrences._claim(experiment.id)
    clock.advance(40)
    tasks.fire_experiments()
    assert history(experiment) == [("08:54:00", "skipped")]
    assert not Injection.objects.exists()


def test_outage_is_waited_for_then_skipped(make: Any, tick: Any, driver: FakeFaultDriver, system: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    system.reachable = False
    tick(50)
    assert history(experiment) == [("08:54:00", "pending")]
    system.reachable = True
    tick()
    assert history(experiment) == [("08:54:00", "injected")]
    system.reachable = False
    tick(85)
    assert history(experiment)[1:] == [("08:55:00", "skipped")]


def test_clock_set_back_doubles_nothing_and_loses_nothing(make: Any, tick: Any, clock: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    tick(60)
    clock.advance(-30)  # before the occurrence that has been
    tick(40)
    assert history(experiment) == [("08:54:00", "injected")]
    clock.advance(7200)  # far ahead, and corrected
    tick(2)
    clock.advance(-7200)
    tick(120)
    found = dict(history(experiment))
    assert (found["08:55:00"], found["08:56:00"]) == ("skipped", "injected"), "missed, as far as anyone could know"
    assert Injection.objects.count() == 2


def test_pause_and_resume(api: APIClient, make: Any, tick: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    for _ in range(2):
        assert api.post(f"{URL}/{experiment.id}/pause").json()["state"] == "paused"
    tick(200)
    assert history(experiment) == []
    for _ in range(2):
        answer = api.post(f"{URL}/{experiment.id}/resume").json()
    assert (answer["state"], answer["schedule"]["next_at"]) == ("scheduled", "2025-10-09T08:57:00Z")
    tick(60)
    assert history(experiment) == [("08:57:00", "injected")]
    actions = AuditEntry.objects.filter(subject=str(experiment.id)).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["experiment.create", "experiment.pause", "experiment.resume"]


def test_at_that_fell_into_a_pause_is_skipped(api: APIClient, make: Any, tick: Any) -> None:
    experiment = make(schedule={"type": "at", "at": (timezone.now() + timedelta(seconds=20)).isoformat()})
    api.post(f"{URL}/{experiment.id}/pause")
    tick(30)
    api.post(f"{URL}/{experiment.id}/resume")
    tick(2)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.occurrences.get().outcome) == (ExperimentState.FINISHED, "skipped")


def test_pause_between_claim_and_injection_wins(api: APIClient, make: Any, clock: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE)
    clock.advance(41)
    occurrences._claim(experiment.id)
    api.post(f"{URL}/{experiment.id}/pause")
    tasks.fire_experiments()
    assert history(experiment) == [("08:54:00", "skipped")]


def test_stop_ends_its_fault_and_its_future(api: APIClient, make: Any, tick: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE, duration_s=600)
    tick(45)
    assert Injection.objects.get().state == State.ACTIVE
    for _ in range(2):
        answer = api.post(f"{URL}/{experiment.id}/stop")
        assert (answer.status_code, answer.json()["state"]) == (202, "stopped")
    tick(120)
    assert Injection.objects.get().state in (State.RECOVERED, State.RECOVERY_FAILED, State.RECOVERING)
    assert Injection.objects.get().stop_requested
    for action in ("pause", "resume"):
        assert api.post(f"{URL}/{experiment.id}/{action}").status_code == 409


def test_delete_keeps_what_happened(api: APIClient, make: Any, tick: Any) -> None:
    experiment = make()
    tick(3)
    assert api.delete(f"{URL}/{experiment.id}").status_code == 409
    injection = Injection.objects.get()
    tick(20)
    injection.refresh_from_db()
    assert api.delete(f"{URL}/{experiment.id}").status_code == 204
    injection.refresh_from_db()
    assert injection.experiment is None
    assert Label.objects.filter(injection=injection).count() == 2
    assert api.get(f"{URL}/{experiment.id}").status_code == 404
    tick(2)


def test_history_over_the_api(api: APIClient, make: Any, tick: Any) -> None:
    experiment = make(schedule=EVERY_MINUTE, duration_s=90)
    tick(130)
    skipped, injected = api.get(f"{URL}/{experiment.id}/history").json()["results"]
    assert (skipped["outcome"], skipped["injection"]) == ("skipped", None)
    assert (injected["outcome"], injected["injection"]["experiment"]) == ("injected", str(experiment.id))
    assert injected["injection"]["targets"] == ["cartservice-0", "cartservice-1"]


def test_list_shows_newest_first(api: APIClient, make: Any, clock: Any) -> None:
    made = []
    for name in "abc":
        made.append(make(name=name, schedule=EVERY_MINUTE).name)
        clock.advance(1)
    assert [each["name"] for each in api.get(URL).json()["results"]] == made[::-1]


def test_creation_refuses_what_waiting_does_not_change(api: APIClient, create: Any) -> None:
    body = ASKED | {"kind": "pod-kill", "schedule": EVERY_MINUTE}
    assert api.post(URL, body).status_code == 409
    assert api.post(URL, body | {"allow_last_replica": True}).status_code == 201
    create()  # pods busy now need not be busy then
    assert api.post(URL, ASKED | {"schedule": EVERY_MINUTE}).status_code == 201
    assert api.post(URL, ASKED).status_code == 409


def test_broken_experiment_does_not_hold_up_others(make: Any, tick: Any) -> None:
    broken, sound = make(name="broken", schedule=EVERY_MINUTE), make(schedule=EVERY_MINUTE, services=["frontend"])
    Experiment.objects.filter(id=broken.id).update(requested={})
    tick(45)
    assert history(sound) == [("08:54:00", "injected")]


def test_unknown_experiment_is_404(api: APIClient, driver: FakeFaultDriver) -> None:
    unknown = "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77"
    assert api.get(f"{URL}/{unknown}").status_code == api.get(f"{URL}/{unknown}/history").status_code == 404
    assert {api.post(f"{URL}/{unknown}/{action}").status_code for action in ("pause", "resume", "stop")} == {404}


def test_summer_time_is_kept(make: Any, clock: Any, tick: Any) -> None:
    """08:53 UTC is 10:53 in Paris that day; 11:00 there is due in 7 minutes, not in 2 hours."""
    schedule = {"type": "cron", "cron": "0 11 * * *", "time_zone": "Europe/Paris"}
    assert make(schedule=schedule).next_at == datetime(2025, 10, 9, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "path"),
    [
        ({"cron": "0 9 * * *"}, "schedule.cron"),
        ({"type": "now", "at": "2030-01-05T09:00:00Z"}, "schedule.at"),
        ({"type": "at", "at": "2030-01-05T09:00:00Z", "cron": "0 9 * * *"}, "schedule.cron"),
        ({"type": "at", "at": "2030-01-05T09:00:00Z", "time_zone": "Europe/Paris"}, "schedule.time_zone"),
        ({"type": "cron", "cron": "0 9 * * *", "at": "2030-01-05T09:00:00Z"}, "schedule.at"),
    ],
)
def test_what_belongs_to_another_type_of_schedule_is_not_dropped(
    schedule: dict[str, str], path: str, api: APIClient, driver: FakeFaultDriver
) -> None:
    """Without its type a cron would have been due now."""
    body = {"name": "x", "kind": "cpu-stress", "services": ["frontend"], "schedule": schedule}
    answer = api.post(URL, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [path])
    assert not Experiment.objects.exists()
