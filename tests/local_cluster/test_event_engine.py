"""The life of an event, with a kind that can be told to fail: what is admitted, stopped, recorded."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from local_cluster.events import engine, requests
from local_cluster.events.base import EventKind, Happening
from local_cluster.events.engine import EventEngine
from local_cluster.events.record import EventRecord
from local_cluster.events.restarts import next_version
from local_cluster.faults.base import NotYet, Refused
from local_cluster.journal import RecordJournal

from .conftest import eventually, run


class Party(EventKind):
    """Two deeds with a pause between them, and the way back."""

    name: ClassVar[str] = "party"
    lasts: ClassVar[bool] = True

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.back = 0

    async def run(self, stage: Any, it: Happening, parameters: Any) -> None:
        with it.on("a-0"):
            if self.trouble:
                raise self.trouble
            await asyncio.sleep(0)
        await it.pause(it.record.duration_s)
        self.back += 1


class Setting:
    def __init__(self, directory: Path, kind: Party) -> None:
        self.kind, self.directory = kind, directory
        self.blocked = self.faulty = False
        self.journal = RecordJournal(directory / "events", EventRecord, directory / "heartbeat")
        self.engine = self.new_engine()

    def new_engine(self) -> EventEngine:
        services = {name: SimpleNamespace(name=name, replicas=1) for name in ("a", "b")}
        pods = {f"{name}-0": SimpleNamespace(name=f"{name}-0", service=services[name]) for name in services}
        topology = SimpleNamespace(services=services, pods=pods, pods_of=lambda name: [pods[f"{name}-0"]])
        return EventEngine(
            SimpleNamespace(topology=topology),  # type: ignore[arg-type]
            self.journal,
            refuse_blocked=self._refuse_blocked,
            refuse_faulty=self._refuse_faulty,
        )

    def _refuse_blocked(self) -> None:
        if self.blocked:
            raise Refused(409, "blocked by ada")

    def _refuse_faulty(self, pods: Any) -> None:
        if self.faulty:
            raise Refused(409, f"{', '.join(pods)} has a fault")

    def submit(self, event_id: str = "one", service: str = "a", seconds: float = 30) -> EventRecord:
        raw = {"event_id": event_id, "kind": "party", "service": service, "duration_s": seconds}
        return self.engine.submit(raw)[0]


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    kind = Party()
    for module in (engine, requests):
        monkeypatch.setattr(module, "KINDS", {"party": kind})
    return Setting(tmp_path, kind)


def test_a_whole_event_is_recorded_and_outlives_the_engine(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit(seconds=0.05)
        await eventually(lambda: record.over)
        assert (record.state, record.end_reason, record.error) == ("ended", "completed", "")
        (span,) = record.pods
        assert record.created_us <= record.start_us <= span.start_us <= span.end_us <= record.end_us
        assert setting.new_engine().get("one") == record

    run(scenario())


def test_one_that_is_stopped_takes_the_way_back(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit()
        await eventually(lambda: record.start_us)
        setting.engine.end("one")
        setting.engine.end("one")
        await eventually(lambda: record.over)
        assert (record.end_reason, setting.kind.back) == ("stopped", 1)

    run(scenario())


@pytest.mark.parametrize(
    ("trouble", "told"),
    [(NotYet("it rains"), "it rains"), (AttributeError("cake"), "internal error: AttributeError('cake')")],
)
def test_one_that_fails_says_why(setting: Setting, trouble: Exception, told: str) -> None:
    async def scenario() -> None:
        setting.kind.trouble = trouble
        record = setting.submit()
        await eventually(lambda: record.over)
        assert (record.state, record.end_reason, record.error) == ("failed", "failed", told)
        assert record.pods[0].end_us is not None

    run(scenario())


def test_what_speaks_against_it(setting: Setting) -> None:
    async def scenario() -> None:
        setting.blocked = True
        with pytest.raises(Refused, match="blocked by ada"):
            setting.submit()
        setting.blocked, setting.faulty = False, True
        with pytest.raises(Refused, match="a-0 has a fault"):
            setting.submit()
        setting.faulty = False
        setting.submit()
        with pytest.raises(Refused, match="a has a party"):
            setting.submit("two")
        with pytest.raises(Refused, match="a-0 has part in a party"):
            setting.engine.refuse_busy(["b-0", "a-0"])
        setting.engine.refuse_busy(["b-0"])
        setting.submit("two", "b")
        assert {record.event_id for record in setting.engine.end_all()} == {"one", "two"}
        await eventually(lambda: all(record.over for record in setting.engine.all()))

    run(scenario())


def test_what_is_open_when_the_controller_ends_is_closed(setting: Setting) -> None:
    async def scenario() -> None:
        setting.submit()
        await eventually(lambda: setting.engine.get("one").start_us)
        await setting.engine.stop()
        record = setting.engine.get("one")
        assert (record.state, record.end_reason, setting.kind.back) == ("ended", "cluster-restarted", 0)
        assert setting.new_engine().get("one") == record

    run(scenario())


def test_what_was_open_when_it_was_killed_is_closed_at_the_last_beat(setting: Setting) -> None:
    async def scenario() -> None:
        record = setting.submit()
        await eventually(lambda: record.start_us)
        setting.journal.beat()
        found = setting.new_engine().get("one")
        assert found.end_reason == "cluster-restarted"
        assert found.end_us == pytest.approx((setting.directory / "heartbeat").stat().st_mtime_ns // 1000, abs=1)
        await setting.engine.stop()

    run(scenario())


@pytest.mark.parametrize(
    ("version", "following"), [("1.0.0", "1.0.1"), ("1.0.9", "1.0.10"), ("v2", "v3"), ("2-rc", "3-rc"), ("x", "x.1")]
)
def test_a_version_is_followed_by_the_next(version: str, following: str) -> None:
    assert next_version(version) == following
