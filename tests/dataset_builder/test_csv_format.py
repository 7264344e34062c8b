"""The csv format: every column of every file, and that readers of the original's datasets read ours."""

import io
import json
import math
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset_builder.build import Order
from dataset_builder.formats import csv, kpi
from dataset_builder.formats.base import Export
from dataset_builder.formats.columns import float_texts, log_columns
from dataset_builder.formats.labels import INJECTIONS_PATH
from telemetry.adapters.held_tables import HeldTables
from telemetry.records import SCHEMAS, Window

REPO = Path(__file__).resolve().parents[2]
SAMPLE = REPO / "tests" / "data" / "microservo-sample"
Build = Callable[..., tuple[Path, Any]]


def read_like_the_original(folder: Path) -> dict[str, pd.DataFrame]:
    """What an algorithm made for the original MicroServo does: read_csv, and columns by their names."""
    metrics = {path.stem: pd.read_csv(path) for path in sorted(folder.glob("metric/*/kpi_*.csv"))}
    truth = pd.DataFrame(json.loads((folder / "groundtruth" / "groundtruth.json").read_text()))
    logs, spans = pd.read_csv(folder / "log" / "log.csv"), pd.read_csv(folder / "trace" / "trace.csv")
    return {**metrics, "log": logs, "trace": spans, "groundtruth": truth}


@pytest.fixture
def ours(build_csv: Build, order: Order) -> dict[str, pd.DataFrame]:
    return read_like_the_original(build_csv(order)[0])


def kind_of(series: pd.Series) -> str:
    return "number" if pd.api.types.is_numeric_dtype(series) else "text"


@pytest.mark.parametrize(
    "table",
    [
        "log",
        "trace",
        "groundtruth",
        "kpi_container_cpu_usage_seconds_total",
        "kpi_istio_requests_total",
        "kpi_istio_tcp_sent_bytes_total",
        "kpi_istio_request_messages_total",
    ],
)
def test_columns_and_their_kinds_are_those_of_the_original(ours: dict[str, pd.DataFrame], table: str) -> None:
    original = read_like_the_original(SAMPLE)[table]
    columns = [name for name in original.columns if not name.startswith("Unnamed")]
    assert list(ours[table].columns) == columns
    mine = {name: kind_of(ours[table][name]) for name in columns if name != "log_id"}
    assert mine == {name: kind_of(original[name]) for name in columns if name != "log_id"}


def test_metric_lines_are_written_as_the_original_writes_them(build_csv: Build, order: Order) -> None:
    folder, _ = build_csv(order)
    lines = (folder / kpi.path("istio_requests_total")).read_text().splitlines()
    assert lines == [
        "timestamp,cmdb_id,kpi_name,value",
        "1718651403,frontend-0.source.frontend.cartservice,istio_requests_total.grpc.200.14,7.0",
        "1718651403,frontend-0.destination.loadgenerator.frontend,istio_requests_total.http.500.,8.0",
    ]
    tcp = (folder / kpi.path("istio_tcp_sent_bytes_total")).read_text().splitlines()[1]
    assert tcp == "1718651403,cartservice-0.source.cartservice.redis-cart,istio_tcp_sent_bytes_total.-,9.0"


def test_container_metrics_name_node_and_pod(ours: dict[str, pd.DataFrame]) -> None:
    cpu = ours["kpi_container_cpu_usage_seconds_total"]
    assert set(cpu["cmdb_id"]) == {"node-a.cartservice-0", "local.cartservice-1", "local.frontend-0"}
    assert cpu["timestamp"].iloc[0] == 1718651400
    assert cpu["value"].dtype == "float64"
    assert (cpu["value"] == 0.1 + 0.2).sum() == 1
    network = ours["kpi_container_network_receive_bytes_total"]
    assert network.iloc[0].to_dict() == {
        "timestamp": 1718651402,
        "cmdb_id": "local.frontend-0",
        "kpi_name": "container_network_receive_bytes_total.eth0",
        "value": 1e20,
    }


def test_no_label_that_names_the_fault_reaches_a_dataset(build_csv: Build, order: Order) -> None:
    folder, _ = build_csv(order)
    text = (folder / kpi.path("istio_requests_total")).read_text()
    assert "FI" not in text


def test_logs_keep_microseconds_and_every_character(ours: dict[str, pd.DataFrame], build_csv: Build) -> None:
    log = ours["log"]
    assert log["log_id"].tolist() == list(range(22))
    assert log["date"].iloc[0] == "2024-06-17T19:10:00.136Z"
    assert round(log["timestamp"].iloc[0] * 1e6) == 1718651400136123
    assert log["message"].iloc[0] == "severity:info,message:request 0"
    assert log["message"].iloc[20] == 'severity:error,message:quote " comma , line\nbreak\r tab\t nul\0 ünï'
    assert log["message"].iloc[21] == "severity:debug,message:"


def test_log_timestamps_have_six_decimals(build_csv: Build, order: Order) -> None:
    first = (build_csv(order)[0] / csv.LOG_PATH).read_text().splitlines()[1]
    assert first.startswith('0,1718651400.136123,"2024-06-17T19:10:00.136Z","cartservice-0",')


def test_spans(ours: dict[str, pd.DataFrame]) -> None:
    trace = ours["trace"]
    assert trace["type"].tolist() == ["request", "external", "request", "db", "app"]
    assert trace["parent_span"].isna().tolist() == [True, False, False, False, False]
    assert set(trace["parent_span"].dropna()) <= set(trace["span_id"])
    assert trace["timestamp"].iloc[1] == 1718651401001000
    assert trace["duration"].tolist() == [1500] * 5
    assert trace["cmdb_id"].iloc[0] == "frontend-0"


def test_groundtruth_has_the_labels_of_the_window_only(ours: dict[str, pd.DataFrame], build_csv: Build) -> None:
    assert ours["groundtruth"].to_dict("records") == [
        {
            "timestamp": 1718651410,
            "service": "cartservice",
            "cmdb_id": "cartservice-0",
            "failure_type": "pod-failure",
            "duration": 10,
        }
    ]


def test_injections_have_exact_times(build_csv: Build, order: Order) -> None:
    folder, _ = build_csv(order)
    (injection,) = json.loads((folder / INJECTIONS_PATH).read_text())["injections"]
    assert injection["injection"] == "in-window"
    assert injection["target"] == {"services": ["cartservice"]}
    (label,) = injection["pods"]
    assert (label["start"], label["end"]) == (1718651410400000, 1718651420000000)
    assert label["effect"] == "unknown"


def test_an_empty_window_has_tables_without_rows(build_csv: Build, order: Order, empty_source: Any) -> None:
    folder, built = build_csv(replace(order, source=empty_source, injections=[]))
    log, trace = pd.read_csv(folder / csv.LOG_PATH), pd.read_csv(folder / csv.TRACE_PATH)
    assert (list(log.columns), len(log)) == (list(csv.LOG_COLUMNS), 0)
    assert (list(trace.columns), len(trace)) == (list(csv.TRACE_COLUMNS), 0)
    assert built.counts.tables == {"logs": 0, "spans": 0, "samples": 0}


@pytest.mark.parametrize("batch_rows", [1, 5, 100_000])
def test_the_sources_batches_leave_no_trace(build_csv: Build, order: Order, source: Any, batch_rows: int) -> None:
    expected, _ = build_csv(order)
    source.batch_rows = batch_rows
    folder, _ = build_csv(replace(order, source=source), where="again")
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.csv"))
    assert files == sorted(path.relative_to(expected) for path in expected.rglob("*.csv"))
    assert all((folder / path).read_bytes() == (expected / path).read_bytes() for path in files)


def test_rows_of_one_moment_have_one_order(
    build_csv: Build, order: Order, source_of: Callable[..., Any], sample_row: Callable[..., Any]
) -> None:
    """A store may give them in any order, before and after it sealed them."""
    rows = [sample_row(1, f"pod-{pod}", metric, pod) for pod in range(20) for metric in ("container_a", "container_b")]
    made = []
    for seed, batch_rows in ((1, 7), (2, 11), (3, 1000)):
        shuffled = random.Random(seed).sample(rows, len(rows))
        source = source_of(batch_rows, samples=shuffled)
        made.append(build_csv(replace(order, source=source), where=f"order-{seed}")[1].digest)
    assert len(set(made)) == 1


def test_the_node_of_a_sample_wins() -> None:
    name = kpi.series_name(metric="container_x", pod="p-0", labels="node=n1", node="local")
    assert name == kpi.SeriesName("n1.p-0", "container_x")


def test_what_belongs_to_no_pod_is_the_nodes() -> None:
    metric = "node_cpu_seconds_total"
    name = kpi.series_name(metric=metric, pod="", labels="mode=idle,node=n1", node="local")
    assert name == kpi.SeriesName("n1", "node_cpu_seconds_total.idle")
    assert kpi.path(metric) == "metric/node/kpi_node_cpu_seconds_total.csv"


@pytest.mark.parametrize("columns", [csv.LOG_COLUMNS, csv.TRACE_COLUMNS, csv.METRIC_COLUMNS])
def test_the_guide_explains_every_column(columns: tuple[str, ...]) -> None:
    guide = (REPO / "doc_addons" / "guides" / "dataset-format.md").read_text(encoding="utf-8")
    assert [name for name in columns if f"| `{name}` |" not in guide] == []


def test_the_guide_explains_every_key_of_the_manifest(build_csv: Build, order: Order) -> None:
    guide = (REPO / "doc_addons" / "guides" / "dataset-format.md").read_text(encoding="utf-8")
    manifest = json.loads((build_csv(order)[0] / "dataset.json").read_text())
    assert [key for key in manifest if f"`{key}`" not in guide] == []


@given(st.lists(st.text(max_size=40), min_size=1, max_size=20))
def test_any_message_comes_back_as_it_was(messages: list[str]) -> None:
    rows = [{"log_id": index, "message": message} for index, message in enumerate(messages)]
    base = {"timestamp": 1, "service": "s", "pod": "s-0", "level": "INFO", "trace_id": None, "span_id": None}
    table = pa.Table.from_pylist([base | row for row in rows], schema=SCHEMAS["logs"])
    text = csv.header(csv.LOG_COLUMNS) + csv.csv_text(log_columns(table)).to_pybytes()
    read = pd.read_csv(io.BytesIO(text))
    assert read["message"].tolist() == [f"severity:info,message:{message}" for message in messages]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def row_by_row(rows: list[dict[str, Any]]) -> str:
    """log.csv as the guide describes it."""
    lines = [",".join(csv.LOG_COLUMNS)]
    for row in sorted(rows, key=lambda row: (row["timestamp"], row["log_id"])):
        seconds, microseconds = divmod(row["timestamp"], 1_000_000)
        date = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{microseconds // 1000:03d}Z"
        message = f"severity:{row['level'].lower()},message:{row['message']}"
        texts = (quoted(date), quoted(row["pod"]), quoted(message))
        lines.append(f"{row['log_id']},{seconds}.{microseconds:06d},{','.join(texts)}")
    return "".join(f"{line}\n" for line in lines)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 59_999_999), st.sampled_from(["a-0", 'b"-1']), st.sampled_from(["INFO", "ERROR"]), st.text()
        ),
        max_size=40,
    ),
    st.integers(1, 9),
)
def test_logs_are_the_bytes_that_a_row_by_row_writer_makes(drawn: list[tuple], slice_rows: int) -> None:
    start = 1_718_651_400_000_000
    rows = [
        {"log_id": number, "timestamp": start + at, "service": "s", "pod": pod, "level": level, "message": message}
        for number, (at, pod, level, message) in enumerate(drawn)
    ]
    empty = {name: SCHEMAS[name].empty_table() for name in ("spans", "samples")}
    tables = {"logs": pa.Table.from_pylist(rows, schema=SCHEMAS["logs"]), **empty}
    window = Window(start, start + 60_000_000)
    export = Export(HeldTables(window, tables, slice_rows=slice_rows), window, [], {}, "local")
    chunks = [chunk for part in csv.CsvFormat().parts(export) for chunk in part.make() if chunk.path == csv.LOG_PATH]
    text = chunks[0].header + b"".join(memoryview(chunk.data) for chunk in chunks)
    assert text.decode() == row_by_row(rows)


@given(st.lists(st.floats(), min_size=1))
def test_values_are_the_shortest_exact_decimals(values: list[float]) -> None:
    texts = float_texts(pa.array(values, pa.float64())).to_pylist()
    for value, text in zip(values, texts, strict=True):
        assert float(text) == value or math.isnan(value)
        assert not re.fullmatch(r"-?[0-9]+", text)
        assert len(text) <= 25


@given(st.lists(st.one_of(st.floats(), st.integers(-(10**20), 10**20).map(float)), min_size=1))
def test_values_are_those_of_a_rule_on_their_texts(values: list[float]) -> None:
    array = pa.array(values, pa.float64())
    texts = array.cast(pa.string()).to_pylist()
    expected = [f"{text}.0" if re.fullmatch(r"-?[0-9]+", text) else text for text in texts]
    assert float_texts(array).to_pylist() == expected
