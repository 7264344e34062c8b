"""What speaks against a fault: when it is ordered, when it is applied, and in the preview."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from common.errors import Conflict
from faults.adapters.fake import FakeFaultDriver
from faults.guards import TAKES_DOWN
from faults.models import Experiment, Injection, PodQuarantine, State
from systems.adapters.fake import FakeSystemDriver

URL = "/api/v1/faults"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def refused(create: Any, **request: Any) -> str:
    with pytest.raises(Conflict) as caught:
        create(**{"allow_last_replica": False} | request)
    return " ".join(caught.value.fields["pods"])


@pytest.mark.parametrize("kind", sorted(TAKES_DOWN))
def test_last_ready_pod_stays_unless_asked_for(create: Any, kind: str) -> None:
    message = refused(create, kind=kind, services=["frontend"])
    assert "would leave frontend without a ready pod; set allow_last_replica" in message
    assert create(kind=kind, services=["frontend"]).state == State.PLANNED


def test_one_of_two_may_go_both_may_not(create: Any) -> None:
    assert "without a ready pod" in refused(create)
    create(services=[], pods=["cartservice-0"], allow_last_replica=False)
    assert "without a ready pod" in refused(create, services=[], pods=["cartservice-1"])


def test_pod_that_is_not_ready_counts_for_nothing(create: Any, system: FakeSystemDriver) -> None:
    system.down.add("cartservice-1")
    assert "without a ready pod" in refused(create, services=[], pods=["cartservice-0"])


def test_kinds_that_leave_the_pod_working_are_free(create: Any) -> None:
    assert create(kind="cpu-stress", allow_last_replica=False).state == State.PLANNED


def test_guard_is_asked_again_when_it_is_applied(
    create: Any, advance: Any, system: FakeSystemDriver, driver: FakeFaultDriver
) -> None:
    injection = create(services=[], pods=["cartservice-0"], allow_last_replica=False)
    system.down.add("cartservice-1")
    assert advance(injection).state == State.FAILED
    assert "without a ready pod" in injection.error
    assert driver.applied == []


def test_of_two_that_passed_together_the_later_gives_way(create: Any, advance: Any, clock: Any) -> None:
    """As when two requests were checked at the same moment."""
    first = create(services=[], pods=["cartservice-0"], allow_last_replica=False)
    clock.advance(1)
    second = create(services=[], pods=["cartservice-1"])
    Injection.objects.filter(id=second.id).update(allow_last_replica=False)
    assert advance(second).state == State.FAILED
    assert advance(first).state == State.ACTIVE


def test_system_out_of_reach_when_applied_is_waited_for(create: Any, advance: Any, system: FakeSystemDriver) -> None:
    injection = create()
    system.reachable = False
    assert advance(injection).state == State.PLANNED
    system.reachable = True
    assert advance(injection).state == State.ACTIVE


def test_what_could_not_begin_in_time_does_not_begin(create: Any, advance: Any, driver: Any, clock: Any) -> None:
    injection = create()
    driver.reachable = False
    advance(injection)
    clock.advance(61)
    driver.reachable = True
    assert advance(injection).state == State.FAILED
    assert "could not begin in time" in injection.error
    assert driver.applied == []


def test_quarantine_refuses_until_cleared(api: APIClient, create: Any, advance: Any) -> None:
    planned = create(services=[], pods=["cartservice-0"])
    PodQuarantine.objects.create(pod="cartservice-0", reason="it is still slow", since=NOW, injection=planned)
    assert advance(planned).state == State.FAILED
    assert "it is still slow" in refused(create, kind="cpu-stress")
    [shown] = api.get(f"{URL}/quarantine").json()
    assert (shown["pod"], shown["reason"], shown["cleared_at"]) == ("cartservice-0", "it is still slow", None)
    for _ in range(2):
        assert api.post(f"{URL}/quarantine/cartservice-0/clear").json()["cleared_by"] == "ada"
    assert api.get(f"{URL}/quarantine").json() == []
    assert create(kind="cpu-stress").state == State.PLANNED
    assert AuditEntry.objects.filter(action="quarantine.clear").count() == 1
    assert api.post(f"{URL}/quarantine/frontend-0/clear").status_code == 404


def test_preview_names_pods_and_occurrences_and_does_nothing(api: APIClient, driver: FakeFaultDriver) -> None:
    body = {
        "kind": "cpu-stress",
        "services": ["cartservice"],
        "pods": ["frontend-0"],
        "schedule": {"type": "cron", "cron": "0 2 * * *", "time_zone": "Europe/Paris"},
        "count": 2,
    }
    answer = api.post(f"{URL}/preview", body)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert [pod["name"] for pod in found["pods"]] == ["cartservice-0", "cartservice-1", "frontend-0"]
    assert (found["possible"], found["refusals"]) == (True, {})
    assert (found["parameters"], found["duration_s"]) == ({"workers": 1, "load": 100}, 60)
    assert len(found["occurrences"]) == 2
    assert not Injection.objects.exists()
    assert not Experiment.objects.exists()
    assert not AuditEntry.objects.exists()
    assert driver.applied == []


def test_preview_has_every_reason_at_once(api: APIClient, create: Any, system: FakeSystemDriver) -> None:
    create(services=["frontend"])
    system.down.add("cartservice-1")
    PodQuarantine.objects.create(pod="cartservice-1", reason="slow", since=NOW)
    body = {
        "kind": "pod-kill",
        "services": ["cartservice", "nope", "loadgenerator"],
        "pods": ["frontend-0"],
        "parameters": {"grace_period_s": -1},
        "duration_s": 0,
        "schedule": {"type": "now"},
    }
    refusals = api.post(f"{URL}/preview", body).json()["refusals"]
    assert set(refusals) == {"parameters.grace_period_s", "duration_s", "services", "pods"}
    assert len(refusals["services"]) == 2
    pods = " ".join(refusals["pods"])
    for reason in ("quarantine: slow", "leave cartservice without", "cartservice-1 is failed", "has a pod-failure"):
        assert reason in pods


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nope"}, "kind"),
        ({"kind": "jvm-gc"}, "kind"),
        ({"schedule": {"type": "cron", "cron": "nonsense"}}, "schedule.cron"),
        ({"schedule": {"type": "at"}}, "schedule.at"),
        ({"schedule": {"type": "at", "at": "2001-01-01T00:00:00Z"}}, "schedule.at"),
    ],
)
def test_preview_names_fields_as_creation_does(
    api: APIClient, driver: FakeFaultDriver, change: dict[str, Any], field: str
) -> None:
    body = {"kind": "cpu-stress", "services": ["cartservice"], "name": "x"} | change
    assert list(api.post(f"{URL}/preview", body).json()["refusals"]) == [field]
    answer = api.post(f"{URL}/experiments", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
