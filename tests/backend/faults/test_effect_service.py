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
from systems.services import load_set
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.faults.generated import BEFORE_S, END, POD, SECOND, START, Harm, Shop

Inject = Callable[..., Injection]


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
    assert found.evidence["kpi"] == "calls to and from the pod faster than the injected delay"
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


def look(times: int, clock: Any) -> None:
    """By the clock, every two seconds."""
    for _ in range(times):
        tasks.check_effects()
        clock.advance(2)


def test_without_telemetry_it_is_unknown_and_says_why(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(FakeTelemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    look(services.MAX_LOOKS, clock)
    assert (label(injection).effect, label(injection).effect_checked) == (Effect.UNKNOWN, True)
    assert label(injection).evidence == {"reason": "there is no telemetry of the time of the fault"}


class Late(FakeTelemetry):
    """What a busy machine has not delivered yet."""

    def __init__(self, source: FakeTelemetry, until: int) -> None:
        super().__init__(spans=source._spans, samples=source._samples)
        self.until = until

    def _rows(self, table: Any) -> Any:
        return [row for row in super()._rows(table) if row.timestamp < self.until]


def test_telemetry_that_comes_late_is_waited_for(inject: Inject, telemetry: Any, clock: Any) -> None:
    source = Late(Shop(1, Harm(delay_ms=300)).telemetry(), until=START + 3 * SECOND)
    telemetry(source)
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    look(10, clock)
    assert not label(injection).effect_checked
    source.until = END + 10 * SECOND
    look(1, clock)
    assert label(injection).effect == Effect.CONFIRMED


class Unreachable(FakeTelemetry):
    def batches(self, *_: Any) -> Any:
        raise Unavailable("the store is away")


def test_telemetry_out_of_reach_is_waited_for(inject: Inject, telemetry: Any, clock: Any) -> None:
    unreachable = Unreachable()
    unreachable.count = lambda *_: 1  # type: ignore[method-assign]
    telemetry(unreachable)
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    look(services.MAX_LOOKS - 1, clock)
    assert not label(injection).effect_checked
    look(1, clock)
    assert label(injection).effect_checked
    assert label(injection).evidence["reason"] == "the telemetry could not be read: the store is away"


@pytest.mark.parametrize("away", ["telemetry", "system"])
def test_time_in_which_the_platform_was_down_does_not_count(
    inject: Inject, telemetry: Any, clock: Any, system: Any, away: str
) -> None:
    """It is killed before the check and starts again after a night; its parts come back one after the other."""
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    injection = inject(*DELAY)
    clock.now = END + 8 * 3600 * SECOND
    system.reachable = away != "system"
    if away == "telemetry":
        telemetry(Unreachable())
    look(20, clock)
    assert not label(injection).effect_checked
    system.reachable = True
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    look(1, clock)
    assert (label(injection).effect, label(injection).effect_checked) == (Effect.CONFIRMED, True)


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
        look(services.MAX_BREAKS - 1, clock)
        assert "could not be checked" in caplog.text
        assert not label(injection).effect_checked, "it may be an error of the moment"
        look(1, clock)
    assert label(injection).evidence == {"reason": "the check broke; see the log"}


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


def set_load(rate: float, at: int, clock: Any, user: Any) -> None:
    now, clock.now = clock.now, at
    load_set(rate=rate, by=user)
    clock.now = now


def test_a_delay_without_load_is_unknown_for_there_was_no_traffic(
    inject: Inject, telemetry: Any, clock: Any, user: Any
) -> None:
    """The load was set to 0 a minute before: once that was `confirmed`, once `absent`."""
    for second in (5, 30, 58):
        Injection.objects.all().delete()
        AuditEntry.objects.filter(action="system.load_set").delete()
        set_load(0, START - second * SECOND, clock, user)
        shop = Shop(1, visitors=lambda at, gone=BEFORE_S - second: float(at < gone))
        telemetry(shop.telemetry())
        injection = inject(*DELAY)
        clock.now = END + services.ARRIVAL
        tasks.check_effects()
        found = label(injection)
        assert found.effect == Effect.UNKNOWN, second
        assert "no traffic of this pod during the fault" in found.evidence["reason"]
        if second < 20:
            assert f"changed to 0 requests/s {second} s before the fault" in found.evidence["reason"]


@pytest.mark.parametrize(("kind", "parameters"), [DELAY, ("process-pause", {}), ("network-partition", {})])
@pytest.mark.parametrize("second", [-40, -8, 1, 10])
def test_a_change_of_load_is_no_effect(
    inject: Inject, telemetry: Any, clock: Any, user: Any, kind: str, parameters: Any, second: int
) -> None:
    """A tenth of it is left, before or during a fault that does nothing."""
    set_load(1, START + second * SECOND, clock, user)
    telemetry(Shop(4, visitors=lambda at: 0.1 if at >= BEFORE_S + second else 1.0, calls_per_s=20.0).telemetry())
    injection = inject(kind, parameters)
    clock.now = END + services.ARRIVAL
    tasks.check_effects()
    assert label(injection).effect != Effect.CONFIRMED


def test_a_delay_shows_after_a_change_of_load(inject: Inject, telemetry: Any, clock: Any, user: Any) -> None:
    """Its latency has nothing to be compared with, but there is no call left that is faster than the delay."""
    set_load(5, START - 8 * SECOND, clock, user)
    shop = Shop(1, Harm(delay_ms=300), visitors=lambda at: 0.5 if at >= BEFORE_S - 8 else 1.0, calls_per_s=20.0)
    telemetry(shop.telemetry())
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    tasks.check_effects()
    found = label(injection)
    assert (found.effect, found.evidence["kpi"]) == (
        Effect.CONFIRMED,
        "calls to and from the pod faster than the injected delay",
    )
    assert found.evidence["load"] == "the load was changed to 5 requests/s 8 s before the fault"
    assert "latency of calls to and from the pod" not in [each["kpi"] for each in found.evidence["others"]]


def test_only_calls_that_the_fault_was_meant_for_are_judged(inject: Inject, telemetry: Any, clock: Any) -> None:
    """Half of the requests fail, but none whose path begins as the fault's."""
    telemetry(Shop(1, Harm(failing=0.5)).telemetry())
    found = {}
    for path in ("/shop.Cart", "/shop.Ads"):
        Injection.objects.all().delete()
        injection = inject("http-abort", {"status": 14, "percent": 50, "path": path})
        clock.now = END + services.ARRIVAL
        tasks.check_effects()
        kpis = [label(injection).evidence, *label(injection).evidence["others"]]
        found[path] = [each["kpi"] for each in kpis]
    assert "calls to the pod answered with 14" in found["/shop.Cart"]
    assert "calls to the pod answered with 14" not in found["/shop.Ads"]


def test_calls_that_another_fault_slowed_tell_nothing_of_the_machine(
    inject: Inject, telemetry: Any, clock: Any
) -> None:
    """Two faults at a time: what the other one did is not what the machine does to everybody."""
    telemetry(Shop(1, Harm(delay_ms=300), wait_ms=lambda second: 0.0, others_ms=200).telemetry())
    strained = []
    for pods in ([], ["adservice-0"]):
        Injection.objects.all().delete()
        for pod in pods:
            other = Injection.objects.create(
                kind="network-delay", duration_s=20, state=State.RECOVERED, requested_at=timezone.now(),
                deadline=timezone.now(),
            )  # fmt: skip
            Label.objects.create(injection=other, pod=pod, service="adservice", kind=other.kind, start=START, end=END)
        injection = inject(*DELAY)
        clock.now = END + services.ARRIVAL
        services.effect_check(injection_id=injection.id)
        strained.append(Label.objects.get(injection=injection).evidence["host"]["strained"])
    assert strained == [True, False]
