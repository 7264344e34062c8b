"""The plan of a seed, the pacing, and the real process."""

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgenerator.pacing import BadRate, Pacer, checked_rate
from loadgenerator.plan import SHOPPERS, WEIGHTS, actions

SRC = Path(__file__).resolve().parents[2] / "onlineboutique" / "src"


def first(seed: int, count: int) -> list[Any]:
    return list(itertools.islice(actions(seed), count))


def test_a_seed_gives_always_the_same_actions() -> None:
    assert first(7, 2000) == first(7, 2000)
    assert first(7, 2000) != first(8, 2000)


def test_the_mix_follows_the_weights() -> None:
    counts = Counter(action.name for action in first(1, 20_000))
    assert set(counts) == set(WEIGHTS)
    assert counts["browse"] > counts["view_cart"] > counts["checkout"] > 0
    assert counts["browse"] / counts["set_currency"] == pytest.approx(5, rel=0.15)


def test_an_order_comes_after_something_was_added() -> None:
    last: dict[int, str] = {}
    for action in first(3, 20_000):
        if action.name == "checkout":
            assert last[action.shopper] == "add"
        assert not action.new_visitor or last[action.shopper] == "checkout"
        last[action.shopper] = action.name


def test_all_shoppers_take_part_with_varying_pauses() -> None:
    planned = first(1, 4000)
    turns = Counter(action.shopper for action in planned)
    assert set(turns) == set(range(SHOPPERS))
    assert max(turns.values()) < 1.5 * min(turns.values())
    mine = [index for index, action in enumerate(planned) if action.shopper == 0]
    assert len({later - earlier for earlier, later in itertools.pairwise(mine)}) > 10


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(rate=st.floats(0.5, 500), seed=st.integers())
def test_the_rate_is_kept_exactly_over_time(rate: float, seed: int) -> None:
    clock = Clock()
    pacer = Pacer(rate, random.Random(seed), clock)
    dues = []
    for _ in range(200):
        due = pacer.next_due()
        assert due is not None
        dues.append(due)
        clock.now = max(clock.now, due)
    assert dues == sorted(dues)
    assert 200 <= (dues[-1] - 100.0) * rate <= 201


def test_a_hold_up_is_made_good_only_in_part() -> None:
    clock = Clock()
    pacer = Pacer(10, random.Random(1), clock)
    clock.now += 60
    late = list(itertools.takewhile(lambda due: due is not None and due <= clock.now, iter(pacer.next_due, None)))
    assert 8 <= len(late) <= 11


def test_rate_zero_means_no_action() -> None:
    pacer = Pacer(0, random.Random(1))
    assert pacer.next_due() is None
    pacer.change(5)
    assert pacer.next_due() is not None


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


def test_the_rate_can_be_changed_while_it_runs(shop: Any, generator: Running) -> None:
    before = len(shop.logs("frontend"))
    assert httpx.get(f"{generator.url}/load", timeout=5).json() == {"rate": 0}
    time.sleep(0.5)
    assert requests_seen(shop, before) == []
    assert generator.put({"rate": 20}).json() == {"rate": 20}
    time.sleep(3)
    assert generator.put({"rate": 0}).json() == {"rate": 0}
    time.sleep(0.5)
    seen = len(requests_seen(shop, before))
    assert 45 <= seen <= 62  # 20 a second for 3 s, and what a busy machine may hold up
    time.sleep(0.5)
    assert len(requests_seen(shop, before)) == seen


def test_the_shop_sees_the_planned_actions(shop: Any, generator: Running, poll: Callable[..., Any]) -> None:
    before = len(shop.logs("frontend"))
    generator.put({"rate": 20})
    poll(lambda: len(requests_seen(shop, before)) >= 40)
    generator.put({"rate": 0})
    time.sleep(0.5)
    seen = requests_seen(shop, before)
    planned = Counter(f"{action.method} {action.path}" for action in first(5, len(seen)))
    assert Counter(line.partition(" status=")[0] for line in seen) == planned
    assert {line.partition(" status=")[2].split()[0] for line in seen} <= {"200", "302"}


def test_bad_control_requests_are_refused_with_a_reason(generator: Running) -> None:
    cases = [
        ("PUT", "/load", b'{"rate": -1}', 400),
        ("PUT", "/load", b"[10]", 400),
        ("PUT", "/load", b"not json", 400),
        ("PUT", "/load", b"\xff", 400),
        ("PUT", "/load", b"", 400),
        ("PUT", "/load", b"x" * 5000, 400),
        ("POST", "/load", b'{"rate": 1}', 405),
        ("GET", "/other", b"", 404),
    ]
    for method, path, body, status in cases:
        answer = httpx.request(method, generator.url + path, content=body, timeout=5)
        assert answer.status_code == status, (method, path, body)
        assert answer.json()["error"]
    assert httpx.get(f"{generator.url}/load", timeout=5).json() == {"rate": 0}


def test_sigterm_ends_it(generator: Running) -> None:
    generator.put({"rate": 5})
    generator.process.send_signal(signal.SIGTERM)
    assert generator.process.wait(10) == 0
