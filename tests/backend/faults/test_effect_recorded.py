"""The effect check on telemetry of a real local cluster: the four faults of the demo, and one too weak to matter.

tests/data/effects was recorded on 2026-11-22 at ten requests a second, 20 s a fault, and cut down to one trace in six
and to the metrics that the check reads.
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
from faults.effects.recovery import band, comparable, latest
from faults.windows import SECOND, clean_before, widened
from systems.ports import Service
from telemetry.records import TableName, Window

FOLDER = Path(__file__).resolve().parents[2] / "data" / "effects"
SHOP = {
    "frontend": ("productcatalogservice", "currencyservice", "recommendationservice", "adservice", "checkoutservice"),
    "checkoutservice": ("productcatalogservice", "currencyservice"),
    "recommendationservice": ("productcatalogservice",),
}
NAMES = {name for calls in SHOP.values() for name in calls} | set(SHOP)
SERVICES = [Service(name, 1, "grpc", SHOP.get(name, ())) for name in sorted(NAMES)]


class Recorded:
    """The one method of TelemetrySource that is needed."""

    def __init__(self) -> None:
        self.tables = {table: pq.read_table(FOLDER / f"{table}.parquet") for table in ("spans", "samples")}

    def batches(self, table: TableName, window: Window) -> Iterator[pa.RecordBatch]:
        rows = self.tables[table]
        inside = pc.and_(
            pc.greater_equal(rows["timestamp"], window.start),
            pc.less(rows["timestamp"], window.end),
        )
        yield from rows.filter(inside).to_batches()


@pytest.fixture(scope="module")
def source() -> Recorded:
    return Recorded()


@pytest.fixture(scope="module")
def labels() -> list[dict[str, Any]]:
    return json.loads((FOLDER / "labels.json").read_text())


def finding(source: Any, labels: list[dict[str, Any]], index: int, kind: str = "", shift_s: float = 0) -> Finding:
    label = labels[index]
    others = [widened(each["start"], each["end"]) for each in labels if each is not label]
    during = Window(label["start"] + round(shift_s * SECOND), label["end"] + round(shift_s * SECOND))
    before = clean_before(label["start"], others, [])
    readings = read(source, subject_of(label["pod"], label["service"], "", SERVICES), [*before, during])
    return check(Question(kind or label["kind"], label["pod"]), readings, before, during)


@pytest.mark.parametrize(
    ("index", "kind", "kpi"),
    [
        (0, "http-abort", "requests to the pod answered with an error"),
        (1, "network-delay", "latency of calls to and from the pod"),
        (2, "cpu-stress", "CPU used by the pod"),
        (3, "pod-failure", "the pod is not ready"),
    ],
)
def test_the_demo_is_confirmed(source: Any, labels: Any, index: int, kind: str, kpi: str) -> None:
    found = finding(source, labels, index)
    assert (labels[index]["kind"], found.effect, found.evidence["kpi"]) == (kind, "confirmed", kpi)
    assert found.onset is not None
    assert 0 <= found.onset - labels[index]["start"] <= 2 * SECOND


def test_a_millisecond_is_absent(source: Any, labels: Any) -> None:
    assert labels[4]["parameters"]["latency_ms"] == 1
    assert finding(source, labels, 4).effect == "absent"


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("kind", ["http-abort", "network-delay", "cpu-stress", "memory-stress", "pod-failure"])
def test_the_calm_before_is_absent(source: Any, labels: Any, index: int, kind: str) -> None:
    """The same pods in the 14 s before the first fault: had a driver lied then, this is what it left."""
    start = labels[0]["start"]
    label = labels[index]
    during, before = Window(start - 15 * SECOND, start - SECOND), [Window(start - 45 * SECOND, start - 16 * SECOND)]
    readings = read(source, subject_of(label["pod"], label["service"], "", SERVICES), [*before, during])
    assert check(Question(kind, label["pod"]), readings, before, during).effect == "absent"


@pytest.mark.parametrize("index", range(4))
def test_they_were_back_soon_after(source: Any, labels: Any, index: int) -> None:
    """Ten seconds after its end, and not while it lasted."""
    label = labels[index]
    before = clean_before(label["start"], [widened(each["start"], each["end"]) for each in labels[:index]], [])
    for end, is_back in ((label["end"] - 10 * SECOND, False), (label["end"], True)):
        after = Window(end, end + 10 * SECOND)
        readings = read(source, subject_of(label["pod"], label["service"], "", SERVICES), [*before, after])
        seen = latest(readings.ticks, end, SECOND)
        assert seen is not None
        found = band(label["kind"], label["pod"], label["parameters"], readings, comparable(readings, before), seen)
        assert (not found.wrong, found.judged > 0) == (is_back, True), found
