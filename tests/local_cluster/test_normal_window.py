"""A normal window of the real shop: every service warns, errs and fails a little, in many words, and stays well.

benchmarks/normal_window.py looks at ten minutes of the settings that config.yaml has; here a minute and a half has
to do, so all happens several times as often.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import mean, pvariance
from typing import Any

import pytest

from telemetry_store.reader import StoreReader
from tests.templates import template_of

from .conftest import QUIET, RunningCluster, started, wait_for

SECONDS = 100
BUSY = {"FAILURES": "0.025", "SLOW": "0.012", "MISTAKES": "0.008", "DEBUG": "0.05", "JOBS_EVERY_S": "8"}
SHOP = (
    "adservice",
    "cartservice",
    "checkoutservice",
    "currencyservice",
    "emailservice",
    "frontend",
    "paymentservice",
    "productcatalogservice",
    "recommendationservice",
    "shippingservice",
)


@pytest.fixture(scope="module")
def window(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[RunningCluster, dict[str, list[dict[str, Any]]]]]:
    """The telemetry of the window by table, read when it is over."""
    noise = {f"MICROSERVO_SHOP__NOISE__{name}": value for name, value in BUSY.items()}
    with started(tmp_path_factory.mktemp("normal"), 27500, {**QUIET, **noise}) as cluster:
        begun = time.time_ns() // 1000
        time.sleep(SECONDS)
        ended = time.time_ns() // 1000
        with_reader = StoreReader(cluster.state / "telemetry")
        wait_for(lambda: (with_reader.newest("spans") or 0) > ended)
        yield cluster, {table: rows_of(with_reader, table, begun, ended) for table in ("logs", "spans")}
        with_reader.close()


def rows_of(reader: StoreReader, table: Any, start: int, end: int) -> list[dict[str, Any]]:
    return [row for batch in reader.batches(table, start, end) for row in batch.to_pylist()]


def test_every_service_warns_errs_and_fails_a_little(window: Any) -> None:
    _, tables = window
    levels, calls = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[bool]](Counter)
    for row in tables["logs"]:
        levels[row["service"]][row["level"]] += 1
    for row in tables["spans"]:
        failed = row["status_code"] >= 400 if row["type"] == "http" else row["status_code"] != 0
        calls[row["service"]][failed] += 1
    for service in SHOP:
        said = {level: levels[service][level] for level in ("DEBUG", "INFO", "WARNING", "ERROR")}
        assert all(said.values()), (service, said)
        assert said["WARNING"] + said["ERROR"] < 0.5 * said["INFO"], (service, said)
        assert 0 < calls[service][True] < 0.2 * calls[service][False], (service, calls[service])


def test_every_service_has_many_templates(window: Any) -> None:
    _, tables = window
    templates = defaultdict[str, set[str]](set)
    for row in tables["logs"]:
        templates[row["service"]].add(template_of(row["message"]))
    assert {service: len(templates[service]) for service in SHOP if len(templates[service]) < 8} == {}
    assert sum(map(len, templates.values())) >= 150


def test_every_line_was_read_in_its_style(window: Any) -> None:
    """Nothing of a style's dress is left in a message, and lines about calls have their trace."""
    _, tables = window
    traced = Counter(row["service"] for row in tables["logs"] if row["trace_id"])
    assert set(SHOP) <= set(traced)
    for row in tables["logs"]:
        assert not row["message"].startswith(("time=", "{", "20")), row
        assert "trace_id=" not in row["message"], row
    assert "DEBUG" in {row["level"] for row in tables["logs"] if row["service"] == "redis-cart"}


def test_retries_succeed_and_pods_stay_up(window: Any) -> None:
    cluster, tables = window
    again = [row for row in tables["logs"] if "trying again in" in row["message"]]
    pages = [row for row in tables["spans"] if row["service"] == "frontend" and not row["parent_span_id"]]
    bad = [row for row in pages if row["status_code"] >= 500]
    assert len(again) > len(bad)
    assert len(bad) < 0.15 * len(pages)
    assert all(pod.ready and pod.restarts == 0 for pod in cluster.client.pods())


def test_requests_come_as_people_make_them(window: Any) -> None:
    """Not more regularly than chance has it: a Fano factor of 1. Visits make it 1.4 on average, give or take 0.2."""
    _, tables = window
    pages = [row for row in tables["spans"] if row["service"] == "frontend" and not row["parent_span_id"]]
    first = min(row["timestamp"] for row in pages)
    seconds = Counter((row["timestamp"] - first) // 1_000_000 for row in pages)
    counts = [seconds[second] for second in range(SECONDS - 5)]
    assert pvariance(counts) / mean(counts) >= 1


def test_no_word_tells_that_it_is_made_up(window: Any) -> None:
    _, tables = window
    for row in tables["logs"]:
        assert "noise" not in row["message"].lower(), row
