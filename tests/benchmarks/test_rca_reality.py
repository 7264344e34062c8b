"""How the benchmark of root-cause methods scores: each value worked out by hand."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from platform_backend.config import REPO

sys.path.insert(0, str(REPO / "benchmarks"))

import rca_reality as rca

COLUMNS = ["cartservice_cpu", "frontend_latency", "cartservice_mem", "adservice_error", "emailservice_cpu"]


def scores(baro: Sequence[float], nsigma: Sequence[float] = (0.0,), worst: Sequence[float] = (0.0,)) -> rca.Scores:
    return {"baro": baro, "nsigma": nsigma, "worst symptom": worst, "random": [0.25] * len(baro)}


@pytest.mark.parametrize(
    ("answer", "score"),
    [("cartservice", 1.0), ("frontend", 0.8), ("adservice", 0.6), ("emailservice", 0.4), ("redis-cart", 0.0)],
)
def test_a_place_further_down_costs_a_fifth(answer: str, score: float) -> None:
    assert rca.average_at(rca.services(COLUMNS), answer) == score


def test_the_sixth_place_is_none() -> None:
    assert rca.average_at(list("abcdef"), "f") == 0


@pytest.mark.parametrize(("candidates", "score"), [(12, 0.25), (5, 0.6), (3, (1 / 3 + 2 / 3 + 3) / 5), (1, 1.0)])
def test_a_random_order_gets_its_share(candidates: int, score: float) -> None:
    assert rca.random_score(candidates) == pytest.approx(score)


def test_the_worst_symptom_is_the_latency_that_grew_most(tmp_path: Path) -> None:
    table = tmp_path / "data.csv"
    table.write_text(
        "time,a_latency-90,b_latency-90,c_latency-90,d_cpu,e_latency-90\n"
        "1,1.0,0.1,0.5,1,\n2,1.0,0.1,0.5,1,\n3,1.5,0.4,,9,0.1\n4,1.5,0.4,,9,0.1\n"
    )
    assert rca.worst_symptom(table, 3) == ["b", "a"]


def test_cases_of_several_services_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = {"folder": "cartservice_cpu/1", "services": ["cartservice"]}
    two = {"folder": "adservice+frontend_cpu/1", "services": ["adservice", "frontend"]}
    (tmp_path / "cases.json").write_text(json.dumps({"cases": [one, two], "skipped": [{}]}))
    assert rca.cases_of(tmp_path) == [rca.Case("cartservice_cpu/1", "cpu", ["cartservice"])]
    assert "1 of several services left out; 1 injections have none" in capsys.readouterr().out


def test_the_interval_holds_the_mean_and_is_a_point_for_equal_cases() -> None:
    draw = rca.random.Random(1)
    low, high = rca.interval([0.0, 0.2, 0.6, 1.0, 1.0, 0.8], draw)
    assert 0 < low < 0.6 < high < 1
    assert rca.interval([0.4] * 5, draw) == pytest.approx((0.4, 0.4))


def test_every_bar_is_held() -> None:
    well = {kind: scores([0.9] * 8, [0.9] * 8, [0.9] * 8) for kind in (*rca.FIVE, *rca.FOUND_KINDS)}
    assert rca.misses(well) == []
    lost = well | {"loss": scores([0.1] * 8, [0.2] * 8, [0.24] * 8), "pod-failure": scores([0.4] * 8, [0.5] * 8)}
    told = "\n".join(rca.misses(lost))
    assert "baro has 0.74 over cpu, mem, disk, delay, loss: the bar is 0.80" in told
    assert "nsigma has 0.76" in told
    assert "pod-failure is found with 0.50 at best" in told
    assert "loss: every method is below random" in told
    assert "http-abort" not in told


def test_too_few_cases_are_said_and_a_kind_that_is_missing_is_not_found() -> None:
    told = rca.misses({"cpu": scores([1.0], [1.0], [1.0])})
    assert told == [
        "1 cases: 40 are needed",
        "pod-failure is found with 0.00 at best: the bar is 0.6",
        "http-abort is found with 0.00 at best: the bar is 0.6",
    ]
