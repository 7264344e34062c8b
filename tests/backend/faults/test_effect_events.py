"""Events near a fault: none of them is confirmed as its effect, nor does one hide what the fault really did."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from events.models import State as EventState
from faults import tasks
from faults.effects import services
from faults.effects.upsets import Upset, around, until_upset
from faults.models import Effect, Injection, Label
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import Window
from tests.backend.faults.generated import BEFORE_S, END, FAULT_S, SECOND, START, Harm, Shop

from .test_effect_service import DELAY, label

Inject = Callable[..., Injection]
LIES = [DELAY, ("pod-failure", {}), ("http-abort", {"status": 14}), ("process-pause", {}), ("cpu-stress", {})]
# What events do to the pod, as faults would.
LOOKS_LIKE = {
    "rolling-restart": Harm(down=True, killed_s=6),
    "deploy": Harm(down=True, killed_s=6),
    "scale": Harm(traffic=0.5),
    "cache-flush": Harm(delay_ms=80, delayed=0.5),
    "backup": Harm(cpu=0.4, delay_ms=60),
}


def happened(kind: str, service: str, start: int, end: int | None, **detail: Any) -> Event:
    return Event.objects.create(
        kind=kind,
        service=service,
        start=start,
        end=end,
        detail=detail,
        state=EventState.RUNNING if end is None else EventState.ENDED,
        created_at=timezone.now(),
    )


def checked(clock: Any, injection: Injection) -> Label:
    clock.now = END + services.ARRIVAL + 5 * SECOND
    tasks.check_effects()
    found: Label = label(injection)
    assert found.effect_checked
    return found


@pytest.mark.parametrize("service", ["cartservice", "frontend", "redis-cart"])
@pytest.mark.parametrize("event", LOOKS_LIKE)
@pytest.mark.parametrize(("kind", "parameters"), LIES)
def test_what_an_event_did_is_not_the_effect_of_a_fault_that_did_nothing(
    inject: Inject,
    telemetry: Any,
    clock: Any,
    kind: str,
    parameters: Any,
    event: str,
    service: str,
) -> None:
    """Of the pod's own service, of one that calls it, of one that it calls."""
    telemetry(Shop(3, LOOKS_LIKE[event]).telemetry())
    happened(event, service, START + SECOND, START + 15 * SECOND)
    found = checked(clock, inject(kind, parameters))
    assert found.effect == Effect.UNKNOWN
    assert (
        found.evidence["reason"]
        == f"a {event} of {service} happened meanwhile, and what it did can't be told from the fault"
    )


@pytest.mark.parametrize(("kind", "parameters"), [DELAY, ("process-pause", {}), ("network-partition", {})])
@pytest.mark.parametrize("second", [-30, -3, 2, 8])
def test_a_surge_is_no_effect(
    inject: Inject,
    telemetry: Any,
    clock: Any,
    kind: str,
    parameters: Any,
    second: int,
) -> None:
    """Four times the visitors, or their end."""
    surge = range(BEFORE_S + second, BEFORE_S + second + 15)
    shop = Shop(4, visitors=lambda at: 4.0 if at in surge else 1.0, calls_per_s=5.0)
    telemetry(shop.telemetry())
    start = START + second * SECOND
    happened("load-surge", "loadgenerator", start, start + 15 * SECOND, rate_before=5.0, rate=20.0)
    assert checked(clock, inject(kind, parameters)).effect != Effect.CONFIRMED


def test_a_surge_changes_the_load_that_is_compared(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, visitors=lambda at: 4.0 if at >= BEFORE_S - 8 else 1.0).telemetry())
    happened("load-surge", "loadgenerator", START - 8 * SECOND, None, rate_before=5.0, rate=20.0)
    found = checked(clock, inject(*DELAY))
    assert found.effect != Effect.CONFIRMED
    assert found.evidence["load"] == "the load was changed to 20 requests/s 8 s before the fault"


def test_times_of_events_are_not_compared_with(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    busy = START - 30 * SECOND, START - 20 * SECOND
    happened("rolling-restart", "cartservice", *busy)
    found = checked(clock, inject(*DELAY))
    assert found.effect == Effect.CONFIRMED
    compared = found.evidence["compared_with"]
    assert all(end <= busy[0] or start >= busy[1] + 10 * SECOND for start, end in compared)


def test_events_elsewhere_do_not_matter(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    happened("rolling-restart", "checkoutservice-of-another-shop", START, END)
    assert checked(clock, inject(*DELAY)).effect == Effect.CONFIRMED


def test_the_part_before_an_event_is_enough(inject: Inject, telemetry: Any, clock: Any) -> None:
    """A delay that a restart interrupts after twelve seconds shows in the twelve seconds."""
    telemetry(Shop(1, Harm(delay_ms=300)).telemetry())
    happened("rolling-restart", "cartservice", START + 12 * SECOND, END)
    assert checked(clock, inject(*DELAY)).effect == Effect.CONFIRMED


def test_recovery_is_not_judged_by_what_an_event_does(
    inject: Inject,
    telemetry: Any,
) -> None:
    telemetry(Shop(1, Harm(delay_ms=300), after=Harm(delay_ms=300)).telemetry())
    happened("rolling-restart", "cartservice", END + SECOND, END + 15 * SECOND)
    injection = inject(*DELAY)
    assert injection.state == "recovered"
    assert "a rolling-restart of cartservice happened meanwhile" in injection.recovery_detail


def test_without_any_telemetry_an_event_says_why(inject: Inject, telemetry: Any, clock: Any) -> None:
    telemetry(FakeTelemetry())
    happened("deploy", "cartservice", START, END)
    injection = inject(*DELAY)
    clock.now = END + services.ARRIVAL
    for _ in range(services.MAX_LOOKS):
        tasks.check_effects()
        clock.advance(2)
    assert label(injection).effect == Effect.UNKNOWN


CALLS = {
    "loadgenerator": ["frontend"],
    "frontend": ["cart", "checkout"],
    "checkout": ["cart", "payment"],
    "cart": ["redis"],
    "ring": ["ring"],
}


@pytest.mark.parametrize(
    ("service", "others"),
    [
        ("checkout", {"frontend", "cart", "payment", "redis"}),
        ("cart", {"frontend", "checkout", "redis"}),
        ("redis", {"cart"}),
        ("payment", {"checkout"}),
        ("loadgenerator", {"frontend", "cart", "checkout", "payment", "redis"}),
        ("ring", set()),
        ("nobody-knows", set()),
    ],
)
def test_events_of_all_that_a_service_waits_for_show_in_it(service: str, others: set[str]) -> None:
    assert around(service, CALLS) == {service, *others}


@pytest.mark.parametrize(
    ("start_s", "end_s", "left_s"),
    [(-30, -11, 20), (-30, -9, None), (0, 3, None), (4, 9, None), (5, 9, 5), (19, None, 19), (20, 30, 20)],
)
def test_what_is_left_of_a_fault(start_s: int, end_s: int | None, left_s: int | None) -> None:
    end = None if end_s is None else START + end_s * SECOND
    event = Upset("deploy", "cartservice", START + start_s * SECOND, end)
    left, why = until_upset([event], Window(START, START + FAULT_S * SECOND))
    assert (left is None) == (left_s is None) == bool(why)
    if left is not None and left_s is not None:
        assert left == Window(START, START + left_s * SECOND)
