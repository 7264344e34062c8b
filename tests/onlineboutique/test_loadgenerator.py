"""Visitors of a seed, when they come, how the load moves, and the real process."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, pvariance
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadgenerator.plan import DRIFTS_IN, WEIGHTS, Action, Visit, weights
from loadgenerator.profiles import BadProfile, Profile, checked
from loadgenerator.rates import BadRate, checked_rate
from loadgenerator.traffic import SHOPPERS, Traffic

CONSTANT = {"profile": "constant", "period_s": 1200, "series": []}
SRC = Path(__file__).resolve().parents[2] / "onlineboutique" / "src"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Walk:
    """Traffic without waiting for it."""

    def __init__(self, seed: int, rate: float, **options: Any) -> None:
        self.clock = Clock()
        self.traffic = Traffic(seed, rate, clock=self.clock, **options)

    def for_(self, seconds: float) -> list[tuple[float, Action]]:
        """What happens in so many seconds from now: when, counted from now, and what."""
        begun = self.clock.now
        found = []
        while (due := self.traffic.next_due()) is not None and due < begun + seconds:
            self.clock.now = max(self.clock.now, due)
            action = self.traffic.take()
            if action is not None:
                found.append((due - begun, action))
        self.clock.now = begun + seconds
        return found


def by_second(found: list[tuple[float, Action]], seconds: int) -> list[int]:
    counts = Counter(int(when) for when, _ in found)
    return [counts[second] for second in range(seconds)]


def fano(counts: list[int]) -> float:
    return pvariance(counts) / mean(counts)


def test_a_seed_gives_always_the_same_traffic() -> None:
    assert Walk(7, 10).for_(200) == Walk(7, 10).for_(200)
    assert Walk(7, 10).for_(200) != Walk(8, 10).for_(200)


def test_the_same_visitors_come_at_any_rate() -> None:
    def visit(number: int) -> list[Action]:
        return list(itertools.islice(Visit(3, number, shopper=0), 20))

    assert visit(5) == visit(5)
    assert visit(5) != visit(6)
    known = {(action.name, action.path, action.form) for number in range(1, 60) for action in visit(number)}
    for rate in (2, 10):
        assert {(action.name, action.path, action.form) for _, action in Walk(3, rate).for_(5)} <= known


def test_the_mix_follows_the_weights_and_drifts() -> None:
    actions = [action for _, action in Walk(1, 20).for_(1500)]
    counts = Counter(action.name for action in actions)
    assert set(counts) == set(WEIGHTS)
    assert counts["browse"] > counts["view_cart"] > counts["checkout"] > 0
    parts = [Counter(each.name for each in actions[start : start + 900]) for start in range(0, 27_000, 900)]
    shares = [part["view_cart"] / 900 for part in parts]
    assert max(shares) > 1.4 * min(shares)
    for name, weight in WEIGHTS.items():
        assert mean(weights(1, number)[name] for number in range(DRIFTS_IN)) == pytest.approx(weight, rel=0.01)


def test_an_order_comes_after_something_was_added() -> None:
    last: dict[int, str] = {}
    for _, action in Walk(3, 20).for_(1000):
        if action.name == "checkout":
            assert last[action.shopper] == "add"
            assert not action.new_visitor
        last[action.shopper] = action.name


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("rate", [2, 10, 50])
def test_requests_come_as_people_make_them(seed: int, rate: float) -> None:
    """Ten minutes: as often as was asked for, and no more regular than chance, which has a Fano factor of 1."""
    counts = by_second(Walk(seed, rate).for_(600), 600)
    assert mean(counts) == pytest.approx(rate, rel=4 * (7 / (600 * rate)) ** 0.5)
    assert 1 <= fano(counts) < 4


@pytest.mark.parametrize("seed", range(5))
def test_a_new_rate_holds_at_once(seed: int) -> None:
    walks = [Walk(100 * seed + number, 5) for number in range(30)]
    before = [len(walk.for_(10)) for walk in walks]
    for walk in walks:
        walk.traffic.change(20)
    more = [len(walk.for_(5)) for walk in walks]
    for walk in walks:
        walk.traffic.change(5)
    less = [len(walk.for_(5)) for walk in walks]
    assert mean(before) == pytest.approx(50, rel=0.2)
    assert mean(more) == pytest.approx(100, rel=0.2)
    assert mean(less) == pytest.approx(25, rel=0.25)


def test_rate_zero_means_no_action() -> None:
    walk = Walk(1, 0)
    assert walk.for_(10) == []
    walk.traffic.change(5)
    assert walk.for_(10)
    walk.traffic.change(0)
    assert walk.for_(10) == []


def test_what_is_held_up_comes_later() -> None:
    walk, late = Walk(4, 10), Walk(4, 10)
    assert walk.traffic.next_due() is not None
    assert late.traffic.next_due() is not None
    late.traffic.hold_up(0.25)
    assert late.traffic.next_due() == pytest.approx((walk.traffic.next_due() or 0) + 0.25)


@given(rate=st.floats(0.1, 1000), changes=st.lists(st.floats(0, 1000), max_size=4), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_no_shopper_is_two_visitors(rate: float, changes: list[float], seed: int) -> None:
    walk = Walk(seed, rate)
    for each in (rate, *changes):
        walk.traffic.change(each)
        found = walk.for_(2)
        assert {action.shopper for _, action in found} <= set(range(SHOPPERS))
        assert [when for when, _ in found] == sorted(when for when, _ in found)
        waiting = [visit.shopper for _, _, visit in walk.traffic._waiting]
        assert sorted([*waiting, *walk.traffic._free]) == list(range(SHOPPERS))


@pytest.mark.parametrize(
    ("profile", "least", "most"),
    [
        (Profile(), 1.0, 1.0),
        (Profile("diurnal", 600), 0.4, 1.6),
        (Profile("burst", 600), 0.85, 2.5),
        (Profile("steps", 600), 0.5, 1.5),
        (Profile("replay", 600, (1.0, 2.0, 6.0)), 1 / 3, 2.0),
    ],
)
def test_a_profile_moves_the_rate_around_what_is_set(profile: Profile, least: float, most: float) -> None:
    factors = [profile.factor(second, 1) for second in range(6000)]
    assert (min(factors), max(factors)) == (pytest.approx(least, abs=0.03), pytest.approx(most, abs=0.03))
    assert mean(factors) == pytest.approx(1, abs=0.02)
    requests = len(Walk(1, 20, profile=profile).for_(1200))
    assert requests == pytest.approx(20 * 1200, rel=0.15)


def test_bursts_and_steps_follow_from_the_seed() -> None:
    for name in ("burst", "steps"):
        series = [[Profile(name, 600).factor(second, seed) for second in range(6000)] for seed in (1, 1, 2)]
        assert series[0] == series[1] != series[2]


def test_a_day_is_seen_in_the_requests() -> None:
    counts = by_second(Walk(1, 20, profile=Profile("diurnal", 400)).for_(400), 400)
    assert sum(counts[50:150]) > 2 * sum(counts[250:350])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"name": "weekly"}, "profile is 'weekly'; expected one of constant, diurnal, burst, steps, replay"),
        ({"name": ["diurnal"]}, "profile is"),
        ({"name": "diurnal", "period_s": 1}, "period_s is 1; expected 10 to 86400"),
        ({"name": "diurnal", "period_s": True}, "period_s is True"),
        ({"name": "diurnal", "period_s": float("nan")}, "period_s is nan"),
        ({"name": "replay"}, "series is for replay: 2 to 1440 numbers"),
        ({"name": "replay", "series": [1]}, "2 to 1440"),
        ({"name": "replay", "series": [0, 0]}, "not all of them 0"),
        ({"name": "replay", "series": [1, -1]}, "none below 0"),
        ({"name": "replay", "series": [1, "2"]}, "numbers"),
        ({"name": "replay", "series": [1] * 1441}, "2 to 1440"),
        ({"name": "steps", "series": [1, 2]}, "series is for replay"),
    ],
)
def test_bad_profiles_are_refused(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(BadProfile) as refused:
        checked(**asked)
    assert told in str(refused.value)


@pytest.mark.parametrize("value", [-1, 1001, float("nan"), "10", None, True, [10]])
def test_bad_rates_are_refused(value: object) -> None:
    with pytest.raises(BadRate, match="expected requests per second"):
        checked_rate(value)


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[str]
    url: str

    def put(self, body: Any) -> httpx.Response:
        return httpx.put(f"{self.url}/load", json=body, timeout=5)


def start_generator(shop: Any, folder: Path) -> Running:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(SRC),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "FRONTEND_ADDR": shop.address("frontend"),
        "LOAD_RATE": "0",
        "LOAD_SEED": "5",
    }
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen([sys.executable, "-m", "loadgenerator.main"], env=environment, stdout=log, text=True)
    return Running(process, f"http://127.0.0.1:{port}")


def is_up(running: Running) -> bool:
    try:
        return httpx.get(f"{running.url}/_healthz", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def generator(shop: Any, tmp_path: Path, poll: Callable[..., Any]) -> Iterator[Running]:
    """A fresh one, so its plan is at its beginning."""
    running = start_generator(shop, tmp_path)
    try:
        poll(lambda: is_up(running))
        yield running
    finally:
        running.process.kill()
        running.process.wait(10)


def requests_seen(shop: Any, since: int) -> list[str]:
    lines = [line["message"] for line in shop.logs("frontend")[since:]]
    return [line.removeprefix("request complete: ") for line in lines if line.startswith("request complete")]


def settled(shop: Any, since: int) -> int:
    """Requests seen, when for a second there were no more: a busy machine still works off what had come."""
    seen = len(requests_seen(shop, since))
    time.sleep(1)
    return seen if seen == len(requests_seen(shop, since)) else 0


def test_the_rate_can_be_changed_while_it_runs(shop: Any, generator: Running, poll: Callable[..., Any]) -> None:
    before = len(shop.logs("frontend"))
    assert httpx.get(f"{generator.url}/load", timeout=5).json() == CONSTANT | {"rate": 0}
    time.sleep(0.5)
    assert requests_seen(shop, before) == []
    assert generator.put({"rate": 20}).json() == CONSTANT | {"rate": 20}
    time.sleep(3)
    assert generator.put({"rate": 0}).json() == CONSTANT | {"rate": 0}
    assert 15 <= poll(lambda: settled(shop, before)) <= 110  # 20 a second for 3 s, by chance, on a busy machine


def test_the_profile_can_be_changed_while_it_runs(generator: Running) -> None:
    wanted = {"rate": 0, "profile": "replay", "period_s": 60, "series": [1, 5, 3]}
    assert generator.put(wanted).json() == wanted
    assert generator.put({"rate": 0}).json() == wanted
    assert generator.put({"rate": 0, "profile": "diurnal"}).json() == wanted | {"profile": "diurnal", "series": []}
    assert "series is for replay" in generator.put({"rate": 0, "profile": "replay"}).json()["error"]


def test_the_shop_sees_what_the_visitors_do(shop: Any, generator: Running, poll: Callable[..., Any]) -> None:
    before = len(shop.logs("frontend"))
    generator.put({"rate": 20})
    poll(lambda: len(requests_seen(shop, before)) >= 40)
    generator.put({"rate": 0})
    poll(lambda: settled(shop, before))
    seen = requests_seen(shop, before)
    assert len({line.partition(" status=")[0] for line in seen}) > 5
    assert {line.partition(" status=")[2].split()[0] for line in seen} <= {"200", "302"}


def test_bad_control_requests_are_refused_with_a_reason(generator: Running) -> None:
    cases = [
        ("PUT", "/load", b'{"rate": -1}', 400),
        ("PUT", "/load", b"[10]", 400),
        ("PUT", "/load", b"not json", 400),
        ("PUT", "/load", b"\xff", 400),
        ("PUT", "/load", b"", 400),
        ("PUT", "/load", b"x" * 70_000, 400),
        ("PUT", "/load", b'{"rate": 1, "profile": "weekly"}', 400),
        ("POST", "/load", b'{"rate": 1}', 405),
        ("GET", "/other", b"", 404),
    ]
    for method, path, body, status in cases:
        answer = httpx.request(method, generator.url + path, content=body, timeout=5)
        assert answer.status_code == status, (method, path, body)
        assert answer.json()["error"]
    assert httpx.get(f"{generator.url}/load", timeout=5).json() == CONSTANT | {"rate": 0}


def test_sigterm_ends_it(generator: Running) -> None:
    generator.put({"rate": 5})
    generator.process.send_signal(signal.SIGTERM)
    assert generator.process.wait(10) == 0
