"""What every fault driver does. A new adapter is one more parameter of `bench` and `unreachable`."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from common.errors import Conflict, Unavailable, UserError
from faults.adapters import ADAPTERS
from faults.adapters.fake import FakeFaultDriver, now_us
from faults.adapters.local import LocalFaultDriver
from faults.ports import Block, FaultDriver, FaultSpec, PodRecord
from local_cluster.client import LocalClusterClient
from systems.adapters.fake import FakeSystemDriver
from systems.adapters.local import LocalSystemDriver
from systems.ports import SystemDriver

NAMES = ["fake", "local"]
SECOND = 1_000_000
POD, OTHER = "cartservice-0", "frontend-0"
SOON_S, GONE_S = 20, 40
KINDS: dict[str, dict[str, Any]] = {
    "pod-failure": {},
    "cpu-stress": {"workers": 1, "load": 50},
    "network-delay": {"latency_ms": 50, "jitter_ms": 0, "correlation": 0, "direction": "to", "target": ""},
    "http-abort": {"status": 14, "percent": 100, "path": ""},
}


@dataclass
class Bench:
    """A driver, its system, and a way to let time pass."""

    driver: FaultDriver
    system: SystemDriver
    now: Callable[[], int]
    sleep: Callable[[float], None]
    # What nobody asked for: the fault's own processes on POD die, or POD's main process does.
    lose_workers: Callable[[str], None]
    lose_pod: Callable[[str], None]

    def apply(self, kind: str = "network-delay", pods: Sequence[str] = (POD,), duration: float = 60) -> str:
        fault_id = str(uuid4())
        self.driver.apply(FaultSpec(fault_id, kind, pods, duration, KINDS[kind]))
        return fault_id

    def wait(self, fault_id: str, condition: Callable[[PodRecord], bool], within: float) -> list[PodRecord]:
        """The records once the condition holds for all."""
        until = self.now() + int(within * SECOND)
        while not all(map(condition, records := list(self.driver.records(fault_id)))):
            assert self.now() < until, records
            self.sleep(0.1)
        return records

    def started(self, fault_id: str) -> list[PodRecord]:
        return self.wait(fault_id, lambda record: record.start is not None, SOON_S)

    def ended(self, fault_id: str) -> list[PodRecord]:
        return self.wait(fault_id, lambda record: record.end is not None, GONE_S)

    def settle(self) -> None:
        """Until all pods are well again, so that no test leaves the next one a broken shop."""
        until = time.monotonic() + GONE_S
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
        fake = FakeFaultDriver(clock=clock.now, delay=SECOND // 5, recovery=SECOND // 5)
        yield Bench(
            fake,
            FakeSystemDriver(),
            clock.now,
            clock.sleep,
            lambda fault_id: fake.cut_short(fault_id, "ended-early", "1 of 1 stress workers ended: killed by SIGKILL"),
            lambda fault_id: fake.cut_short(fault_id, "pod-restarted", "killed by SIGKILL"),
        )
        return
    client = request.getfixturevalue("cluster")
    made = Bench(
        LocalFaultDriver(client),
        LocalSystemDriver(client),
        now_us,
        time.sleep,
        lambda _: [os.kill(pid, signal.SIGKILL) for pid in _group(client) if pid != _leader(client)],
        lambda _: os.kill(_leader(client), signal.SIGKILL),
    )
    yield made
    free_again(client)
    made.settle()


def free_again(client: LocalClusterClient) -> None:
    """A pod is held for a moment longer than its fault is measured: no test leaves the next one such a pod."""
    until = time.monotonic() + GONE_S
    while held := [fault for fault in client.faults() if fault.state not in ("ended", "failed")]:
        assert time.monotonic() < until, held
        time.sleep(0.05)


def _leader(client: LocalClusterClient) -> int:
    return next(pod.pid for pod in client.pods() if pod.name == POD and pod.pid)


def _group(client: LocalClusterClient) -> list[int]:
    leader, members = _leader(client), []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError):
            members += [process.pid] if os.getpgid(process.pid) == leader else []
    return members


@pytest.fixture(params=NAMES)
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> FaultDriver:
    if request.param == "fake":
        return FakeFaultDriver(reachable=False)
    return LocalFaultDriver(LocalClusterClient(tmp_path / "nobody.sock"))


def test_every_adapter_is_tested() -> None:
    assert sorted(ADAPTERS) == NAMES


def test_support_comes_with_a_reason(bench: Bench) -> None:
    for kind in KINDS:
        assert bench.driver.supports(kind).supported
    for kind in ("jvm-gc", "no-such-kind"):
        support = bench.driver.supports(kind)
        assert not support.supported
        assert support.reason


@pytest.mark.parametrize("kind", KINDS)
def test_fault_is_measured_and_ends_by_itself(bench: Bench, kind: str) -> None:
    before = bench.now()
    fault_id = bench.apply(kind, duration=2)
    [record] = bench.ended(fault_id)
    assert (record.pod, record.service, record.end_reason, record.error) == (POD, "cartservice", "deadline", "")
    assert record.start is not None
    assert record.end is not None
    assert before <= record.start < record.end <= bench.now()
    assert record.end - before >= 1.9 * SECOND
    assert list(bench.driver.records(fault_id)) == [record], "records stay after the end"


def test_a_fault_whose_own_processes_die_is_over_and_says_why(bench: Bench) -> None:
    fault_id = bench.apply("cpu-stress", duration=300)
    [started] = bench.started(fault_id)
    killed = bench.now()
    bench.lose_workers(fault_id)
    [record] = bench.ended(fault_id)
    assert (record.start, record.end_reason) == (started.start, "ended-early")
    assert record.end is not None
    assert killed <= record.end <= bench.now()
    assert "SIGKILL" in record.error
    bench.sleep(0.3)
    bench.driver.recover(fault_id)
    assert list(bench.driver.records(fault_id)) == [record]


def test_a_pod_that_dies_takes_the_fault_along(bench: Bench) -> None:
    fault_id = bench.apply("cpu-stress", duration=300)
    bench.started(fault_id)
    bench.lose_pod(fault_id)
    [record] = bench.ended(fault_id)
    assert (record.end_reason, record.error) == ("pod-restarted", "killed by SIGKILL")


def test_recover_ends_it_at_once(bench: Bench) -> None:
    fault_id = bench.apply(duration=300)
    [started] = bench.started(fault_id)
    assert (started.end, started.end_reason) == (None, "")
    asked = bench.now()
    bench.driver.recover(fault_id)
    [record] = bench.ended(fault_id)
    assert record.end is not None
    assert (record.start, record.end_reason) == (started.start, "recovered")
    assert record.end >= asked


def test_recover_may_be_repeated(bench: Bench) -> None:
    fault_id = bench.apply()
    bench.started(fault_id)
    for _ in range(2):
        bench.driver.recover(fault_id)
    [record] = bench.ended(fault_id)
    bench.sleep(0.3)
    bench.driver.recover(fault_id)
    assert list(bench.driver.records(fault_id)) == [record]


def test_apply_may_be_repeated(bench: Bench) -> None:
    fault_id = bench.apply()
    [record] = bench.started(fault_id)
    bench.sleep(0.3)
    spec = FaultSpec(fault_id, "network-delay", (POD,), 60, KINDS["network-delay"])
    bench.driver.apply(spec)
    assert list(bench.driver.records(fault_id)) == [record]
    bench.driver.recover(fault_id)
    [ended] = bench.ended(fault_id)
    bench.driver.apply(spec)
    assert list(bench.driver.records(fault_id)) == [ended], "what is over does not begin again"


def test_each_pod_has_its_record(bench: Bench) -> None:
    fault_id = bench.apply(pods=(POD, OTHER), duration=2)
    records = bench.ended(fault_id)
    assert sorted((record.pod, record.service) for record in records) == [(POD, "cartservice"), (OTHER, "frontend")]


def test_faults_on_different_pods_are_independent(bench: Bench) -> None:
    first, second = bench.apply(pods=(POD,)), bench.apply("cpu-stress", pods=(OTHER,))
    bench.started(first)
    bench.started(second)
    bench.driver.recover(first)
    bench.ended(first)
    [record] = bench.driver.records(second)
    assert record.end is None
    bench.driver.recover(second)
    bench.ended(second)


def test_unknown_fault_has_no_records_and_nothing_to_end(bench: Bench) -> None:
    fault_id = str(uuid4())
    bench.driver.recover(fault_id)
    assert list(bench.driver.records(fault_id)) == []


@pytest.mark.parametrize(("kind", "pod"), [("jvm-gc", POD), ("pod-failure", "nobody-0")])
def test_what_can_not_be_done_is_refused(bench: Bench, kind: str, pod: str) -> None:
    fault_id = str(uuid4())
    with pytest.raises(UserError) as caught:
        bench.driver.apply(FaultSpec(fault_id, kind, (pod,), 60))
    assert not isinstance(caught.value, Unavailable)
    assert caught.value.message
    assert list(bench.driver.records(fault_id)) == []


def test_a_pod_that_has_a_fault_is_not_made_anew(request: pytest.FixtureRequest) -> None:
    """Only where one system has both: the end of a fault is the fault's to measure."""
    client = request.getfixturevalue("cluster")
    nothing = {"lose_workers": lambda pod: None, "lose_pod": lambda pod: None}
    made = Bench(LocalFaultDriver(client), LocalSystemDriver(client), now_us, time.sleep, **nothing)
    fault_id = made.apply(duration=60)
    made.started(fault_id)
    try:
        with pytest.raises(Conflict, match=f"{POD} has fault"):
            made.system.recreate(POD)
    finally:
        made.driver.recover(fault_id)
        made.ended(fault_id)
    free_again(client)


def test_out_of_reach_is_unavailable(unreachable: FaultDriver) -> None:
    with pytest.raises(Unavailable):
        unreachable.apply(FaultSpec(str(uuid4()), "pod-failure", (POD,), 60))
    with pytest.raises(Unavailable):
        unreachable.recover(str(uuid4()))
    with pytest.raises(Unavailable):
        unreachable.records(str(uuid4()))


def test_block_ends_all_and_refuses_until_unblocked(bench: Bench) -> None:
    driver = bench.driver
    assert driver.blocked() is None
    running = [bench.apply(pods=[POD], duration=300), bench.apply("cpu-stress", [OTHER], 300)]
    for fault_id in running:
        bench.started(fault_id)
    try:
        driver.block(Block("s1", "smoke", "ada"))
        with pytest.raises(UserError, match="emergency stop of ada: smoke"):
            bench.apply(duration=1)
        for fault_id in running:
            assert {record.end_reason for record in bench.wait(fault_id, lambda it: it.end is not None, 3)} == {
                "recovered"
            }
        held = driver.blocked()
        assert held is not None
        assert (held.stop_id, held.reason, held.by, held.since > 0) == ("s1", "smoke", "ada", True)
        driver.unblock("another")
        assert driver.blocked() == held
    finally:
        driver.unblock("s1")
    driver.unblock("s1")
    assert driver.blocked() is None
    bench.started(bench.apply(duration=1))
