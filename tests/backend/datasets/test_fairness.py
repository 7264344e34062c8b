"""Two builds at once: each has its share of the cores, one alone has them all."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, get_native_id
from typing import Any

import pytest

from dataset_builder.formats.base import Chunk, Part
from datasets.fairness import Cores, Member
from datasets.watch import NICENESS, Pace, lower_priority

TIMEOUT = 30


def drain(member: Member, part: Part) -> list[Any]:
    return list(member.make(part))


def test_alone_it_has_all_cores() -> None:
    cores, together = Cores(3), Barrier(3)

    def make() -> Iterator[Chunk]:
        together.wait(TIMEOUT)  # passed only when three are made at once
        yield Chunk("a", b"")

    with cores.member() as member, ThreadPoolExecutor(3) as pool:
        made = [pool.submit(drain, member, Part(str(number), make)) for number in range(3)]
        assert [len(each.result(TIMEOUT)) for each in made] == [1, 1, 1]


def test_a_greedy_build_leaves_the_other_its_share() -> None:
    """The first has more parts than there are cores, and none of them ends before one of the second has."""
    cores, other_done = Cores(2), Event()

    def greedy() -> Iterator[Chunk]:
        assert other_done.wait(TIMEOUT)
        yield Chunk("a", b"")

    def modest() -> Iterator[Chunk]:
        yield Chunk("b", b"")

    with cores.member() as first, cores.member() as second, ThreadPoolExecutor(5) as pool:
        made = [pool.submit(drain, first, Part(str(number), greedy)) for number in range(4)]
        drain(second, Part("x", modest))
        other_done.set()
        assert [len(each.result(TIMEOUT)) for each in made] == [1] * 4


def test_a_core_is_free_again_after_a_failure() -> None:
    cores = Cores(1)

    def failing() -> Iterator[Chunk]:
        yield Chunk("a", b"")
        raise ValueError("damaged")

    with cores.member() as member:
        for _ in range(3):
            with pytest.raises(ValueError, match="damaged"):
                drain(member, Part("a", failing))
        assert member.used == 0


def test_one_core_serves_two_builds() -> None:
    cores = Cores(1)
    with cores.member() as first, cores.member() as second, cores.core(first), cores.core(second):
        assert (first.used, second.used) == (1, 1)


def test_threads_of_a_build_are_niced_and_others_are_not() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, get_native_id())

    before = niceness()
    with ThreadPoolExecutor(1, initializer=lower_priority) as pool:
        inside = pool.submit(niceness).result(TIMEOUT)
        with ThreadPoolExecutor(1) as unaware:
            started_from = pool.submit(unaware.submit, niceness).result(TIMEOUT).result(TIMEOUT)
    assert inside == started_from == max(NICENESS, before)
    assert niceness() == before


def test_time_left_is_told_once_there_is_a_pace() -> None:
    pace = Pace()
    assert pace.left(0.0, 0, 1000) is None  # nothing is done
    assert pace.left(1.0, 500, 1000) is None  # what an earlier builder did is no pace
    assert pace.left(2.0, 510, 1000) is None  # too early
    assert pace.left(6.0, 600, 1000) == pytest.approx(400 / (100 / 5))
    assert pace.left(100.0, 600, 1000) is None  # it stands still
    assert pace.left(104.0, 1000, 1000) == 0.0
