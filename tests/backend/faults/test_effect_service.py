"""The effect check on injections: when it looks, what it writes, and that it writes it once."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Unavailable
from faults import tasks
from faults.effects import services
from faults.models import Effect, Injection, Label, State
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.faults.generated import END, POD, SECOND, START, Harm, Shop

Inject = Callable[..., Injection]


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeTelemetry], None]:
    def use(source: FakeTelemetry) -> None:
        monkeypatch.setattr(services, "telemetry_source", lambda: source)

    return use


@pytest.fixture
def inject(create: Any, advance: Any, clock: Any, driver: Any) -> Inject:
    """Through the lifecycle, from START to END on the test's clock. The driver is a fake: it hurts nobody."""

    def run(kind: str, parameters: dict[str, Any] | None = None) -> Injection:
        clock.now = START
        injection = create(kind=kind, services=[], pods=[POD], parameters=parameters or {}, duration_s=20.0)
        advance(injection)
        clock.now = END + SECOND
        for _ in range(40):
            if not advance(injection).is_open:
                break
            clock.advance(1)
        assert not injection.is_open
        return injection

    return run


DELAY = ("network-delay", {"latency_ms": 300})


def label(injection: Injection) -> Label:
    return injection.labels.get()


def test_a_real_effect_is_confirmed_written_and_audited(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    tasks.check_effects()
    found = label(injection)
    assert (found.effect, found.effect_checked) == (Effect.CONFIRMED, True)
    assert found.evidence["kpi"] == "latency of calls to and from the pod"
    assert START <= found.onset < START + 2 * SECOND
    entry = AuditEntry.objects.get(action="label.effect")
    assert entry.subject == str(injection.id)
    assert (entry.detail["pod"], entry.detail["effect"]) == (POD, "confirmed")


@pytest.mark.parametrize("kind", ["network-delay", "cpu-stress", "pod-failure", "http-abort", "pod-kill"])
def test_a_driver_that_lies_is_found_out(inject: Inject, telemetry: Any, clock: Any, kind: str) -> None:
    """It reports start and end, and did nothing."""
    telemetry(Shop(2).telemetry())
    parameters = {"network-delay": {"latency_ms": 300}, "http-abort": {"status": 14}}.get(kind, {})
    injection = inject(kind, parameters)
    clock.now = END + services.ARRIVAL + 5 * SECOND
    tasks.check_effects()
    assert (label(injection).effect, label(injection).onset) == (Effect.ABSENT, None)


def test_not_before_its_telemetry_has_arrived(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL - 1
    tasks.check_effects()
    services.effect_check(injection_id=injection.id)
    assert not label(injection).effect_checked


def test_not_while_it_is_open(create: Any, advance: Any, clock: Any, telemetry: Any) -> None:
    telemetry(Shop(1).telemetry())
    injection = advance(create(kind="pod-failure", services=[], pods=[POD]))
    clock.advance(10)
    tasks.check_effects()
    services.effect_check(injection_id=injection.id)
    assert not label(injection).effect_checked


def test_a_second_look_changes_nothing(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    tasks.check_effects()
    telemetry(FakeTelemetry())
    for _ in range(2):
        services.effect_check(injection_id=injection.id)
        tasks.check_effects()
    assert label(injection).effect == Effect.CONFIRMED
    assert AuditEntry.objects.filter(action="label.effect").count() == 1


def test_of_two_workers_the_first_one_writes(inject: Inject, telemetry: Any, clock: Any) -> None:
    source = Shop(1, Harm(delay_ms=300)).telemetry()
    telemetry(source)
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    real = source.batches

    def overtaken(*arguments: Any) -> Any:
        source.batches = real  # type: ignore[method-assign]
        services.effect_check(injection_id=injection.id)
        return real(*arguments)

    source.batches = overtaken  # type: ignore[method-assign]
    services.effect_check(injection_id=injection.id)
    assert AuditEntry.objects.filter(action="label.effect").count() == 1


def test_without_telemetry_it_is_unknown_and_says_why(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(FakeTelemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    tasks.check_effects()
    assert (label(injection).effect, label(injection).effect_checked) == (Effect.UNKNOWN, True)
    assert label(injection).evidence == {"reason": "there is no telemetry of the time of the fault"}


class Unreachable(FakeTelemetry):
    def batches(self, *_: Any) -> Any:
        raise Unavailable("the store is away")


def test_telemetry_out_of_reach_is_waited_for(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Unreachable())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    tasks.check_effects()
    assert not label(injection).effect_checked
    clock.now = END + services.GIVE_UP
    tasks.check_effects()
    assert label(injection).effect_checked
    assert label(injection).evidence["reason"] == "the telemetry could not be read: the store is away"


def test_an_unknown_end_is_unknown(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1).telemetry())
    injection = inject(*DELAY)
    Injection.objects.update(state=State.FAILED)
    Label.objects.update(end=None)
    clock.now = END + 60 * SECOND
    tasks.check_effects()
    assert label(injection).evidence == {"reason": "nobody knows when the fault ended"}


def test_a_check_that_breaks_is_told_and_holds_up_no_other(
    inject: Inject, telemetry: Any, clock: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    telemetry(Shop(1).telemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    monkeypatch.setattr(services, "check", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR):
        tasks.check_effects()
    assert "could not be checked" in caplog.text
    assert label(injection).effect_checked


def test_other_faults_and_their_aftermath_are_not_before(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    other = Injection.objects.create(
        kind="cpu-stress", duration_s=10, state=State.RECOVERED, requested_at=timezone.now(), deadline=timezone.now()
    )
    busy = {"start": START - 30 * SECOND, "end": START - 20 * SECOND}
    Label.objects.create(injection=other, pod="frontend-0", service="frontend", kind=other.kind, **busy)
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    services.effect_check(injection_id=injection.id)
    compared = label(injection).evidence["compared_with"]
    assert all(end <= busy["start"] or start >= busy["end"] + 10 * SECOND for start, end in compared)
    assert label(injection).effect == Effect.CONFIRMED
