"""io-latency and io-fault: what may be ordered, and how they are told from the store's callers."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from common.errors import UserError
from faults.effects.check import Finding, Question, check
from faults.effects.expected import lasts
from faults.effects.reading import read
from faults.effects.readings import subject_of
from faults.models import State
from systems.ports import Service
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import Sample, Span, Window

SECOND = 1_000_000
T0 = 1_760_000_000 * SECOND
START, END, OVER = T0 + 60 * SECOND, T0 + 80 * SECOND, T0 + 90 * SECOND
SERVICES = (Service("cartservice", 1, "grpc", ("redis-cart",)), Service("redis-cart", 1, "tcp", ()))


def store(*, delay_ms: float = 0, restart: int = 0) -> FakeTelemetry:
    """Ten commands a second, one in ten writes, which `delay_ms` holds up with all commands behind it."""
    return FakeTelemetry(spans=list(_commands(delay_ms)), samples=list(_samples(restart)))


def _commands(delay_ms: float) -> Iterator[Span]:
    chance = random.Random(1)
    moment, free = T0, T0
    while (moment := moment + round(chance.expovariate(10) * SECOND)) < OVER:
        is_write = chance.random() < 0.1
        held_up = delay_ms * 1000 if is_write and START <= moment < END else 0
        waits = max(0, free - moment)
        duration = round(waits + held_up + 1500 * chance.lognormvariate(0, 0.5))
        free = moment + waits + round(held_up)
        name = "HINCRBY" if is_write else "HGETALL"
        yield Span(moment, duration, "t", f"c{moment}", None, "cartservice", "cartservice-0", name, "client", "db", 0)


def _samples(restart: int) -> Iterator[Sample]:
    for tick in range(T0, OVER, SECOND):
        yield from _sample(
            tick, "redis-cart", is_ready=not restart <= tick < restart + SECOND, restarts=tick > restart > 0
        )
        for index in range(13):
            yield from _sample(tick, f"other-{index}", is_ready=True, restarts=False)


def _sample(tick: int, service: str, *, is_ready: bool, restarts: bool) -> Iterator[Sample]:
    pod = f"{service}-0"
    yield Sample(tick, service, pod, "kube_pod_status_ready", "", float(is_ready))
    yield Sample(tick, service, pod, "kube_pod_container_status_restarts_total", "", float(restarts))


def finding(kind: str, source: FakeTelemetry, end: int = END) -> Finding:
    before, during = [Window(T0, START - SECOND)], Window(START, end + lasts(kind))
    readings = read(source, subject_of("redis-cart-0", "redis-cart", "", SERVICES), [*before, during])
    return check(Question(kind, "redis-cart-0"), readings, before, during)


@pytest.mark.parametrize("delay_ms", [100, 400])
def test_a_slow_disk_is_confirmed_by_the_callers_of_the_store(delay_ms: float) -> None:
    found = finding("io-latency", store(delay_ms=delay_ms))
    assert (found.effect, found.evidence["kpi"]) == ("confirmed", "slow calls to the pod")
    assert found.onset is not None
    assert START <= found.onset < START + 5 * SECOND


@pytest.mark.parametrize("delay_ms", [0, 1])
def test_a_millisecond_is_absent(delay_ms: float) -> None:
    assert finding("io-latency", store(delay_ms=delay_ms)).effect == "absent"


def test_a_store_that_ended_on_a_failed_write_is_confirmed_although_its_label_is_short() -> None:
    restart = START + SECOND // 2
    found = finding("io-fault", store(restart=START + SECOND), end=restart)
    assert (found.effect, found.evidence["kpi"]) == ("confirmed", "restarts of the pod")
    assert finding("io-fault", store(), end=restart).effect in ("absent", "unknown")


def test_a_pod_with_a_volume_is_given_the_fault(create: Any) -> None:
    parameters = {"delay_ms": 5, "path": "/data/x", "methods": ["fsync", "write"]}
    injection = create(kind="io-latency", services=[], pods=["redis-cart-0"], parameters=parameters)
    assert injection.state == State.PLANNED
    assert injection.parameters == parameters | {"percent": 100}


@pytest.mark.parametrize(
    ("pods", "parameters", "field", "message"),
    [
        (["frontend-0"], {}, "pods", "pods of frontend have no volume"),
        (["redis-cart-0"], {"path": "/tmp/x"}, "parameters.path", "have their files below /data"),
        (["redis-cart-0"], {"methods": ["read"]}, "parameters.methods", 'some of open, write, fsync, not "read"'),
        (["redis-cart-0"], {"errno": 134}, "parameters.errno", "expected 1 to 133"),
    ],
)
def test_errors_name_their_field(
    create: Any, pods: list[str], parameters: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        create(kind="io-fault", services=[], pods=pods, parameters={"errno": 5} | parameters)
    assert list(caught.value.fields) == [field]
    assert message in caught.value.fields[field][0]


def test_a_fault_towards_the_store_is_judged_by_the_commands_to_it() -> None:
    """A database span names no service; the pod's service calls one store."""
    subject = subject_of("cartservice-0", "cartservice", "redis-cart", SERVICES)
    window = Window(T0, START)
    assert len(read(store(), subject, [window]).calls_in(window, ("out",))) > 100
    assert not read(store(), replace(subject, target="frontend"), [window]).calls_in(window, ("out",))
