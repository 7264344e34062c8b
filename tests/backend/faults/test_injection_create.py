"""What may be injected: kinds, parameters, targets, durations."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from common.errors import Conflict, Unavailable, UserError
from faults import services
from faults.adapters.fake import FakeFaultDriver
from faults.models import Injection, State, Target
from systems.adapters.fake import FakeSystemDriver


def errors_of(create: Any, **request: Any) -> dict[str, list[str]]:
    with pytest.raises(UserError) as caught:
        create(**request)
    assert Injection.objects.count() == 0
    return caught.value.fields


def test_services_become_named_pods(create: Any) -> None:
    injection = create(services=["cartservice"], pods=["frontend-0", "cartservice-1"])
    assert [str(target) for target in injection.targets.all()] == ["cartservice-0", "cartservice-1", "frontend-0"]
    assert injection.requested == {"services": ["cartservice"], "pods": ["frontend-0", "cartservice-1"]}
    assert injection.state == State.PLANNED


def test_audit_names_who_and_what(create: Any) -> None:
    injection = create()
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action, entry.subject) == ("ada", "injection.create", str(injection.id))
    assert entry.detail["pods"] == ["cartservice-0", "cartservice-1"]


def test_duration_has_a_default(create: Any) -> None:
    assert create(duration_s=None).duration_s == 60


@pytest.mark.parametrize("duration", [0, -1, 3600.5, float("nan"), float("inf")])
def test_duration_is_bounded(create: Any, duration: float) -> None:
    assert "expected 1 to 3600 s" in errors_of(create, duration_s=duration)["duration_s"][0]


@pytest.mark.parametrize(
    ("request_", "field", "message"),
    [
        ({"kind": "pod-fail"}, "kind", "no fault is called 'pod-fail'"),
        ({"kind": "jvm-gc"}, "kind", "no pod runs Java"),
        ({"services": []}, "pods", "at least one pod or service"),
        ({"services": ["nope"]}, "services", "there is no service 'nope'"),
        ({"pods": ["cartservice-9"]}, "pods", "there is no pod 'cartservice-9'"),
        ({"services": ["loadgenerator"]}, "services", "is protected from faults"),
        ({"services": [], "pods": ["loadgenerator-0"]}, "pods", "is protected from faults"),
        ({"parameters": {"x": 1}}, "parameters.x", "no such parameter"),
        (
            {"kind": "network-delay", "parameters": {"latency_ms": 9, "target": "x"}},
            "parameters.target",
            "no service 'x'",
        ),
        (
            {"kind": "http-abort", "parameters": {"status": 14}, "services": ["frontend"]},
            "parameters.status",
            "gRPC code",
        ),
        ({"kind": "http-abort", "parameters": {"status": 503}, "services": ["redis-cart"]}, "pods", "http or grpc"),
    ],
)
def test_errors_name_their_field(create: Any, request_: dict[str, Any], field: str, message: str) -> None:
    errors = errors_of(create, **request_)
    assert list(errors) == [field]
    assert message in errors[field][0]


def test_all_errors_come_at_once(create: Any) -> None:
    errors = errors_of(create, kind="cpu-stress", parameters={"load": 0}, pods=["x"], services=["y"], duration_s=0)
    assert set(errors) == {"parameters.load", "pods", "services", "duration_s"}


def test_one_fault_per_pod_at_a_time(create: Any, advance: Any, clock: Any) -> None:
    first = create(pods=["cartservice-1"], services=[])
    with pytest.raises(Conflict) as caught:
        create(kind="cpu-stress")
    assert str(first.id) in caught.value.fields["pods"][0]
    create(pods=["cartservice-0"], services=[])
    clock.advance(31)
    assert advance(first).state == State.ACTIVE
    clock.advance(61)
    assert advance(first).state == State.RECOVERED
    assert create(pods=["cartservice-1"], services=[]).state == State.PLANNED


def test_database_itself_allows_one_fault_per_pod(create: Any) -> None:
    """For databases where two requests can pass the check at the same time."""
    injection = create(pods=["cartservice-0"], services=[])
    other = Injection.objects.create(
        kind="cpu-stress", duration_s=1, requested_at=injection.requested_at, deadline=injection.deadline
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(injection=other, pod="cartservice-0", service="cartservice", occupied="cartservice-0")


def test_pod_that_does_not_run_can_not_be_hurt(create: Any, system: FakeSystemDriver) -> None:
    system.down.add("cartservice-1")
    with pytest.raises(Conflict) as caught:
        create()
    assert caught.value.fields == {"pods": ["cartservice-1 is failed"]}
    assert create(services=[], pods=["cartservice-0"]).state == State.PLANNED


def test_system_out_of_reach_is_not_the_users_fault(create: Any, system: FakeSystemDriver) -> None:
    system.reachable = False
    with pytest.raises(Unavailable):
        create()
    assert Injection.objects.count() == 0


def test_commit_starts_it(
    create: Any, driver: FakeFaultDriver, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("common.background.app.send_task", lambda name, args: sent.append((name, *args)))
    with django_capture_on_commit_callbacks(execute=True):
        injection = create()
    assert sent == [("faults.tasks.advance_injection", str(injection.id))]
    assert driver.applied == []


def test_stop_is_audited_once(create: Any, user: Any) -> None:
    injection = create()
    for _ in range(3):
        assert services.injection_stop(injection_id=injection.id, by=user).stop_requested
    assert AuditEntry.objects.filter(action="injection.stop").count() == 1
