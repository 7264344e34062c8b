"""The recovery check: ready and back in the band of before, or failed, loudly, and kept from further faults."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from common.errors import UserError
from faults import services as faults
from faults.effects import services
from faults.models import Injection, Label, PodQuarantine, Recovery, State
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.faults.generated import BEFORE_S, END, FAULT_S, POD, SECOND, START, Harm, Shop

DELAY: dict[str, Any] = {"kind": "network-delay", "parameters": {"latency_ms": 300}}


class Live(FakeTelemetry):
    """As much of it as has arrived by the test's clock."""

    def __init__(self, source: FakeTelemetry, clock: Callable[[], int]) -> None:
        super().__init__(spans=source._spans, samples=source._samples)
        self._clock = clock

    def _rows(self, table: Any) -> Any:
        return [row for row in super()._rows(table) if row.timestamp <= self._clock()]


@pytest.fixture
def begin(create: Any, advance: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Injection]:
    """An injection on cartservice-0 from START, at its END."""

    def run(shop: Shop | None, **asked: Any) -> Injection:
        source = Live(shop.telemetry(), clock) if shop else FakeTelemetry()
        monkeypatch.setattr(services, "telemetry_source", lambda: source)
        clock.now = START
        injection = advance(create(**(DELAY | asked), services=[], pods=[POD], duration_s=20.0))
        assert injection.state == State.ACTIVE
        clock.now = END
        return injection

    return run


def until_over(injection: Injection, advance: Any, clock: Any) -> float:
    """Seconds from END to its final state, looking once a second."""
    for _ in range(60):
        if not advance(injection).is_open:
            return (clock.now - END) / SECOND
        clock.advance(1)
    raise AssertionError(f"still {injection.state}")


def test_verified_as_soon_as_three_seconds_are_in_band(begin: Any, advance: Any, clock: Any) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300)))
    took = until_over(injection, advance, clock)
    assert (injection.state, injection.recovery) == (State.RECOVERED, Recovery.VERIFIED)
    assert 2 <= took <= 6
    assert injection.recovery_detail == "pods are ready and their KPIs are back in the band of before"


def busy_after(ms: float) -> Callable[[int], float]:
    return lambda second: ms if second >= BEFORE_S + FAULT_S else 0.0


def test_a_machine_that_got_slow_is_not_a_pod_that_stays_hurt(begin: Any, advance: Any, clock: Any) -> None:
    """Calls that have nothing to do with the pod slowed just as much."""
    injection = begin(Shop(1, Harm(delay_ms=300), seconds=120, wait_ms=busy_after(80)))
    took = until_over(injection, advance, clock)
    assert (injection.state, injection.recovery) == (State.RECOVERED, Recovery.VERIFIED)
    assert took == services.RECOVERY_LIMIT / SECOND, "it may calm down"
    assert "the machine is strained, not the pod" in injection.recovery_detail
    assert "uninvolved services slowed just as much: adservice 5 -> " in injection.recovery_detail
    assert not PodQuarantine.objects.exists()


def test_a_pod_that_stays_hurt_on_a_machine_that_got_slow_has_not_recovered(
    begin: Any, advance: Any, clock: Any
) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=900), seconds=120, wait_ms=busy_after(40)))
    until_over(injection, advance, clock)
    assert injection.state == State.RECOVERY_FAILED
    assert "latency of calls to and from the pod" in injection.recovery_detail


def test_a_system_that_was_restarted_is_not_that_of_before(begin: Any, advance: Any, clock: Any, system: Any) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=200), seconds=120))
    system.started = END
    assert until_over(injection, advance, clock) == 0
    assert injection.recovery == Recovery.VERIFIED
    assert "the whole system was restarted meanwhile" in injection.recovery_detail


def test_its_pods_take_no_other_fault_before(begin: Any, advance: Any, create: Any) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300)))
    assert advance(injection).state == State.RECOVERING
    with pytest.raises(UserError):
        create(services=[], pods=[POD])


def test_what_stays_slow_has_not_recovered(
    begin: Any, advance: Any, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=200), seconds=120))
    with caplog.at_level(logging.ERROR):
        took = until_over(injection, advance, clock)
    assert took == services.RECOVERY_LIMIT / SECOND
    assert (injection.state, injection.recovery) == (State.RECOVERY_FAILED, Recovery.FAILED)
    assert f"{POD}: latency of calls to and from the pod" in injection.recovery_detail
    assert "did not recover" in caplog.text
    assert AuditEntry.objects.filter(action="injection.recovery_failed", subject=str(injection.id)).exists()
    assert AuditEntry.objects.get(action="pod.quarantine").detail["pods"] == [POD]


def test_a_pod_that_did_not_recover_refuses_new_faults_until_cleared(
    begin: Any, advance: Any, clock: Any, create: Any
) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=200), seconds=120))
    until_over(injection, advance, clock)
    kept = PodQuarantine.objects.get()
    assert (kept.pod, kept.injection, kept.cleared_at) == (POD, injection, None)
    with pytest.raises(UserError):
        create(services=[], pods=[POD])
    assert create(services=[], pods=["frontend-0"], kind="cpu-stress").state == State.PLANNED


def test_a_pod_that_is_not_ready_has_not_recovered(begin: Any, advance: Any, clock: Any, system: Any) -> None:
    injection = begin(Shop(1, Harm(down=True)), kind="pod-failure", parameters={})
    system.down = {POD}
    until_over(injection, advance, clock)
    assert (injection.state, injection.recovery_detail) == (State.RECOVERY_FAILED, f"not ready: {POD}")


def test_a_pod_that_takes_its_time_recovers(begin: Any, advance: Any, clock: Any, system: Any) -> None:
    injection = begin(Shop(1, Harm(down=True), seconds=120), kind="pod-failure", parameters={})
    system.down = {POD}
    for _ in range(12):
        clock.advance(1)
        assert advance(injection).state == State.RECOVERING
    system.down = set()
    assert until_over(injection, advance, clock) <= 13
    assert injection.recovery == Recovery.VERIFIED


def test_without_telemetry_readiness_decides_and_says_so(begin: Any, advance: Any) -> None:
    injection = begin(None)
    assert advance(injection).state == State.RECOVERED
    assert injection.recovery == Recovery.VERIFIED
    assert "too little telemetry of before" in injection.recovery_detail


def test_without_traffic_readiness_decides_and_says_so(begin: Any, advance: Any, clock: Any) -> None:
    injection = begin(Shop(1, calls_per_s=0.0))
    assert until_over(injection, advance, clock) <= 5
    assert "no traffic to judge" in injection.recovery_detail


def test_telemetry_that_stops_is_waited_for_and_then_done_without(begin: Any, advance: Any, clock: Any) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300), seconds=80))
    assert until_over(injection, advance, clock) == services.RECOVERY_LIMIT / SECOND
    assert injection.recovery == Recovery.VERIFIED
    assert "no telemetry of the time after" in injection.recovery_detail


def test_another_fault_meanwhile_makes_kpis_worthless(begin: Any, advance: Any, clock: Any, create: Any) -> None:
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=200), seconds=120))
    other = advance(create(services=[], pods=["frontend-0"], kind="cpu-stress"))
    assert Label.objects.filter(injection=other).exists()
    assert until_over(injection, advance, clock) == 0
    assert "another fault began meanwhile" in injection.recovery_detail


def test_after_hours_out_of_service_the_present_counts(begin: Any, advance: Any, clock: Any) -> None:
    """It looks at least once, however late; the band is that of before, the telemetry that of now."""
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(), seconds=600))
    clock.now = END + 400 * SECOND
    advance(injection)
    assert (injection.state, injection.recovery) == (State.RECOVERED, Recovery.VERIFIED)


def test_a_fault_that_never_began_needs_no_recovery(create: Any, advance: Any, user: Any) -> None:
    from faults.services import injection_stop

    injection = create()
    injection_stop(injection_id=injection.id, by=user)
    assert (advance(injection).state, injection.recovery) == (State.RECOVERED, "")


def test_each_quarantine_of_a_pod_is_remembered_and_one_is_open(
    begin: Any, advance: Any, clock: Any, user: Any
) -> None:
    since = (datetime.fromtimestamp(START / SECOND, tz=UTC), datetime.fromtimestamp(END / SECOND, tz=UTC))
    PodQuarantine.objects.create(pod=POD, reason="it was slow", since=since[0], cleared_at=since[1])
    injection = begin(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=200), seconds=120))
    until_over(injection, advance, clock)
    assert [row.injection for row in PodQuarantine.objects.order_by("since")] == [None, injection]
    with pytest.raises(IntegrityError), transaction.atomic():
        PodQuarantine.objects.create(pod=POD, reason="again", since=since[1])

    cleared = [faults.quarantine_clear(pod=POD, by=user) for _ in range(2)]
    assert [row.injection for row in cleared] == [injection, injection]
    assert not PodQuarantine.objects.filter(cleared_at=None).exists()
    assert AuditEntry.objects.filter(action="quarantine.clear", subject=POD).count() == 1
