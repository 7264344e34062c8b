"""Lost segments: everything arrives, in order and once, as late as TCP would have it."""

import asyncio
import random
import time
from typing import Any

import pytest

from local_cluster.wire.impairment import Impairment, Link
from local_cluster.wire.segments import LEAST_RTO
from local_cluster.wire.tcp import MSS, Sender

TIMEOUT = 20


class Lossy:
    """A way on which chosen transmissions get lost, counted from 0, or any by chance."""

    def __init__(
        self, *, forth: set[int] = frozenset(), back: set[int] = frozenset(), link: Link | None = None
    ) -> None:  # type: ignore[assignment]
        self._forth, self._back, self._link = forth, back, link
        self.sent = self.returned = 0

    def forth(self, sent: float, size: int) -> float | None:
        self.sent += 1
        lost = self.sent - 1 in self._forth or (self._link is not None and self._link.loses())
        return None if lost else sent

    def back(self, sent: float) -> float | None:
        self.returned += 1
        lost = self.returned - 1 in self._back or (self._link is not None and self._link.loses())
        return None if lost else sent


def carried(way: Lossy, sizes: list[int], pause: float = 0.0, timeout: float = TIMEOUT) -> tuple[list[int], float]:
    """The numbers of the items as they arrived, and the seconds that it took."""

    async def scenario() -> tuple[list[int], float]:
        arrived: list[int] = []
        sender = Sender(way, arrived.append)
        began = time.monotonic()
        for number, size in enumerate(sizes):
            sender.send(number, size)
            await asyncio.sleep(pause)
        async with asyncio.timeout(timeout):
            while len(arrived) < len(sizes):
                await asyncio.sleep(0.002)
        took = time.monotonic() - began
        sender.abandon()
        return arrived, took

    return asyncio.run(scenario())


def test_without_loss_nothing_waits() -> None:
    way = Lossy()
    arrived, took = carried(way, [MSS] * 50)
    assert arrived == list(range(50))
    assert way.sent == 50
    assert took < LEAST_RTO


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("loss", [1, 10, 30])
def test_all_arrives_once_and_in_order(loss: float, seed: int) -> None:
    link = Link(Impairment(loss=loss), random.Random(seed))
    arrived, _ = carried(Lossy(link=link), [random.Random(seed).randint(1, MSS) for _ in range(60)])
    assert arrived == list(range(60))


def test_a_lone_lost_segment_waits_for_a_timer() -> None:
    way = Lossy(forth={0})
    arrived, took = carried(way, [100])
    assert (arrived, way.sent) == ([0], 2)
    assert took >= LEAST_RTO - 0.01


def test_a_loss_is_noticed_by_what_arrives_behind_it() -> None:
    way = Lossy(forth={2})
    arrived, took = carried(way, [MSS] * 8)
    assert (arrived, way.sent) == (list(range(8)), 9)
    assert took < LEAST_RTO, "no timeout is waited for"


def test_a_repeatedly_lost_segment_waits_ever_longer() -> None:
    _, once = carried(Lossy(forth={0, 1}), [100])
    _, twice = carried(Lossy(forth={0, 1, 2}), [100])
    assert twice > once + LEAST_RTO


def test_a_lost_acknowledgement_delays_nothing() -> None:
    way = Lossy(back={0, 1, 2})
    arrived, took = carried(way, [100, 100, 100], pause=0.01)
    assert arrived == [0, 1, 2]
    assert took < LEAST_RTO


def test_small_writes_that_have_to_wait_travel_together() -> None:
    way = Lossy(forth=set(range(10)))
    arrived, _ = carried(way, [MSS] * 10 + [10] * 100)
    assert arrived == list(range(110))
    assert way.sent < 40


def test_what_was_not_delivered_is_handed_back_in_order() -> None:
    async def scenario() -> list[Any]:
        arrived: list[int] = []
        sender = Sender(Lossy(forth={1, 2, 3}), arrived.append)
        for number in range(20):
            sender.send(number, MSS)
        await asyncio.sleep(0.005)
        rest = sender.abandon()
        await asyncio.sleep(0.3)
        return arrived + rest

    assert asyncio.run(scenario()) == list(range(20))
