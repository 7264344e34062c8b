"""What every event driver does. A new adapter is one more parameter of `bench` and `unreachable`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from common.errors import Conflict, Unavailable, UserError
from events.adapters import ADAPTERS
from events.adapters.fake import FakeEventDriver, now_us
from events.adapters.local import LocalEventDriver
from events.catalogue import CATALOGUE
from events.ports import EventDriver, EventRecord, EventSpec
from local_cluster.client import LocalClusterClient
from systems.adapters.fake import FakeSystemDriver
from systems.adapters.local import LocalSystemDriver
from systems.ports import SystemDriver

NAMES = ["fake", "local"]
SECOND = 1_000_000
OVER_S = 90
# One of each kind: its service, and its parameters.
ONE_OF_EACH: dict[str, tuple[str, dict[str, Any]]] = {
    "rolling-restart": ("cartservice", {"pause_s": 0}),
    "deploy": ("cartservice", {"pause_s": 0, "version": "7.0.0"}),
    "scale": ("cartservice", {"replicas": 3}),
    "cache-flush": ("redis-cart", {}),
    "backup": ("redis-cart", {}),
    "load-surge": ("loadgenerator", {"factor": 2}),
}


@dataclass
class Bench:
    """A driver, its system, and a way to let time pass."""

    driver: EventDriver
    system: SystemDriver
    now: Callable[[], int]
    sleep: Callable[[float], None]

    def begin(self, kind: str, duration: float = 0) -> str:
        service, parameters = ONE_OF_EACH[kind]
        event_id = str(uuid4())
        self.driver.begin(EventSpec(event_id, kind, service, duration, parameters))
        return event_id

    def wait(self, event_id: str, condition: Callable[[EventRecord], bool]) -> EventRecord:
        until = self.now() + OVER_S * SECOND
        while (record := self.driver.record(event_id)) is None or not condition(record):
            assert self.now() < until, record
            self.sleep(0.1)
        return record

    def over(self, event_id: str) -> EventRecord:
        return self.wait(event_id, lambda record: record.state != "running")

    def settle(self) -> None:
        until = time.monotonic() + OVER_S
        while not all(pod.ready for pod in self.system.pods()):
            assert time.monotonic() < until, self.system.pods()
            time.sleep(0.1)


class _Clock:
    def __init__(self) -> None:
        self.time = now_us()

    def now(self) -> int:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += int(seconds * SECOND)


@pytest.fixture(params=NAMES)
def bench(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        clock = _Clock()
        yield Bench(FakeEventDriver(clock=clock.now), FakeSystemDriver(), clock.now, clock.sleep)
        return
    client = request.getfixturevalue("cluster")
    made = Bench(LocalEventDriver(client), LocalSystemDriver(client), now_us, time.sleep)
    made.settle()
    yield made
    made.settle()


@pytest.fixture(params=NAMES)
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> EventDriver:
    if request.param == "fake":
        return FakeEventDriver(reachable=False)
    return LocalEventDriver(LocalClusterClient(tmp_path / "nobody.sock"))


def test_every_adapter_and_kind_is_tested() -> None:
    assert sorted(ADAPTERS) == NAMES
    assert ONE_OF_EACH.keys() == CATALOGUE.keys()


def test_support_comes_with_a_reason(bench: Bench) -> None:
    assert not any(bench.driver.supports(kind) for kind in CATALOGUE)
    assert bench.driver.supports("party")


@pytest.mark.parametrize("kind", CATALOGUE)
def test_each_is_measured_and_ends_by_itself(bench: Bench, kind: str) -> None:
    before = bench.now()
    lasts = CATALOGUE[kind].lasts
    event_id = bench.begin(kind, duration=2 if lasts else 0)
    record = bench.over(event_id)
    assert (record.state, record.end_reason, record.error) == ("ended", "completed", ""), record
    assert record.start is not None
    assert record.end is not None
    assert before <= record.start < record.end <= bench.now()
    assert record.end - record.start >= (1.9 * SECOND if lasts else 0)
    assert bool(record.pods) == CATALOGUE[kind].changes_pods
    for span in record.pods:
        assert span.end is not None
        assert record.start <= span.start <= span.end <= record.end
    assert bench.driver.record(event_id) == record, "it stays after the end"


def test_it_may_be_ended_early_and_again(bench: Bench) -> None:
    event_id = bench.begin("load-surge", duration=300)
    bench.wait(event_id, lambda record: record.start is not None)
    for _ in range(2):
        bench.driver.end(event_id)
    record = bench.over(event_id)
    assert (record.state, record.end_reason) == ("ended", "stopped")
    bench.driver.end(event_id)
    assert bench.driver.record(event_id) == record


def test_begin_may_be_repeated_and_what_is_over_does_not_begin_again(bench: Bench) -> None:
    event_id = bench.begin("cache-flush")
    record = bench.over(event_id)
    bench.driver.begin(EventSpec(event_id, "cache-flush", "redis-cart"))
    assert bench.driver.record(event_id) == record


def test_an_unknown_one_has_no_record_and_nothing_to_end(bench: Bench) -> None:
    event_id = str(uuid4())
    bench.driver.end(event_id)
    assert bench.driver.record(event_id) is None


@pytest.mark.parametrize(("kind", "service"), [("party", "cartservice"), ("cache-flush", "nobody")])
def test_what_can_not_be_done_is_refused(bench: Bench, kind: str, service: str) -> None:
    event_id = str(uuid4())
    with pytest.raises(UserError) as refused:
        bench.driver.begin(EventSpec(event_id, kind, service))
    assert not isinstance(refused.value, Unavailable | Conflict)
    assert bench.driver.record(event_id) is None


def test_out_of_reach_is_unavailable(unreachable: EventDriver) -> None:
    with pytest.raises(Unavailable):
        unreachable.begin(EventSpec(str(uuid4()), "cache-flush", "redis-cart"))
    with pytest.raises(Unavailable):
        unreachable.end(str(uuid4()))
    with pytest.raises(Unavailable):
        unreachable.record(str(uuid4()))
