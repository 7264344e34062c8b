"""Several workers and requests at once, on a real database file."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connection

from accounts.models import AuditEntry
from common.errors import Conflict
from faults import lifecycle, services
from faults.adapters.fake import FakeFaultDriver
from faults.models import Injection, Label, State, Target
from faults.targets import InjectionRequest

T = TypeVar("T")
WORKERS = 6

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faults.services.enqueue", lambda *_: None)


def at_once(call: Callable[[], T]) -> list[T]:
    """The call from several threads; each with a connection of its own, which it closes."""

    def run(_: int) -> T:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def asked(**overrides: Any) -> InjectionRequest:
    default = {"kind": "pod-failure", "services": ["cartservice"], "duration_s": 60, "allow_last_replica": True}
    return InjectionRequest(**default | overrides)


def test_one_of_many_requests_gets_the_pod(driver: FakeFaultDriver, user: User) -> None:
    def create() -> str:
        try:
            services.injection_create(request=asked(), by=user)
        except Conflict:
            return "conflict"
        return "created"

    assert sorted(at_once(create)) == ["conflict"] * (WORKERS - 1) + ["created"]
    assert Target.objects.filter(occupied__isnull=False).count() == 2
    assert AuditEntry.objects.filter(action="injection.create").count() == 1


def test_many_workers_do_what_one_would(driver: FakeFaultDriver, user: User) -> None:
    injection = services.injection_create(request=asked(duration_s=1), by=user)

    def advance() -> None:
        lifecycle.injection_advance(injection_id=injection.id)

    at_once(advance)
    injection.refresh_from_db()
    assert injection.state in (State.APPLYING, State.ACTIVE)
    services.injection_stop(injection_id=injection.id, by=user)
    for _ in range(3):
        at_once(advance)
    injection.refresh_from_db()
    assert injection.state == State.RECOVERED
    assert Label.objects.filter(end__isnull=False).count() == 2
    moves = AuditEntry.objects.filter(actor=None).order_by("id").values_list("action", flat=True)
    assert [move.removeprefix("injection.") for move in moves] in (
        ["applying", "active", "recovering", "recovered"],
        ["applying", "recovering", "recovered"],
    )


def test_stop_and_advance_at_once_leave_no_fault_behind(driver: FakeFaultDriver, user: User) -> None:
    for _ in range(5):
        injection = services.injection_create(request=asked(), by=user)
        calls = [
            lambda: services.injection_stop(injection_id=injection.id, by=user),  # noqa: B023  used within the loop
            lambda: lifecycle.injection_advance(injection_id=injection.id),  # noqa: B023
        ] * 3
        at_once(lambda: calls.pop()())  # noqa: B023
        lifecycle.injection_advance(injection_id=injection.id)
        injection.refresh_from_db()
        assert injection.state == State.RECOVERED
        assert all(record.end is not None for record in driver.records(str(injection.id)))
        assert not Target.objects.filter(occupied__isnull=False).exists()
    assert Injection.objects.count() == 5
