"""The openrca format against the store's rows, computed anew with pandas, and scored as OpenRCA scores."""

import itertools
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dataset_builder.formats.openrca import OpenrcaFormat
from dataset_builder.formats.openrca_ranges import FAILURES_AT_MOST
from dataset_builder.formats.openrca_tasks import Failure, Task, query_csv, record_csv, tasks_about
from dataset_builder.knobs import Knobs
from tests.dataset_builder import shop_window as shop

DAYS = ("2024_06_18", "2024_06_19")
INJECTIONS = (
    shop.injection("one-of-two", "cpu-stress", shop.label("cartservice-1", 700.7, 760.2)),
    shop.injection(
        "all", "pod-failure", shop.label("cartservice-0", 1000.2, 1060), shop.label("cartservice-1", 1003, 1060)
    ),
    shop.injection("alone", "http-abort", shop.label("frontend-0", 1300.0, 1310)),
    shop.injection("earlier", "network-delay", shop.label("frontend-0", -30, 40)),
)
ROWS = shop.table_rows()
MINUTE = 60 * shop.SECOND


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("openrca")
    held = shop.stored(ROWS, place / "store").hold(shop.WINDOW, place / "held")
    rows = shop.write(OpenrcaFormat(), shop.export_of(held, INJECTIONS), place / "dataset")
    assert {table: rows[table] for table in ROWS} == {table: len(ROWS[table]) - len(late(table)) for table in ROWS}
    return place / "dataset"


def late(table: Any) -> list[Any]:
    return [row for row in ROWS[table] if not shop.WINDOW.start <= row["timestamp"] < shop.WINDOW.end]


def inside(table: Any) -> pd.DataFrame:
    rows = shop.frame(ROWS[table])
    return rows[(rows.timestamp >= shop.WINDOW.start) & (rows.timestamp < shop.WINDOW.end)]


def read(folder: Path, path: str) -> pd.DataFrame:
    """Both days, one after the other."""
    return pd.concat([pd.read_csv(folder / "telemetry" / day / path) for day in DAYS], ignore_index=True)


def day_of(timestamps: pd.Series, unit: str) -> set[str]:
    return set(pd.to_datetime(timestamps, unit=unit).dt.strftime("%Y_%m_%d"))


class TestTelemetry:
    def test_files_are_those_of_openrca(self, folder: Path) -> None:
        found = {str(path.relative_to(folder)) for path in folder.rglob("*.csv")}
        of_a_day = ("log/log_service.csv", "trace/trace_span.csv", "metric/metric_container.csv")
        derived = ("metric/metric_mesh.csv", "metric/metric_node.csv", "metric/metric_service.csv")
        assert found == {
            "record.csv",
            "query.csv",
            "tasks.csv",
            *(f"telemetry/{day}/{path}" for day in DAYS for path in (*of_a_day, *derived)),
        }

    @pytest.mark.parametrize(
        ("path", "unit"),
        [
            ("log/log_service.csv", "s"),
            ("trace/trace_span.csv", "ms"),
            ("metric/metric_container.csv", "s"),
            ("metric/metric_mesh.csv", "s"),
            ("metric/metric_node.csv", "s"),
            ("metric/metric_service.csv", "s"),
        ],
    )
    def test_a_day_is_one_of_utc(self, path: str, unit: str, folder: Path) -> None:
        for day in DAYS:
            assert day_of(pd.read_csv(folder / "telemetry" / day / path).timestamp, unit) == {day}

    def test_logs(self, folder: Path) -> None:
        logs, expected = read(folder, "log/log_service.csv"), inside("logs")
        assert logs.columns.tolist() == ["log_id", "timestamp", "cmdb_id", "log_name", "value"]
        assert logs.log_id.is_unique
        assert logs.timestamp.tolist() == (expected.timestamp // shop.SECOND).tolist()
        assert set(logs.cmdb_id) == {"cartservice-1"}
        assert set(logs.log_name) == {"log_cartservice-service_application"}
        values = "severity: " + expected.level.str.lower() + ", message: " + expected.message
        assert logs.value.tolist() == values.tolist()

    def test_traces(self, folder: Path) -> None:
        spans = read(folder, "trace/trace_span.csv")
        expected = inside("spans").sort_values(["timestamp", "span_id"])
        assert spans.columns.tolist() == [
            "timestamp",
            "cmdb_id",
            "span_id",
            "trace_id",
            "duration",
            "type",
            "status_code",
            "operation_name",
            "parent_span",
        ]
        assert spans.timestamp.tolist() == (expected.timestamp // 1000).tolist()
        assert spans.duration.tolist() == expected.duration.tolist()
        assert spans.cmdb_id.tolist() == expected.pod.tolist()
        assert spans.status_code.tolist() == expected.status_code.tolist()
        assert spans.type.tolist() == expected.type.replace("grpc", "rpc").tolist()
        assert spans.operation_name.tolist() == expected.operation_name.tolist()
        assert spans.parent_span.notna().tolist() == expected.parent_span_id.notna().tolist()

    def test_metrics(self, folder: Path) -> None:
        containers = read(folder, "metric/metric_container.csv")
        expected = inside("samples")
        expected = expected[~expected.metric.str.startswith(("istio_", "node_"))]
        assert containers.columns.tolist() == ["timestamp", "cmdb_id", "kpi_name", "value"]
        key = ["timestamp", "cmdb_id", "kpi_name"]
        expected = expected.assign(
            timestamp=expected.timestamp // shop.SECOND, cmdb_id="local." + expected.pod, kpi_name=expected.metric
        )
        pd.testing.assert_frame_equal(
            containers.sort_values(key, ignore_index=True),
            expected[[*key, "value"]].sort_values(key, ignore_index=True),
            check_exact=True,
            check_dtype=False,
        )

    def test_the_mesh_has_a_file_of_its_own(self, folder: Path) -> None:
        mesh = read(folder, "metric/metric_mesh.csv")
        assert set(mesh.cmdb_id) == {"frontend-0.source.frontend.cartservice"}
        assert set(mesh.kpi_name) == {"istio_requests_total.grpc.200.0"}
        assert mesh.value.tolist() == inside("samples").query("metric == 'istio_requests_total'").value.tolist()

    def test_the_node_has_a_file_of_its_own(self, folder: Path) -> None:
        node = read(folder, "metric/metric_node.csv")
        assert set(node.cmdb_id) == {"local"}
        assert set(node.kpi_name) == {f"node_cpu_seconds_total.{mode}" for mode in shop.MODES}
        assert len(node) == len(inside("samples").query("metric == 'node_cpu_seconds_total'"))

    def test_services_by_the_minute(self, folder: Path) -> None:
        found = read(folder, "metric/metric_service.csv").set_index(["service", "timestamp"])
        spans = inside("spans")
        calls = spans[(spans.kind == "client") & (spans.type == "grpc")]
        calls = calls.assign(minute=calls.timestamp // MINUTE * 60, failed=calls.status_code != 0)
        minutes = calls.groupby("minute")
        carts = found.loc["cartservice-grpc"]
        assert carts.index.tolist() == list(minutes.groups)
        assert carts["count"].tolist() == minutes.size().tolist()
        np.testing.assert_allclose(carts.mrt, minutes.duration.mean() / 1000, atol=1e-6, rtol=0)
        np.testing.assert_allclose(carts.sr, 100 * (1 - minutes.failed.mean()), atol=1e-6, rtol=0)
        assert carts.rr.isna().all()
        assert set(found.index.get_level_values("service")) == {
            "cartservice-grpc",
            "frontend-http",
            "redis-cart-db",  # as its callers see it
        }


class TestRecords:
    def test_one_row_a_failure_that_began_in_the_window(self, folder: Path) -> None:
        record = pd.read_csv(folder / "record.csv")
        assert record.columns.tolist() == ["level", "component", "timestamp", "datetime", "reason"]
        base = shop.at(0) // shop.SECOND
        assert record.drop(columns="datetime").to_numpy().tolist() == [
            ["pod", "cartservice-1", base + 700, "container CPU load"],
            ["service", "cartservice", base + 1000, "container process termination"],
            ["service", "frontend", base + 1300, "http-abort"],  # its only pod
        ]
        assert record.datetime.tolist() == ["2024-06-18 23:51:40", "2024-06-18 23:56:40", "2024-06-19 00:01:40"]

    def test_answers_follow_the_jitter(self, tmp_path: Path) -> None:
        knobs = Knobs(onset_jitter_s=30, seed=2)
        shop.write(OpenrcaFormat(), shop.export_of(shop.held_tables(ROWS), INJECTIONS[:1], knobs), tmp_path)
        (moved,) = pd.read_csv(tmp_path / "record.csv").timestamp
        start = INJECTIONS[0].pods[0].start
        assert start is not None
        assert moved == (start + knobs.shift_us(INJECTIONS[0], INJECTIONS[0].pods[0])) // shop.SECOND

    def test_a_service_that_is_missing_still_has_its_level(self, tmp_path: Path) -> None:
        knobs = Knobs(missing_services=("cartservice",))
        shop.write(OpenrcaFormat(), shop.export_of(shop.held_tables(ROWS), INJECTIONS[:1], knobs), tmp_path)
        assert pd.read_csv(tmp_path / "record.csv").level.tolist() == ["pod"]


def scored(prediction: str, scoring_points: str) -> float:
    """OpenRCA's evaluation, its patterns word for word: exact text, 60 s, the best order, all or nothing by number."""
    pattern = (
        r'{\s*(?:"root cause occurrence datetime":\s*"(.*?)")?,?\s*'
        r'(?:"root cause component":\s*"(.*?)")?,?\s*(?:"root cause reason":\s*"(.*?)")?\s*}'
    )
    predicted = re.findall(pattern, prediction)
    which = r"The (?:\d+-th|only) "
    times = re.findall(
        which + r"root cause occurrence time is within 1 minutes \(i.e., <=1min\) of ([^\n]+)", scoring_points
    )
    components = re.findall(which + r"predicted root cause component is ([^\n]+)", scoring_points)
    reasons = re.findall(which + r"predicted root cause reason is ([^\n]+)", scoring_points)
    count = max(len(times), len(components), len(reasons))
    if len(predicted) != count:
        return 0.0
    best = 0
    for order in itertools.permutations(predicted):
        hits = sum(each[1] == component for each, component in zip(order, components, strict=False))
        hits += sum(each[2] == reason for each, reason in zip(order, reasons, strict=False))
        hits += sum(near(each[0], time) for each, time in zip(order, times, strict=False))
        best = max(best, hits)
    return best / (len(times) + len(components) + len(reasons))


def near(left: str, right: str) -> bool:
    form = "%Y-%m-%d %H:%M:%S"
    try:
        apart = datetime.strptime(left, form) - datetime.strptime(right, form)  # noqa: DTZ007 - as OpenRCA does
    except ValueError:
        return False
    return abs(apart.total_seconds()) <= 60


def answers(failures: list[Failure]) -> str:
    return json.dumps(
        {
            str(number): {
                "root cause occurrence datetime": failure.datetime,
                "root cause component": failure.component,
                "root cause reason": failure.reason,
            }
            for number, failure in enumerate(failures, 1)
        }
    )


def failures_at(*seconds: int) -> list[Failure]:
    base = 1_718_755_200
    return [
        Failure(base + each, f"cartservice-{n % 2}", "pod", "http-abort", f"i{n}") for n, each in enumerate(seconds)
    ]


def tasks_of(failures: list[Failure], *, seed: int = 0) -> list[Task]:
    """With telemetry of a day around them."""
    first, last = failures[0].timestamp - 86_400, failures[-1].timestamp + 86_400
    return tasks_about(failures, start=first, end=last, seed=seed)


class TestQueries:
    def test_tasks_about_records(self, folder: Path) -> None:
        tasks = pd.read_csv(folder / "query.csv")
        assert tasks.columns.tolist() == ["task_index", "instruction", "scoring_points"]
        assert 0 < len(tasks) <= len(pd.read_csv(folder / "record.csv"))
        assert set(tasks.task_index) <= {f"task_{number}" for number in range(1, 8)}

    def test_the_right_answers_score_one(self, folder: Path) -> None:
        record = pd.read_csv(folder / "record.csv")
        known = [Failure(row.timestamp, row.component, row.level, row.reason, "") for row in record.itertuples()]
        for _, task in pd.read_csv(folder / "query.csv").iterrows():
            first, last = re.findall(r"[0-9-]{10} [0-9:]{8}", task.instruction)
            asked = [failure for failure in known if first <= failure.datetime < last]
            assert scored(answers(asked), task.scoring_points) == 1.0
            assert scored(answers(asked[::-1]), task.scoring_points) == 1.0
            assert scored(answers([]), task.scoring_points) == 0.0

    def test_a_wrong_answer_scores_less(self) -> None:
        right = failures_at(0)
        wrong = [Failure(right[0].timestamp + 61, "frontend", "service", "container CPU load", "")]
        (task,) = tasks_of(right)
        assert scored(answers(right), task.scoring_points) == 1.0
        assert scored(answers(wrong), task.scoring_points) == 0.0

    def test_the_instruction_has_the_range_and_no_answer(self) -> None:
        one = failures_at(1000)
        (task,) = tasks_of(one)
        first, last = re.findall(r"[0-9-]{10} [0-9:]{8}", task.instruction)
        assert first <= one[0].datetime < last
        assert task.instruction.startswith(f"Between {first} and {last} (UTC), one failure was")
        assert not any(failure.component in task.instruction or failure.reason in task.instruction for failure in one)

    def test_a_crowded_half_hour_is_asked_about_in_shorter_ranges(self) -> None:
        many = failures_at(*range(0, 1800, 100))
        tasks = tasks_of(many)
        assert len(tasks) > len(many) / 2
        for task in tasks:
            assert 0 < len(task.failures) <= FAILURES_AT_MOST
            assert scored(answers(list(task.failures)), task.scoring_points) == 1.0

    def test_all_kinds_of_tasks_are_asked(self) -> None:
        many = failures_at(*range(0, 1800 * 200, 1800))
        assert {task.index for task in tasks_of(many)} == {f"task_{number}" for number in range(1, 8)}

    def test_tasks_without_answers_can_be_handed_out(self, folder: Path) -> None:
        tasks, with_answers = pd.read_csv(folder / "tasks.csv"), pd.read_csv(folder / "query.csv")
        pd.testing.assert_frame_equal(tasks, with_answers.drop(columns="scoring_points"))

    def test_without_a_failure_there_are_headers(self) -> None:
        assert record_csv([]) == b"level,component,timestamp,datetime,reason\n"
        assert query_csv([]) == b"task_index,instruction,scoring_points\n"


class TestBuild:
    @pytest.mark.parametrize("slice_rows", [500, 3456])
    def test_the_bytes_do_not_depend_on_slices(self, slice_rows: int, tmp_path: Path) -> None:
        whole = shop.export_of(shop.held_tables(ROWS, 1 << 30), INJECTIONS)
        sliced = shop.export_of(shop.held_tables(ROWS, slice_rows), INJECTIONS)
        expected = shop.bytes_of(OpenrcaFormat(), whole, tmp_path / "whole")
        assert shop.bytes_of(OpenrcaFormat(), sliced, tmp_path / "sliced") == expected

    def test_rows_are_counted_by_metric(self) -> None:
        export = shop.export_of(shop.held_tables(ROWS), INJECTIONS)
        counted: Counter[str] = Counter()
        for part in OpenrcaFormat().parts(export):
            for chunk in part.make():
                counted[chunk.metric] += (chunk.rows or 0) if chunk.table == "samples" else 0
        assert +counted == Counter(inside("samples").metric)

    @pytest.mark.parametrize("knobs", [Knobs(metric_step_s=7), Knobs(log_drop=0.5, trace_sampling=0.5, seed=3)])
    def test_rows_are_those_that_the_knobs_leave(self, knobs: Knobs, tmp_path: Path) -> None:
        export = shop.export_of(shop.held_tables(ROWS, 700), INJECTIONS, knobs)
        rows = shop.write(OpenrcaFormat(), export, tmp_path)
        for table in ROWS:
            assert rows[table] == export.expected(table)
