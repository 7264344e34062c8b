"""The life of a fault, with a kind that can be told to fail: states, retries, deadlines, restarts of pods."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from local_cluster import journal
from local_cluster.faults import life, requests
from local_cluster.faults.base import FaultKind, NotYet, Refused
from local_cluster.faults.engine import FaultEngine
from local_cluster.faults.journal import Journal
from local_cluster.faults.record import FaultRecord
from local_cluster.linux import now_us

from .conftest import eventually, run


class Tickle(FaultKind):
    """Refuses to apply on pods in `broken`; clears only after `stubborn` attempts."""

    name: ClassVar[str] = "tickle"

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.contexts: list[Any] = []
        self.deadly: Any = None  # called as it takes hold
        self.stubborn = 0
        self.mistaken = 0  # how often clearing fails by a mistake in the program
        self.on: set[str] = set()

    async def apply(self, context: Any, pod: str, parameters: Any) -> int:
        self.contexts.append(context)
        if pod in self.broken:
            raise NotYet("it does not laugh")
        self.on.add(pod)
        began_us = now_us()
        if self.deadly is not None:
            self.deadly()
        return began_us

    async def clear(self, context: Any, pod: str, parameters: Any) -> int:
        if self.stubborn:
            self.stubborn -= 1
            raise NotYet("it still laughs")
        if self.mistaken:
            self.mistaken -= 1
            raise AttributeError("laugh")
        self.on.discard(pod)
        return now_us()


def _nobody(*arguments: Any) -> None:
    return None


@dataclass(frozen=True)
class Context:
    topology: Any
    pods: Any
    worker_ended: Any = _nobody


class Setting:
    """An engine with two pods and the kind `tickle`."""

    def __init__(self, directory: Path, kind: Tickle) -> None:
        self.kind = kind
        self.listeners: list[Any] = []
        service = SimpleNamespace(name="a")
        topology = SimpleNamespace(pods={name: SimpleNamespace(service=service, name=name) for name in ("a-0", "a-1")})
        pods = SimpleNamespace(on_end=self.listeners.append)
        self.journal = Journal(directory)
        self.engine = FaultEngine(Context(topology, pods), self.journal)  # type: ignore[arg-type]

    def submit(self, fault_id: str = "one", pods: tuple[str, ...] = ("a-0",), seconds: float = 30) -> FaultRecord:
        body = {"fault_id": fault_id, "kind": "tickle", "pods": list(pods), "parameters": {}, "duration_s": seconds}
        return self.engine.submit(body)[0]


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    kind = Tickle()
    monkeypatch.setattr(requests, "KINDS", {"tickle": kind})
    monkeypatch.setattr(life, "CLEAR_RETRY", 0.01)
    return Setting(tmp_path, kind)


def test_a_fault_ends_at_its_deadline(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit(seconds=0.3)
        assert record.state == "applying"
        await eventually(lambda: record.state == "active")
        assert setting.kind.on == {"a-0"}
        await eventually(lambda: record.over)
        (pod,) = record.pods
        assert (record.state, pod.end_reason) == ("ended", "deadline")
        assert pod.start_us is not None
        assert pod.end_us is not None
        assert pod.start_us < record.deadline_us <= pod.end_us
        assert setting.kind.on == set()
        assert setting.journal.recover()["one"] == record

    run(scenario())


def test_clearing_is_repeated_until_it_is_confirmed(setting: Setting) -> None:
    async def scenario() -> None:
        setting.kind.stubborn = 3
        record = setting.submit()
        await eventually(lambda: record.state == "active")
        setting.engine.end("one")
        await eventually(lambda: record.over)
        assert (setting.kind.stubborn, record.pods[0].end_reason) == (0, "recovered")
        assert setting.engine.end("one") is record

    run(scenario())


def test_one_broken_pod_does_not_hide_the_other(setting: Setting) -> None:
    async def scenario() -> None:
        setting.kind.broken = {"a-1"}
        record = setting.submit(pods=("a-0", "a-1"), seconds=0.2)
        await eventually(lambda: record.over)
        good, bad = record.pods
        assert (record.state, good.end_reason) == ("ended", "deadline")
        assert (bad.start_us, bad.end_us, bad.end_reason, bad.error) == (None, None, "failed", "it does not laugh")

    run(scenario())


def test_a_fault_that_took_hold_nowhere_has_failed(setting: Setting) -> None:
    async def scenario() -> None:
        setting.kind.broken = {"a-0"}
        record = setting.submit()
        await eventually(lambda: record.over)
        assert (record.state, record.error) == ("failed", "a-0: it does not laugh")

    run(scenario())


def test_a_restarted_pod_ends_what_lived_in_its_processes(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit(pods=("a-0", "a-1"))
        await eventually(lambda: record.state == "active")
        died = now_us()
        setting.listeners[0]("a-0", died, "OOMKilled")
        assert (record.pods[0].end_us, record.pods[0].end_reason) == (died, "pod-restarted")
        assert record.pods[0].error == "OOMKilled"
        await eventually(lambda: setting.kind.on == {"a-1"})  # what outlives a process is taken away too
        assert record.state == "active"  # the other one still laughs
        setting.listeners[0]("a-1", died, "exit status 1")
        await eventually(lambda: record.over)
        assert record.state == "ended"

    run(scenario())


def test_a_fault_whose_last_worker_died_is_over_and_says_why(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit(pods=("a-0", "a-1"))
        await eventually(lambda: record.state == "active")
        told = setting.kind.contexts[0].worker_ended
        told("a-0", None, "1 of 2 workers ended: killed by SIGKILL")
        assert not record.pods[0].over  # the other worker is at it
        died = now_us()
        told("a-0", died, "2 of 2 workers ended: killed by SIGKILL")
        first, second = record.pods
        assert (first.end_us, first.end_reason) == (died, "ended-early")
        assert first.error == "2 of 2 workers ended: killed by SIGKILL"
        told("a-1", None, "1 of 2 workers ended: exit status 12")
        assert record.state == "active"
        setting.engine.end("one")
        await eventually(lambda: record.over)
        assert (second.end_reason, second.error) == ("recovered", "1 of 2 workers ended: exit status 12")
        told("a-1", now_us(), "too late to matter")
        assert second.end_reason == "recovered"

    run(scenario())


def test_a_pod_that_died_of_the_fault_before_that_could_be_told(setting: Setting) -> None:
    async def scenario() -> None:
        asked = now_us()
        setting.kind.deadly = lambda: setting.listeners[0]("a-0", now_us(), "OOMKilled")
        record = setting.submit()
        await eventually(lambda: record.over)
        (pod,) = record.pods
        assert (record.state, pod.end_reason, pod.error) == ("ended", "pod-restarted", "OOMKilled")
        assert pod.start_us is not None
        assert pod.end_us is not None
        assert asked <= pod.start_us <= pod.end_us

    run(scenario())


def test_one_fault_per_pod_and_one_record_per_id(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit()
        assert setting.submit() is record
        with pytest.raises(Refused, match="a-0 has fault one") as refused:
            setting.submit("two", ("a-1", "a-0"))
        assert refused.value.status == 409
        setting.submit("two", ("a-1",))
        await setting.engine.stop()

    run(scenario())


def test_what_is_open_at_the_controllers_end_is_closed(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit()
        await eventually(lambda: record.state == "active")
        await setting.engine.stop()
        assert not record.over
        setting.engine.close_open()
        assert (record.state, record.pods[0].end_reason) == ("ended", "cluster-restarted")
        await asyncio.sleep(0)

    run(scenario())


def test_an_end_that_could_not_be_written_is_written_later(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(record: FaultRecord) -> None:
        raise OSError(28, "No space left on device")

    async def scenario() -> None:
        record = setting.submit(seconds=0.2)
        await eventually(lambda: record.state == "active")
        with monkeypatch.context() as full:
            full.setattr(setting.journal, "write", no_room)
            await eventually(lambda: record.over)
            assert setting.kind.on == set(), "the fault is over all the same"
        await eventually(lambda: setting.journal.recover()["one"] == record)

    monkeypatch.setattr(journal, "SAVE_RETRY", 0.05)
    run(scenario())


def test_a_mistake_in_the_program_leaves_no_fault_behind(setting: Setting) -> None:
    async def scenario() -> None:
        setting.kind.mistaken = 2
        record = setting.submit(seconds=0.2)
        await eventually(lambda: "internal error" in record.pods[0].error)
        await eventually(lambda: record.over)
        assert (record.state, record.pods[0].end_reason) == ("ended", "deadline")
        assert setting.kind.on == set()

    run(scenario())
