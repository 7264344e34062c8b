"""The rcaeval format against the store's rows, computed anew with pandas, and as RCAEval's own evaluation reads it."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dataset_builder.formats.base import Export
from dataset_builder.formats.rcaeval import RcaevalFormat
from dataset_builder.formats.rcaeval_columns import LOG_COLUMNS, METRICS, TRACE_COLUMNS
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection
from telemetry.records import Window
from tests.dataset_builder import shop_window as shop

INJECTIONS = (
    shop.injection("first", "cpu-stress", shop.label("cartservice-1", 700.7, 760.2)),
    shop.injection(
        "second", "cpu-stress", shop.label("cartservice-0", 1000.2, 1060), shop.label("frontend-0", 1001, 9999)
    ),
    shop.injection("third", "network-delay", shop.label("frontend-0", 300.0, 310)),
)
ROWS = shop.table_rows()
FIRST = shop.at(700) // shop.SECOND  # inject_time of the first
HALF = 300  # to the start of the second


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a real store, in whose files every slice begins somewhere else than the cases."""
    place = tmp_path_factory.mktemp("rcaeval")
    held = shop.stored(ROWS, place / "store").hold(shop.WINDOW, place / "held")
    shop.write(RcaevalFormat(), shop.export_of(held, INJECTIONS), place / "dataset")
    return place / "dataset"


@pytest.fixture(scope="module")
def data(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "cartservice_cpu/1/data.csv").set_index("time")


def case_rows(table: Any, half: int = HALF) -> pd.DataFrame:
    rows = shop.frame(ROWS[table])
    rows["second"] = rows.timestamp // shop.SECOND
    return rows[(rows.second >= FIRST - half) & (rows.second < FIRST + half)]


def as_columns(series: pd.Series, like: pd.DataFrame) -> pd.Series:
    return series.reindex(like.index)


class TestFolders:
    def test_a_case_per_injection_named_as_rcaeval_names_them(self, folder: Path) -> None:
        assert sorted(str(path.parent.relative_to(folder)) for path in folder.rglob("data.csv")) == [
            "cartservice+frontend_cpu/1",
            "cartservice_cpu/1",
            "frontend_delay/1",
        ]

    def test_every_case_has_the_same_files(self, folder: Path) -> None:
        for case in folder.glob("*_*/*"):
            assert sorted(path.name for path in case.iterdir()) == [
                "data.csv",
                "inject_time.txt",
                "logs.csv",
                "node.csv",
                "traces.csv",
            ]

    def test_repeated_injections_are_numbered_in_the_order_of_time(self, tmp_path: Path) -> None:
        again = [
            shop.injection(f"i{n}", "cpu-stress", shop.label("frontend-0", s, s + 5)) for n, s in enumerate((900, 300))
        ]
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), again), tmp_path)
        found = json.loads((tmp_path / "cases.json").read_text())["cases"]
        assert [(case["folder"], case["injection"]) for case in found] == [
            ("frontend_cpu/1", "i1"),
            ("frontend_cpu/2", "i0"),
        ]

    def test_inject_time_is_the_measured_start_in_whole_seconds(self, folder: Path) -> None:
        assert (folder / "cartservice_cpu/1/inject_time.txt").read_text() == f"{FIRST}\n"


class TestWindow:
    def test_rows_lie_around_the_start_a_second_apart(self, data: pd.DataFrame) -> None:
        assert data.index.tolist() == list(range(FIRST - HALF, FIRST + HALF))

    def test_the_normal_part_begins_after_whatever_was_before(self, folder: Path) -> None:
        """The first case could reach back to the third's end and its recovery, and is cut by the second."""
        found = {case["injection"]: case for case in json.loads((folder / "cases.json").read_text())["cases"]}
        assert found["first"]["cut_by"] == ["injection second"]
        assert found["second"]["seconds_each_side"] == 1000 - 771
        assert found["second"]["cut_by"] == ["injection first"]
        assert found["third"]["seconds_each_side"] == 299  # the window begins within a second, which is left out
        assert found["third"]["cut_by"] == ["the dataset's window"]

    def test_what_is_too_short_for_a_loader_says_so(self, folder: Path) -> None:
        assert all(case["short"] for case in json.loads((folder / "cases.json").read_text())["cases"])

    def test_a_long_enough_case_is_not_short(self, tmp_path: Path) -> None:
        only = [shop.injection("only", "cpu-stress", shop.label("frontend-0", 800, 900))]
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), only), tmp_path)
        (case,) = json.loads((tmp_path / "cases.json").read_text())["cases"]
        assert (case["seconds_each_side"], case["short"], case["cut_by"]) == (720, False, [])

    @pytest.mark.parametrize(
        ("start", "reason"),
        [(705, "injection first"), (765, "injection first"), (-3, "the dataset's window")],
        ids=["during", "while it recovers", "before the window"],
    )
    def test_an_injection_without_a_normal_part_is_named_and_has_no_case(
        self, start: float, reason: str, tmp_path: Path
    ) -> None:
        two = [INJECTIONS[0], shop.injection("other", "http-abort", shop.label("frontend-0", start, start + 20))]
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), two), tmp_path)
        (skipped,) = json.loads((tmp_path / "cases.json").read_text())["skipped"]
        assert skipped["injection"] == "other"
        assert reason in skipped["reason"]
        assert not list(tmp_path.glob("*_http-abort"))

    def test_a_pod_in_quarantine_makes_no_normal_time(self, tmp_path: Path) -> None:
        normal = [Window(shop.at(690), shop.at(700.7))]
        export = shop.export_of(shop.held_tables(ROWS), INJECTIONS[:1], normal=normal)
        shop.write(RcaevalFormat(), export, tmp_path)
        (case,) = json.loads((tmp_path / "cases.json").read_text())["cases"]
        assert case["seconds_each_side"] == 10
        assert case["cut_by"] == ["a pod that had not recovered from an earlier fault"]


def as_one(folder: Path, *injections: Injection) -> dict[str, Any]:
    """The only case of injections that were ordered as one."""
    group = [replace(each, group="g") for each in injections]
    shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), group), folder)
    record = json.loads((folder / "cases.json").read_text())
    assert record["skipped"] == []
    (case,) = record["cases"]
    assert [str(path.parent.relative_to(folder)) for path in folder.rglob("data.csv")] == [case["folder"]]
    assert (folder / case["folder"] / "inject_time.txt").read_text() == f"{case['inject_time']}\n"
    return dict(case)


class TestOrderedAsOne:
    """Several faults at once, and faults that follow another by an offset."""

    CAUSE = shop.injection("cause", "cpu-stress", shop.label("cartservice-1", 800.5, 830))
    OTHER = shop.injection("other", "network-delay", shop.label("frontend-0", 800.9, 830))

    def test_faults_at_once_are_one_case_named_by_all(self, tmp_path: Path) -> None:
        case = as_one(tmp_path, self.OTHER, self.CAUSE)
        assert case["folder"] == "cartservice+frontend_cpu+delay/1"
        assert (case["services"], case["pods"]) == (["cartservice", "frontend"], ["cartservice-1", "frontend-0"])
        assert (case["seconds_each_side"], case["cut_by"]) == (720, [])
        assert [each["injection"] for each in case["injections"]] == ["cause", "other"]
        assert case["inject_time"] == shop.at(800) // shop.SECOND

    def test_a_cascade_is_named_by_what_began_it(self, tmp_path: Path) -> None:
        later = shop.injection("later", "pod-failure", shop.label("frontend-0", 850, 880))
        case = as_one(tmp_path, self.CAUSE, replace(later, after_s=45.0))
        assert case["folder"] == "cartservice_cpu/1"
        assert (case["injection"], case["services"], case["pods"]) == ("cause", ["cartservice"], ["cartservice-1"])
        assert (case["seconds_each_side"], case["cut_by"]) == (720, [])
        assert [(each["injection"], each["kind"], each["after_s"]) for each in case["injections"]] == [
            ("cause", "cpu-stress", 0.0),
            ("later", "pod-failure", 45.0),
        ]

    def test_the_next_case_begins_when_the_last_of_them_is_over(self, tmp_path: Path) -> None:
        group = [
            replace(self.CAUSE, group="g"),
            replace(self.OTHER, group="g", pods=[shop.label("frontend-0", 801, 990)]),
        ]
        alone = shop.injection("alone", "http-abort", shop.label("frontend-0", 1100, 1130))
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), [*group, alone]), tmp_path)
        record = json.loads((tmp_path / "cases.json").read_text())
        assert [(case["seconds_each_side"], case["cut_by"]) for case in record["cases"]] == [
            (300, ["injection alone"]),
            (100, ["injection cause"]),
        ]


class TestMetrics:
    def test_columns(self, data: pd.DataFrame) -> None:
        assert data.columns.tolist() == [
            *(f"cartservice_{metric}" for metric in METRICS),
            *(f"frontend_{metric}" for metric in METRICS),
            *(f"redis-cart_{metric}" for metric in METRICS),
        ]

    def test_a_store_is_seen_by_who_calls_it(self, data: pd.DataFrame) -> None:
        spans = case_rows("spans")
        commands = spans[spans.type == "db"]
        counts = commands.groupby("second").size()
        median = commands.groupby("second").duration.median() / 1e6
        assert data["redis-cart_workload"].tolist() == as_columns(counts, data).fillna(0).tolist()
        np.testing.assert_allclose(data["redis-cart_latency-50"], as_columns(median, data), atol=1e-7, rtol=0)
        assert data["redis-cart_error"].eq(0).all()

    def test_a_store_of_a_system_that_is_not_known_has_no_calls(self, tmp_path: Path) -> None:
        export = replace(shop.export_of(shop.held_tables(ROWS), INJECTIONS[:1]), stores={})
        shop.write(RcaevalFormat(), export, tmp_path)
        columns = pd.read_csv(tmp_path / "cartservice_cpu/1/data.csv").columns
        assert [name for name in columns if name.startswith("redis-cart")] == [
            f"redis-cart_{metric}" for metric in ("cpu", "mem", "diskio", "socket")
        ]

    def test_machines_have_a_file_of_their_own(self, folder: Path, data: pd.DataFrame) -> None:
        """Among the services they would be ranked."""
        nodes = pd.read_csv(folder / "cartservice_cpu/1/node.csv").set_index("time")
        assert nodes.index.equals(data.index)
        assert nodes.columns.tolist() == ["local_cpu"]
        busy = len(set(shop.MODES) - {"idle", "iowait"})
        assert nodes.local_cpu.unique().tolist() == [0.5 * busy]
        assert not [name for name in data.columns if name.startswith("local")]

    def test_workload_and_errors_are_those_of_the_callers(self, data: pd.DataFrame) -> None:
        spans = case_rows("spans")
        calls = spans[(spans.kind == "client") & (spans.type == "grpc")]
        counts = calls.groupby("second").size()
        failed = calls[calls.status_code != 0].groupby("second").size()
        pd.testing.assert_series_equal(
            data.cartservice_workload, as_columns(counts, data).fillna(0.0), check_names=False, check_dtype=False
        )
        pd.testing.assert_series_equal(
            data.cartservice_error, as_columns(failed, data).fillna(0.0), check_names=False, check_dtype=False
        )
        assert data.cartservice_error.sum() > 0

    def test_a_service_that_nobody_calls_is_seen_by_itself(self, data: pd.DataFrame) -> None:
        spans = case_rows("spans")
        served = spans[(spans.service == "frontend") & (spans.kind == "server")].groupby("second").size()
        assert data.frontend_workload.tolist() == as_columns(served, data).fillna(0).tolist()

    @pytest.mark.parametrize(("column", "quantile"), [("latency-50", 0.5), ("latency-90", 0.9)])
    def test_latency_is_in_seconds(self, column: str, quantile: float, data: pd.DataFrame) -> None:
        spans = case_rows("spans")
        calls = spans[(spans.kind == "client") & (spans.type == "grpc")]
        expected = calls.groupby("second").duration.quantile(quantile) / 1e6
        np.testing.assert_allclose(data[f"cartservice_{column}"], as_columns(expected, data), atol=1e-7, rtol=0)

    def test_gauges_are_summed_over_the_pods(self, data: pd.DataFrame) -> None:
        """While cartservice-1 is down the other's stay, but for two seconds that may be a hole."""
        for metric, column in (("container_memory_working_set_bytes", "mem"), ("container_sockets", "socket")):
            samples = case_rows("samples")
            chosen = samples[(samples.metric == metric) & (samples.service == "cartservice")]
            expected = chosen.pivot_table(index="second", columns="pod", values="value").ffill(limit=2).sum(axis=1)
            assert data[f"cartservice_{column}"].tolist() == as_columns(expected, data).tolist()

    def test_counters_become_rates_and_a_restart_is_no_negative_one(self, data: pd.DataFrame) -> None:
        seconds = np.arange(FIRST - HALF, FIRST + HALF)
        down = (seconds >= FIRST + 200) & (seconds < FIRST + 261)  # and the first second after, which has no rate
        assert data.cartservice_cpu.tolist() == np.where(down, 2 / 16, 5 / 16).tolist()
        assert data.cartservice_diskio.tolist() == np.where(down, 4608.0, 9216.0).tolist()
        assert data["redis-cart_cpu"].unique().tolist() == [4 / 16]

    def test_a_service_without_a_pod_has_no_values(self, tmp_path: Path) -> None:
        gone = {**ROWS, "samples": [row for row in ROWS["samples"] if row["pod"] != "cartservice-0"]}
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(gone), INJECTIONS[:1]), tmp_path)
        data = pd.read_csv(tmp_path / "cartservice_cpu/1/data.csv").set_index("time")
        missing = data.index[data.cartservice_mem.isna()].tolist()
        assert missing == list(range(FIRST + 202, FIRST + 260))

    def test_metrics_come_from_all_spans_also_when_traces_are_sampled(self, data: pd.DataFrame, tmp_path: Path) -> None:
        export = shop.export_of(shop.held_tables(ROWS), INJECTIONS, Knobs(trace_sampling=0.2))
        shop.write(RcaevalFormat(), export, tmp_path)
        sampled = pd.read_csv(tmp_path / "cartservice_cpu/1/data.csv").set_index("time")
        pd.testing.assert_frame_equal(sampled, data)
        assert 0 < len(pd.read_csv(tmp_path / "cartservice_cpu/1/traces.csv")) < len(case_rows("spans")) * 0.5

    def test_a_metric_step_makes_fewer_rows(self, tmp_path: Path) -> None:
        export = shop.export_of(shop.held_tables(ROWS), INJECTIONS[:1], Knobs(metric_step_s=7))
        shop.write(RcaevalFormat(), export, tmp_path)
        data = pd.read_csv(tmp_path / "cartservice_cpu/1/data.csv").set_index("time")
        assert np.diff(data.index).tolist() == [7] * (len(data) - 1)
        assert FIRST in data.index
        calls = case_rows("spans", half=693)
        calls = calls[(calls.kind == "client") & (calls.type == "grpc")]
        assert round(data.cartservice_workload.sum() * 7) == len(calls)
        assert data.cartservice_cpu.notna().sum() > len(data) - 3


class TestLogsAndTraces:
    def test_logs_are_those_of_the_case(self, folder: Path) -> None:
        logs = pd.read_csv(folder / "cartservice_cpu/1/logs.csv")
        expected = case_rows("logs")
        assert logs.columns.tolist() == list(LOG_COLUMNS)
        assert logs.timestamp.tolist() == (expected.timestamp * 1000).tolist()
        assert logs.message.tolist() == expected.message.tolist()
        assert logs.level.tolist() == expected.level.tolist()
        assert set(logs.container_name) == {"cartservice"}
        assert logs.trace_id.tolist() == expected.trace_id.tolist()
        assert logs[["req_path", "error"]].isna().all(axis=None)
        assert logs.time.tolist() == pd.to_datetime(expected.timestamp, unit="us").dt.strftime("%H:%M").tolist()

    def test_traces_are_those_of_the_case(self, folder: Path) -> None:
        traces = pd.read_csv(folder / "cartservice_cpu/1/traces.csv", dtype={"parentSpanID": str})
        expected = case_rows("spans").sort_values(["timestamp", "span_id", "trace_id"])
        assert traces.columns.tolist() == list(TRACE_COLUMNS)
        assert traces.startTime.tolist() == expected.timestamp.tolist()
        assert traces.startTimeMillis.tolist() == (expected.timestamp // 1000).tolist()
        assert traces.duration.tolist() == expected.duration.tolist()
        assert traces.statusCode.tolist() == expected.status_code.tolist()
        assert traces.serviceName.tolist() == expected.service.tolist()
        assert traces.parentSpanID.fillna("").tolist() == expected.parent_span_id.fillna("").tolist()
        assert set(zip(traces.operationName, traces.methodName.fillna("-"), strict=True)) == {
            ("GET /cart", "-"),
            ("/hipstershop.CartService/GetCart", "GetCart"),
            ("HGETALL", "-"),
        }

    def test_files_without_a_row_have_their_header(self, tmp_path: Path) -> None:
        silent = {"logs": [], "spans": [], "samples": ROWS["samples"]}
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(silent), INJECTIONS[:1]), tmp_path)
        with (tmp_path / "cartservice_cpu/1/logs.csv").open() as file:
            assert list(csv.reader(file)) == [list(LOG_COLUMNS)]
        data = pd.read_csv(tmp_path / "cartservice_cpu/1/data.csv")
        assert "frontend_cpu" in data
        assert "frontend_workload" not in data


def evaluated(folder: Path, case: str, length: int = 20) -> tuple[pd.DataFrame, int, str]:
    """What RCAEval's main.py makes of a case before a method sees it; the last is the indicator it passes."""
    service, _ = Path(case).parent.name.split("_")
    data = pd.read_csv(folder / case / "data.csv")
    data = data.loc[:, ~data.columns.str.endswith("_latency-50")]
    data = data.replace([np.inf, -np.inf], np.nan).ffill().fillna(0)
    inject_time = int((folder / case / "inject_time.txt").read_text().splitlines()[0].strip())
    normal = data[data["time"] < inject_time].tail(length * 60 // 2)
    anomalous = data[data["time"] >= inject_time].head(length * 60 // 2)
    data = pd.concat([normal, anomalous], ignore_index=True)
    data = data.rename(columns={name: name.replace("_latency-90", "_latency") for name in data})
    return data, inject_time, f"{service}_latency"


class TestRcaevalReads:
    def test_its_evaluation_gets_600_rows_of_each_side(self, tmp_path: Path) -> None:
        only = [shop.injection("only", "cpu-stress", shop.label("frontend-0", 800, 900))]
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), only), tmp_path)
        data, inject_time, indicator = evaluated(tmp_path, "frontend_cpu/1")
        assert data["time"].tolist() == list(range(inject_time - 600, inject_time + 600))
        assert indicator in data
        assert not data.isna().any(axis=None)
        assert {name.split("_")[0] for name in data if name != "time"} == {"frontend", "cartservice", "redis-cart"}

    def test_columns_stay_floats_under_its_conversion_of_memory(self, folder: Path) -> None:
        data, _, _ = evaluated(folder, "cartservice_cpu/1")
        assert set(data.drop(columns="time").dtypes) == {np.dtype("float64")}

    def test_its_trace_methods_know_each_operation_from_before_the_fault(self, folder: Path) -> None:
        """TraceRCA's and MicroRank's preparation."""
        spans = pd.read_csv(folder / "cartservice_cpu/1/traces.csv")
        spans["methodName"] = spans["methodName"].fillna(spans["operationName"])
        spans["operation"] = spans["serviceName"] + "_" + spans["methodName"]
        ended = spans["startTime"] + spans["duration"]
        normal, anomalous = spans[ended < FIRST * 1_000_000], spans[ended >= FIRST * 1_000_000]
        assert set(anomalous.operation) <= set(normal.operation)


class TestBuild:
    @pytest.mark.parametrize("slice_rows", [50, 999, 100_000])
    def test_the_bytes_do_not_depend_on_slices(self, slice_rows: int, folder: Path, tmp_path: Path) -> None:
        held = shop.held_tables(ROWS, slice_rows)
        built = shop.bytes_of(RcaevalFormat(), shop.export_of(held, INJECTIONS), tmp_path)
        assert built == {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }

    def test_a_part_reads_only_its_own_case(self) -> None:
        held = shop.held_tables(ROWS, 200)
        export = Reading.of(shop.export_of(held, INJECTIONS[:1]))
        for part in RcaevalFormat().parts(export):
            list(part.make())
        assert min(start for start, _ in export.held.read_ranges) >= (FIRST - HALF - 700) * shop.SECOND
        assert max(end for _, end in export.held.read_ranges) <= (FIRST + 720) * shop.SECOND

    def test_jitter_moves_the_label_and_the_case_with_it(self, tmp_path: Path) -> None:
        knobs = Knobs(onset_jitter_s=60, seed=4)
        shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), INJECTIONS[:1], knobs), tmp_path)
        shift = knobs.shift_us(INJECTIONS[0], INJECTIONS[0].pods[0])
        moved = int((tmp_path / "cartservice_cpu/1/inject_time.txt").read_text())
        assert moved == (INJECTIONS[0].pods[0].start + shift) // shop.SECOND != FIRST
        truth = json.loads((tmp_path / "groundtruth/injections.json").read_text())["injections"]
        assert truth[0]["pods"][0]["start"] == INJECTIONS[0].pods[0].start


class Reading:
    """Held telemetry that remembers what was read of it."""

    def __init__(self, held: Any) -> None:
        self._held = held
        self.read_ranges: list[tuple[int, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._held, name)

    def read(self, part: Any, columns: Any = None) -> Any:
        self.read_ranges.append((part.start, part.end))
        return self._held.read(part, columns)

    @classmethod
    def of(cls, export: Export) -> Any:
        return shop.export_of(cls(export.held), export.injections)
