"""The effect check on telemetry of a real local cluster, on a machine of two cores that had much else to do.

tests/data/effects_busy was recorded on 2026-11-26 at ten requests a second, 20 s a fault: labels 0 to 3 beside four
processes that only compute and more work besides (load average 30 to 46), labels 4 to 7 beside four processes that the
kernel kept in one group (load average 8). It is cut down to some of the traces, short ids, and the metrics that the
check reads; `before` of a label is the time to compare with.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from faults.effects.check import Finding, Question, check
from faults.effects.reading import read
from faults.effects.readings import subject_of
from faults.windows import SECOND
from systems.ports import Service
from telemetry.records import TableName, Window

FOLDER = Path(__file__).resolve().parents[2] / "data" / "effects_busy"
LEAVES = ("currencyservice", "shippingservice", "cartservice", "productcatalogservice")
CALLS = {
    "loadgenerator": ("frontend",),
    "frontend": (*LEAVES, "recommendationservice", "checkoutservice", "adservice"),
    "checkoutservice": (*LEAVES, "paymentservice", "emailservice"),
    "recommendationservice": ("productcatalogservice",),
    "cartservice": ("redis-cart",),
}
PROTOCOLS = {"frontend": "http", "redis-cart": "tcp", "loadgenerator": ""}
NAMES = sorted({name for called in CALLS.values() for name in called} | set(CALLS))
SERVICES = [Service(name, 1, PROTOCOLS.get(name, "grpc"), CALLS.get(name, ())) for name in NAMES]
LABELS: list[dict[str, Any]] = json.loads((FOLDER / "labels.json").read_text())
FLOOR = "calls to and from the pod faster than the injected delay"


class Recorded:
    """The one method of TelemetrySource that is needed."""

    def __init__(self) -> None:
        self.tables = {table: pq.read_table(FOLDER / f"{table}.parquet") for table in ("spans", "samples")}

    def batches(self, table: TableName, window: Window) -> Iterator[pa.RecordBatch]:
        rows = self.tables[table]
        inside = pc.and_(pc.greater_equal(rows["timestamp"], window.start), pc.less(rows["timestamp"], window.end))
        yield from rows.filter(inside).sort_by("timestamp").to_batches()


@pytest.fixture(scope="module")
def source() -> Any:
    return Recorded()


def judged(source: Any, index: int, kind: str, parameters: dict[str, Any], during: Window) -> Finding:
    label = LABELS[index]
    latest = during.start - SECOND
    before = [Window(start, min(end, latest)) for start, end in label["before"] if start < latest]
    subject = subject_of(label["pod"], label["service"], "", SERVICES)
    return check(Question(kind, label["pod"], parameters), read(source, subject, [*before, during]), before, during)


@pytest.mark.parametrize(
    ("index", "kind", "effect", "kpi"),
    [
        (0, "network-delay", "unknown", None),  # 200 ms, where calls of others slowed by a hundred times
        (1, "network-delay", "unknown", None),  # 200 ms, where hardly a call took less before
        (2, "network-delay", "confirmed", FLOOR),  # 400 ms, where a third of the calls was to be faster
        (3, "process-pause", "confirmed", "ticks in which the pod used CPU"),
        (4, "network-delay", "confirmed", FLOOR),  # 200 ms
        (5, "network-delay", "unknown", None),  # 1 ms
        (6, "memory-stress", "absent", "memory used by the pod"),  # 1 MiB, by a worker of 3 MiB
        (7, "http-abort", "confirmed", None),
    ],
)
def test_what_was_done_on_a_busy_machine(source: Any, index: int, kind: str, effect: str, kpi: str | None) -> None:
    label = LABELS[index]
    found = judged(source, index, label["kind"], label["parameters"], Window(label["start"], label["end"]))
    assert (label["kind"], found.effect) == (kind, effect)
    assert kpi in (None, found.evidence["kpi"])
    assert found.evidence["host"]["strained"]
    if effect == "confirmed":
        assert found.onset is not None
        assert 0 <= found.onset - label["start"] <= 2 * SECOND


@pytest.mark.parametrize("index", range(len(LABELS)))
@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("network-delay", {"latency_ms": 1}),
        ("network-delay", {"latency_ms": 10}),
        ("network-delay", {"latency_ms": 200}),
        ("network-loss", {"loss": 20}),
        ("network-partition", {}),
        ("http-abort", {"status": 14, "percent": 50}),
        ("http-delay", {"delay_ms": 300, "percent": 50}),
        ("io-latency", {"delay_ms": 10}),
        ("process-pause", {}),
        ("cpu-stress", {"workers": 2, "load": 100}),
        ("memory-stress", {"workers": 1, "size_bytes": 1 << 20}),
        ("pod-failure", {}),
        ("pod-kill", {}),
    ],
)
def test_a_driver_that_lied_before_it_is_not_confirmed(
    source: Any, index: int, kind: str, parameters: dict[str, Any]
) -> None:
    """The last fifteen seconds of the time before a fault: had a driver lied then, this is what it left."""
    end = LABELS[index]["before"][-1][1]
    assert judged(source, index, kind, parameters, Window(end - 15 * SECOND, end)).effect != "confirmed"
