"""The arithmetic of impaired links."""

import random
import statistics

import pytest

from local_cluster.wire.impairment import Impairment, Link

DRAWS = 5000


def latencies(impairment: Impairment, seed: int = 1) -> list[float]:
    link = Link(impairment, random.Random(seed))
    return [link.arrival(0.0, 100) for _ in range(DRAWS)]


def test_latency_without_jitter_is_exact() -> None:
    assert set(latencies(Impairment(latency_ms=250))) == {0.25}


@pytest.mark.parametrize("correlation", [0, 50, 90])
def test_jitter_has_its_mean_spread_and_correlation(correlation: float) -> None:
    drawn = latencies(Impairment(latency_ms=500, jitter_ms=50, correlation=correlation))
    assert statistics.mean(drawn) == pytest.approx(0.5, abs=0.01)
    assert statistics.stdev(drawn) == pytest.approx(0.05, rel=0.15)
    assert statistics.correlation(drawn[:-1], drawn[1:]) == pytest.approx(correlation / 100, abs=0.05)


def test_full_correlation_repeats_the_first_draw() -> None:
    assert len(set(latencies(Impairment(latency_ms=500, jitter_ms=50, correlation=100)))) == 1


def test_latency_is_never_negative() -> None:
    assert min(latencies(Impairment(latency_ms=1, jitter_ms=100))) == 0.0


def test_bandwidth_is_shared_by_all_that_cross_the_link() -> None:
    link = Link(Impairment(bandwidth=1000, latency_ms=100))
    assert [link.arrival(10.0, 500) for _ in range(3)] == pytest.approx([10.6, 11.1, 11.6])
    assert link.arrival(20.0, 500) == pytest.approx(20.6)


@pytest.mark.parametrize("loss", [1, 30])
@pytest.mark.parametrize("correlation", [0, 50, 90])
def test_the_share_of_losses_is_kept_whatever_their_correlation(loss: float, correlation: float) -> None:
    link = Link(Impairment(loss=loss, correlation=correlation), random.Random(3))
    lost = [float(link.loses()) for _ in range(40 * DRAWS)]
    assert statistics.mean(lost) == pytest.approx(loss / 100, rel=0.2)
    assert statistics.correlation(lost[:-1], lost[1:]) == pytest.approx(correlation / 100, abs=0.05)


def test_all_and_nothing_is_lost() -> None:
    assert all(Link(Impairment(loss=100)).loses() for _ in range(100))
    assert not any(Link(Impairment(latency_ms=1)).loses() for _ in range(100))


@pytest.mark.parametrize(
    "wrong",
    [
        {"latency_ms": -1},
        {"correlation": 101},
        {"reset": 101},
        {"loss": 101},
        {"loss": -1},
        {"lag": 3},
        {"jitter_ms": "x"},
    ],
)
def test_impossible_impairments_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="impairment"):
        Impairment.from_json(wrong)
