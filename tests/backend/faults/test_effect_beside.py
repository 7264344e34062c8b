"""Shares of the pod's calls beside those of others in the same seconds."""

import random

import pytest

from faults.effects.beside import Second, fit, paired
from faults.effects.kpis import Point
from faults.effects.statistics import Share


def seconds(seed: int, count: int, harm: float = 0.0) -> list[Second]:
    """Hits that come and go with the machine: nine in ten of the others' calls when it is calm, one when it is not. The
    pod's calls have half the odds; `harm` is the share of them that a fault takes.
    """
    chance, calm, found = random.Random(seed), 0.5, ([], [])
    for second in range(count):
        calm = min(0.9, max(0.1, calm + chance.gauss(0, 0.2)))
        own = calm / (1 - calm) / 2
        shares = (own / (1 + own) * (1 - harm), calm)
        for points, share, calls in zip(found, shares, (10, 40), strict=True):
            hits = sum(chance.random() < share for _ in range(calls))
            points.append(Point(second, hits, calls))
    return paired(*found)


def p_value(seed: int, harm: float) -> float:
    """Of a drop; 1 when it rose, which no fault that takes hits does."""
    beside, during = fit(seconds(seed, 60)), seconds(1000 + seed, 20, harm)
    result = beside.test([second.own for second in during], beside.usual(during, -1))
    return result.p_value if result.effect_size < 0 else 1.0


def test_what_the_machine_does_to_both_is_not_significant() -> None:
    """The seconds during resemble each other, and differ from those before: a plain test would find a lot."""
    found = [p_value(seed, harm=0.0) for seed in range(200)]
    assert sum(p < 0.01 for p in found) <= 4
    assert sum(p < 0.0001 for p in found) == 0


def test_a_fault_that_spares_nothing_is() -> None:
    assert max(p_value(seed, harm=1.0) for seed in range(50)) < 1e-3
    assert sorted(p_value(seed, harm=1.0) for seed in range(50))[25] < 1e-10


def test_the_odds_are_those_of_all_seconds_together() -> None:
    assert fit(seconds(1, 2000)).odds == pytest.approx(0.5, rel=0.1)


def test_a_machine_that_calms_down_is_no_reason_to_expect_more_than_before() -> None:
    before = [Second(Share(1, 10), Share(1, 10), 0.1)] * 20
    during = [Second(Share(5, 10), Share(10, 10), 0.95)] * 5
    assert fit(before).usual(during, -1) == pytest.approx(0.1, abs=0.01)
    assert fit(before).usual(during, 1) == pytest.approx(0.95, abs=0.05)


def test_none_so_far_is_not_none_ever() -> None:
    before = [Second(Share(0, 10), Share(0, 50), 0.0001)] * 20
    during = [Second(Share(0, 10), Share(0, 50), 0.0001)] * 5
    beside = fit(before)
    assert beside.usual(during, 1) == pytest.approx(1 / 400, rel=0.1)
    assert beside.test([Share(2, 20)], beside.usual(during, 1)).p_value > 1e-4


def test_seconds_without_calls_of_others_are_left_out() -> None:
    own, others = [Point(1, 1, 2), Point(2, 0, 3)], [Point(2, 1, 4), Point(3, 1, 1)]
    assert [(each.own, each.others) for each in paired(own, others)] == [(Share(0, 3), Share(1, 4))]
    assert paired(own, []) == []
