"""The tests against published numbers, against brute force, and on noise that is not independent."""

import math
import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.effects.statistics import Share, fisher, mann_whitney, midranks, quantile, rates, share_of, spread

values = st.lists(st.integers(0, 50).map(float), min_size=5, max_size=30)


def shares(*pairs: tuple[float, float]) -> list[Share]:
    return [Share(*pair) for pair in pairs]


def test_tea_tasting() -> None:
    """R. A. Fisher, The Design of Experiments (1935): three of four cups right."""
    assert fisher(shares((1, 4)), shares((3, 4))).p_value == pytest.approx(34 / 70)


def test_fisher_with_an_unbalanced_table() -> None:
    """[[1, 9], [11, 3]], the example of many textbooks."""
    found = fisher(shares((11, 14)), shares((1, 10)))
    assert found.p_value == pytest.approx(0.002759, abs=1e-6)
    assert found.effect_size == pytest.approx(1 / 10 - 11 / 14)


def test_clusters_weigh_less_than_independent_calls() -> None:
    """The same counts, once spread and once in bursts."""
    before = shares(*[(0, 10)] * 30)
    spread_out = shares(*[(1, 10)] * 20)
    bursts = shares(*[(10, 10)] * 2, *[(0, 10)] * 18)
    assert fisher(before, bursts).p_value > 100 * fisher(before, spread_out).p_value


def test_rates_are_exact() -> None:
    """All 3 of 3 events fell into a tenth of the time."""
    assert rates(shares((0, 90)), shares((3, 10))).p_value == pytest.approx(0.001)


def test_mann_whitney_agrees_with_all_permutations() -> None:
    during, before = [1.2, 3.4, 5.6, 7.8, 9.1], [0.3, 4.4, 0.5, 3.1, 0.9, 2.2, 1.7]
    pooled = during + before
    ranks, _ = midranks(pooled)
    middle = len(during) * (len(pooled) + 1) / 2
    observed = abs(sum(ranks[: len(during)]) - middle)
    sums = [abs(sum(ranks[i] for i in chosen) - middle) for chosen in combinations(range(len(pooled)), len(during))]
    exact = sum(each >= observed - 1e-9 for each in sums) / len(sums)
    assert mann_whitney(before, during).p_value == pytest.approx(exact, abs=0.01)


@given(values, values)
def test_mann_whitney_is_two_sided(before: list[float], during: list[float]) -> None:
    """Turned around, a rise is a drop of the same size and the same significance."""
    there = mann_whitney(before, during)
    back = mann_whitney([-value for value in before], [-value for value in during])
    assert there.p_value == pytest.approx(back.p_value)
    assert there.effect_size == pytest.approx(-back.effect_size)
    assert 0 <= there.p_value <= 1
    assert -1 <= there.effect_size <= 1


@given(values, values, st.floats(0.1, 100), st.integers(-1000, 1000))
def test_mann_whitney_knows_no_units(before: list[float], during: list[float], scale: float, shift: int) -> None:
    there = mann_whitney(before, during)
    moved = mann_whitney(*([value * scale + shift for value in each] for each in (before, during)))
    assert moved.p_value == pytest.approx(there.p_value)


counts = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda pair: Share(pair[0], sum(pair) + 1)),
                  min_size=1, max_size=20)  # fmt: skip


@given(counts, counts)
def test_shares_give_probabilities(before: list[Share], during: list[Share]) -> None:
    for test in (fisher, rates):
        found = test(before, during)
        assert 0 < found.p_value <= 1
        assert math.copysign(1, found.effect_size) == math.copysign(1, share_of(during) - share_of(before))


def test_equal_values_are_no_evidence() -> None:
    assert mann_whitney([0.0] * 30, [0.0] * 20).p_value == 1
    assert fisher(shares((0, 9)), shares((0, 9))).p_value == 1


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
def test_correlated_noise_is_not_confirmed(correlation: float) -> None:
    """At p < 0.01, of 1000 series without any change; uncorrected, 0.8 would give about 20 %."""
    chance = random.Random(7)
    found = 0
    for _ in range(1000):
        series = [0.0]
        for _ in range(79):
            series.append(correlation * series[-1] + chance.gauss(0, 1))
        found += mann_whitney(series[:60], series[60:]).p_value < 0.01
    assert found <= 20


@given(values)
def test_quantiles_lie_within(each: list[float]) -> None:
    assert quantile(each, 0) == min(each) <= quantile(each, 0.5) <= max(each) == quantile(each, 1)
    assert spread(each) >= 0
