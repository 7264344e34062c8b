"""Datasets of every format as the platform builds them, from a real store: read, verified, damaged."""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from common.registry import load_adapter
from dataset_builder.build import Order, build
from dataset_builder.formats import FORMATS
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection
from dataset_builder.manifest import SystemFacts
from microservo_sdk import Dataset, DatasetError, open_dataset, verify
from telemetry.records import Window
from tests.dataset_builder import shop_window as shop

WINDOW = Window(shop.START, shop.START + 240 * shop.SECOND)
ROWS = {table: [row for row in rows if row["timestamp"] < WINDOW.end] for table, rows in shop.table_rows().items()}
INJECTIONS = (
    shop.injection("one", "cpu-stress", shop.label("cartservice-1", 60.5, 90)),
    shop.injection("two", "network-delay", shop.label("frontend-0", 150, 180.25)),
)
NORMAL = (Window(WINDOW.start, shop.at(60.5)), Window(shop.at(100), shop.at(150)))
FACTS = SystemFacts(
    services=[{"name": name} for name in ("frontend", "cartservice", "redis-cart")],
    pods=[{"name": pod, "service": shop.service_of(pod)} for pod in shop.PODS],
)
COMPLETE = ("csv", "parquet", "openrca")


def no_progress(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: build_one(tmp_path_factory.mktemp(name), name) for name in FORMATS}


def build_one(
    place: Path, name: str, knobs: Knobs = shop.NEUTRAL, injections: Sequence[Injection] = INJECTIONS
) -> Path:
    order = Order(
        name="shop",
        kind=name,
        window=WINDOW,
        source=shop.stored(ROWS, place / "store"),
        injections=injections,
        facts=FACTS,
        nodes=shop.NODES,
        default_node="local",
        normal=NORMAL,
        knobs=knobs,
    )
    build(
        order, load_adapter("format", name, FORMATS)(), work=place / "work", into=place / "result", progress=no_progress
    )
    return place / "result" / "shop.zip"


@pytest.fixture(params=sorted(FORMATS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(archives: dict[str, Path], name: str) -> Iterator[Dataset]:
    with open_dataset(archives[name]) as dataset:
        yield dataset


def test_each_is_whole(archives: dict[str, Path], name: str) -> None:
    verify(archives[name])


def test_each_says_what_it_is(opened: Dataset, name: str) -> None:
    assert opened.format == name
    assert opened.card is not None
    assert opened.window is not None
    assert (opened.window.start, opened.window.end) == (WINDOW.start, WINDOW.end)
    assert [(each.injection_id, each.pods) for each in opened.injections()] == [
        ("one", ("cartservice-1",)),
        ("two", ("frontend-0",)),
    ]


@pytest.mark.parametrize("complete", COMPLETE)
def test_all_rows_with_common_columns(archives: dict[str, Path], complete: str) -> None:
    step = {"csv": 1, "parquet": 1, "openrca": 1000}[complete]
    with open_dataset(archives[complete]) as opened:
        logs, spans = opened.logs(), opened.spans()
    for found, rows in ((logs, ROWS["logs"]), (spans, ROWS["spans"])):
        expected = pd.DataFrame(rows).sort_values("timestamp", kind="stable")
        unit = shop.SECOND if complete == "openrca" and found is logs else step
        assert sorted(found["timestamp"]) == sorted(expected["timestamp"] // unit * unit)
        for column in ("service", "pod"):
            assert sorted(found[column]) == sorted(expected[column])
    assert sorted(logs["message"]) == sorted(row["message"] for row in ROWS["logs"])
    assert sorted(logs["level"]) == sorted(row["level"] for row in ROWS["logs"])
    assert sorted(spans["duration"]) == sorted(row["duration"] for row in ROWS["spans"])
    assert spans["parent_span_id"].isna().sum() == sum(row["parent_span_id"] is None for row in ROWS["spans"])


@pytest.mark.parametrize("complete", COMPLETE)
def test_metrics_of_one_series(archives: dict[str, Path], complete: str) -> None:
    with open_dataset(archives[complete]) as opened:
        cpu = opened.metrics(shop.CPU, pod="cartservice-1")
        requests = opened.metrics("istio_requests_total", as_="python")
        assert {row["metric"] for row in ROWS["samples"]} <= set(opened.metric_names())
    expected = [row for row in ROWS["samples"] if (row["metric"], row["pod"]) == (shop.CPU, "cartservice-1")]
    assert list(cpu["value"]) == [row["value"] for row in expected]
    assert set(cpu["labels"]) == {"node=local"}
    assert set(requests["labels"]) == {shop.ISTIO}


def test_parquet_in_any_form(archives: dict[str, Path]) -> None:
    with open_dataset(archives["parquet"]) as opened:
        table = opened.spans(as_="arrow", pod="frontend-0", end=WINDOW.start + 10 * shop.SECOND)
        assert set(table["pod"].to_pylist()) == {"frontend-0"}
        assert sum(chunk.num_rows for chunk in opened.iter_logs(7, as_="arrow")) == len(ROWS["logs"])
        assert len(opened.raw("log/part-00000.parquet")) <= len(ROWS["logs"])


def test_cases_of_rcaeval(archives: dict[str, Path]) -> None:
    with open_dataset(archives["rcaeval"]) as opened:
        cpu, delay = opened.cases()
        data, spans = cpu.data(), cpu.spans()
        assert set(opened.logs()["case"]) == {cpu.name, delay.name}
        assert "latency-90" in opened.metric_names()
        workload = opened.metrics("workload", service="cartservice")
    assert (cpu.name, cpu.service, cpu.fault, cpu.repetition) == ("cartservice_cpu/1", "cartservice", "cpu-stress", 1)
    assert cpu.injection_id == "one"
    assert cpu.inject_time == shop.at(60)
    assert list(data["time"][:2]) == [data["time"][0], data["time"][0] + 1]
    assert data["cartservice_latency-90"].dtype == "float64"
    assert set(spans["kind"]) == {"server", "client"}
    assert workload["timestamp"].min() >= WINDOW.start


@pytest.mark.parametrize("after_s", [0.0, 30.0])
def test_faults_that_were_ordered_as_one(after_s: float, tmp_path: Path) -> None:
    first, second = (replace(each, group="g") for each in INJECTIONS)
    archive = build_one(tmp_path, "rcaeval", injections=(first, replace(second, after_s=after_s)))
    verify(archive)
    with open_dataset(archive) as opened:
        (case,) = opened.cases()
        told = [(each.group, each.after_s) for each in opened.injections()]
    assert case.injection_ids == ("one", "two")
    assert (case.service, case.fault) == (
        ("cartservice", "cpu-stress") if after_s else ("cartservice+frontend", "cpu-stress+network-delay")
    )
    assert told == [("g", 0.0), ("g", after_s)]


def test_records_and_queries_of_openrca(archives: dict[str, Path]) -> None:
    with open_dataset(archives["openrca"]) as opened:
        records, queries = opened.records(), opened.queries()
    assert [(each.level, each.component, each.reason) for each in records] == [
        ("pod", "cartservice-1", "container CPU load"),
        ("service", "frontend", "container network latency"),
    ]
    assert records[0].timestamp == shop.at(60)
    assert len(queries) == 2
    assert queries[0].scoring_points


@pytest.mark.parametrize("knobbed", ["csv", "parquet"])
def test_with_knobs_and_a_split(tmp_path: Path, knobbed: str) -> None:
    knobs = Knobs(trace_sampling=0.5, metric_step_s=5, onset_jitter_s=20, train_fraction=0.5, seed=3)
    path = build_one(tmp_path, knobbed, knobs)
    verify(path)
    with open_dataset(path) as opened:
        split = opened.split()
        assert 0 < len(opened.spans()) < len(ROWS["spans"])
    assert split is not None
    assert {each.injection_id for side in split for each in side.injections} == {"one", "two"}


def test_damage_of_any_file(archives: dict[str, Path], name: str, tmp_path: Path) -> None:
    """In a folder, where no checksum of a zip stands before the readers."""
    import zipfile

    with zipfile.ZipFile(archives[name]) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "shop"
    chance = random.Random(4)
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "dataset.json")
    for _ in range(10):
        file = chance.choice(files)
        whole = file.read_bytes()
        file.write_bytes(_damaged(whole, chance))
        _read(folder)
        with pytest.raises(DatasetError) as caught:
            verify(folder)
        assert caught.value.file
        file.write_bytes(whole)


def _damaged(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    if chance.random() < 0.4:
        return content[:place]
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def _read(folder: Path) -> None:
    """Whatever is asked for: an answer, or a DatasetError."""
    for ask in (Dataset.logs, Dataset.spans, Dataset.metrics, Dataset.injections, Dataset.cases, Dataset.records):
        with suppress(DatasetError), open_dataset(folder) as opened:
            answer: Any = ask(opened)
            assert answer is not None
