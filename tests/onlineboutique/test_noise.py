"""The everyday trouble of a healthy shop: how often, by which seed, in how many words; callers live with it."""

import ast
import asyncio
import gc
import importlib
import itertools
import logging
import random
import re
import threading
import time
from collections import Counter
from pathlib import Path

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgenerator.plan import REFUSED_CARDS, Action, Visit
from shoplib import behaviour, logs
from shoplib.behaviour import Behaviour, Now, Settings
from shoplib.channel import Channel
from shoplib.environment import Identity
from shoplib.errors import Refused, again_after
from shoplib.habits import Habits, fill
from shoplib.hipstershop_pb2 import Ad, AdRequest, AdResponse
from shoplib.hipstershop_pb2_grpc import AdServiceServicer, AdServiceStub, add_AdServiceServicer_to_server
from shoplib.server import _new_server
from tests.templates import template_of

SRC = Path(__file__).resolve().parents[2] / "onlineboutique" / "src"
SERVICES = sorted(path.parent.name for path in SRC.glob("*/habits.py") if path.parent.name != "shoplib")
WANTED = Settings(seed=1, failures=0.003, slow=0.003, debug=0.05, jobs_every_s=60)


def habits_of(service: str) -> Habits:
    found: Habits = importlib.import_module(f"{service}.habits").HABITS
    return found


def texts_of(habits: Habits) -> list[str]:
    jobs = [text for job in habits.jobs for text in (job.done, *job.warnings, job.error)]
    return [*habits.debug, *habits.slow, *(failure.text for failure in habits.failures), *jobs]


def logged_by_the_code() -> set[str]:
    """First arguments of the calls of loggers in the sources."""
    found = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func).startswith("logger.")
            ):
                said = node.args[1 if node.func.attr == "log" else 0]
                if isinstance(said, ast.Constant) and not str(said.value).strip("%s"):
                    continue
                found.add(f"{path.parent.name}: {ast.unparse(said)}")
    return found


def test_every_service_with_calls_has_habits() -> None:
    assert sorted(path.parent.name for path in SRC.glob("*/main.py") if path.parent.name != "loadgenerator") == SERVICES


def test_a_day_has_three_hundred_templates() -> None:
    """Each text comes many times a day: see `test_every_text_is_said_within_a_day`. A store's own are not counted."""
    rng = random.Random(1)
    said = {
        f"{service}: {template_of(fill(text, rng, {'call': 'GetAds', 'served': 7, 'took': '12'}))}"
        for service in SERVICES
        for text in texts_of(habits_of(service))
    }
    assert len(said) >= 300
    assert len(said | logged_by_the_code()) >= 350


@pytest.mark.parametrize("service", SERVICES)
def test_every_text_is_said_within_a_day(service: str) -> None:
    """Of the rarest service, half a call a second, and of a job a minute: each text is due ten times and more."""
    habits, calls = habits_of(service), 43_200 * (1 if habits_of(service).seldom > 1 else 5)
    assert calls * WANTED.failures * habits.seldom / (behaviour.PASSING_WEIGHT * len(habits.failures)) > 8
    assert calls * WANTED.slow * habits.seldom / len(habits.slow) > 10
    assert calls * WANTED.debug / len(habits.debug) > 10
    runs = 86_400 / WANTED.jobs_every_s / len(habits.jobs)
    assert runs * behaviour.JOB_FAILS > 10
    assert all(runs * behaviour.JOB_WARNS / len(job.warnings) > 10 for job in habits.jobs)


@pytest.mark.parametrize("service", SERVICES)
def test_no_text_tells_that_it_is_made_up(service: str) -> None:
    for text in texts_of(habits_of(service)):
        assert not re.search(r"nois|inject|fault|simul|fake|chaos|random", text, re.IGNORECASE), text


@given(share=st.floats(0.001, 0.5), seed=st.integers())
def test_things_come_as_often_as_is_wanted(share: float, seed: int) -> None:
    now = Now(share, random.Random(seed))
    due = [index for index in range(round(400 / share)) if now()]
    assert 330 <= len(due) <= 480
    gaps = [later - earlier for earlier, later in itertools.pairwise(due)]
    assert max(gaps) <= 1.9 / share + 1
    assert share > 0.2 or len(set(gaps)) > 5


def a_life(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, service: str, seed: int, calls: int
) -> Counter[str]:
    """What a service does in so many calls; nobody waits."""

    async def at_once(seconds: float) -> None:
        assert 0 < seconds <= behaviour.SLOW_LONGEST_S

    async def live() -> Counter[str]:
        life, ends = Behaviour(service, habits_of(service), Settings(seed, 0.003, 0.003, 0.05)), Counter[str]()
        for _ in range(calls):
            try:
                await life.before("Call")
            except Refused as refused:
                ends[f"{refused.code.name} {'again' if refused.again_ms else ''}: {refused.message}"] += 1
            except RuntimeError as error:
                ends[f"INTERNAL: {error}"] += 1
        return ends

    monkeypatch.setattr(asyncio, "sleep", at_once)
    caplog.set_level(logging.DEBUG, service)
    caplog.clear()
    ends = asyncio.run(live())
    return ends + Counter(f"{record.levelname}: {record.getMessage()}" for record in caplog.records)


def share(life: Counter[str], start: str, calls: int) -> float:
    return sum(count for text, count in life.items() if text.startswith(start)) / calls


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_its_share_of_trouble(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, service: str
) -> None:
    life = a_life(monkeypatch, caplog, service, 1, 20_000)
    failed = share(life, ("UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL"), 20_000)  # type: ignore[arg-type]
    assert 0.0006 <= failed <= 0.011
    assert 0.0006 <= share(life, "WARNING", 20_000) <= 0.011
    assert share(life, "DEBUG", 20_000) == pytest.approx(0.05, rel=0.2)
    assert 0 <= share(life, "INTERNAL", 20_000) < failed / 2, "most succeed when they are asked again"
    assert len({template_of(text) for text in life}) >= 12


def test_a_seed_gives_the_same_life(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    first = a_life(monkeypatch, caplog, "adservice", 5, 3000)
    assert a_life(monkeypatch, caplog, "adservice", 5, 3000) == first
    assert a_life(monkeypatch, caplog, "adservice", 6, 3000) != first
    monkeypatch.setenv("POD_NAME", "adservice-1")
    assert a_life(monkeypatch, caplog, "adservice", 5, 3000) != first


def test_without_settings_there_is_none(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("SEED", "FAILURES", "SLOW", "DEBUG", "JOBS_EVERY_S"):
        monkeypatch.delenv(f"NOISE_{name}", raising=False)
    assert behaviour.settings() == Settings(seed=0)
    life = Behaviour("adservice", habits_of("adservice"), behaviour.settings())

    async def live() -> None:
        for _ in range(2000):
            await life.before("Call")

    asyncio.run(live())
    assert not life.jobs
    assert behaviour.connection_options() == ()
    assert caplog.records == []


def test_jobs_work_warn_and_fail(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    waits = []

    async def at_once(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 400:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", at_once)

    async def done(count: int, waits_s: float, work_s: float) -> None:
        assert 1 <= count <= 3

    monkeypatch.setattr(behaviour, "_by_hands", done)
    monkeypatch.setattr(gc, "collect", lambda: 7)  # the tests' own heap is a large one
    caplog.set_level(logging.DEBUG, "adservice")
    life = Behaviour("adservice", habits_of("adservice"), WANTED)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(life.keep_up())
    levels = Counter(record.levelname for record in caplog.records)
    assert levels["INFO"] > 5 * levels["ERROR"] > 0
    assert levels["WARNING"] > levels["ERROR"]
    failed = [record for record in caplog.records if record.levelname == "ERROR"]
    assert all(record.exc_info for record in failed)
    assert {record.getMessage() for record in failed} == {
        f"job {job.name} failed" for job in habits_of("adservice").jobs
    }
    assert any(record.getMessage().startswith("gc: ") for record in caplog.records)


def test_threads_come_and_go_with_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """And calls are served meanwhile."""
    go_on, worked = threading.Event(), []
    monkeypatch.setattr(time, "sleep", lambda seconds: go_on.wait(20))
    monkeypatch.setattr(behaviour, "_work", worked.append)

    async def live() -> None:
        before = threading.active_count()
        job = asyncio.create_task(behaviour._by_hands(3, 5.0, 0.03))
        await asyncio.sleep(0)
        assert threading.active_count() == before + 3
        go_on.set()
        await asyncio.wait_for(job, 20)
        assert threading.active_count() == before

    asyncio.run(live())
    assert worked == [0.01] * 3


class Ads(AdServiceServicer):
    async def GetAds(self, request: AdRequest, context: grpc.aio.ServicerContext) -> AdResponse:
        return AdResponse(ads=[Ad(text="an ad")])


class Stumbling(Behaviour):
    """Fails by `failing`, so many times."""

    def __init__(self, failing: Exception, times: int) -> None:
        super().__init__("adservice", Habits(), Settings())
        self.calls = 0
        self._failing, self._times = failing, times

    async def before(self, call: str) -> None:
        self.calls += 1
        if self.calls <= self._times:
            raise self._failing


def ask(life: Stumbling) -> str:
    """What a caller gets: the ad, or the status."""

    async def call() -> str:
        server = _new_server(life)
        add_AdServiceServicer_to_server(Ads(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with Channel(f"127.0.0.1:{port}") as channel:
                answer = await AdServiceStub(channel).GetAds(AdRequest())
                return str(answer.ads[0].text)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name} {again_after(error)}"
        finally:
            await server.stop(None)

    return asyncio.run(call())


BUSY = grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("failing", "times", "gets", "calls"),
    [
        (Refused(BUSY, "busy", 20), 1, "an ad", 2),
        (Refused(BUSY, "busy", 20), 2, "UNAVAILABLE 0.02", 2),
        (Refused(BUSY, "broken"), 1, "UNAVAILABLE None", 1),
        (Refused(grpc.StatusCode.NOT_FOUND, "no"), 1, "NOT_FOUND None", 1),
        (RuntimeError("what?"), 1, "INTERNAL None", 1),
        (Refused(BUSY, "busy for long", 60_000), 1, "UNAVAILABLE 60.0", 1),
    ],
)
def test_callers_ask_again_only_when_they_are_told_to(
    caplog: pytest.LogCaptureFixture, failing: Exception, times: int, gets: str, calls: int
) -> None:
    life = Stumbling(failing, times)
    assert ask(life) == gets
    assert life.calls == calls
    warned = [record for record in caplog.records if "trying again in 20 ms" in record.getMessage()]
    assert len(warned) == calls - 1


def test_visitors_make_mistakes_only_if_they_are_wanted() -> None:
    def actions(mistakes: float) -> list[Action]:
        visits = (Visit(1, number, 0, mistakes) for number in range(2000))
        return [action for visit in visits for action in itertools.islice(visit, 10)]

    without, with_some = actions(0), actions(0.05)
    assert [action for action in without if is_mistake(action)] == []
    assert 0.02 < sum(map(is_mistake, with_some)) / 20_000 < 0.06


def is_mistake(action: Action) -> bool:
    form = dict(action.form)
    return (
        form.get("credit_card_number") in REFUSED_CARDS
        or form.get("quantity") in ("0", "11", "100")
        or (action.path.startswith("/product/") and not re.search(r"[G-Z]", action.path.rpartition("/")[2]))
    )


@pytest.mark.parametrize("style", logs.STYLES)
def test_the_collector_reads_every_style(monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    from local_cluster.collector.loglines import parse_lines

    monkeypatch.setenv("LOG_STYLE", style)
    formatter = logs.formatter(Identity("adservice", "adservice-0", "local"), lambda: ("a" * 32, "b" * 16))
    message = 'two\nlines, a "quote", = and {braces} of é'
    try:
        raise ValueError("oh")
    except ValueError as error:
        record = logging.LogRecord(
            "adservice", logging.ERROR, "", 0, "%s", (message,), (ValueError, error, error.__traceback__)
        )
    record.created = 1_795_348_120.123456
    text = formatter.format(record) + "\n"
    (row,), waiting = parse_lines(text.encode().splitlines(keepends=True), 7)
    assert (row.timestamp, row.level, row.trace_id, row.span_id) == (1_795_348_120_123_456, "ERROR", "a" * 32, "b" * 16)
    assert waiting == 0
    expected = message.replace("\n", "\\n") if style == "plain" else message
    assert row.message.removeprefix("[adservice] ").startswith(expected + "\nTraceback (most recent call last):\n")
    assert row.message.endswith("ValueError: oh")


def test_an_unknown_style_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_STYLE", "yaml")
    with pytest.raises(SystemExit, match="LOG_STYLE is 'yaml'; expected one of json, logfmt, plain"):
        logs.formatter(Identity("a", "a-0", ""), logs.no_trace)
