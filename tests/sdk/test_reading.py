"""Reading the csv format and the original's: same columns, same units, any part of it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from microservo_sdk import DatasetError, open_dataset, verify
from tests.sdk.conftest import END, ORIGINAL, SECOND, START, Build, Files, write_zip


def test_logs_have_microseconds_services_and_levels(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        logs = opened.logs()
    assert list(logs) == ["timestamp", "service", "pod", "level", "message", "log_id"]
    assert len(logs) == 120
    assert logs["timestamp"].dtype == "int64"
    assert logs["timestamp"][3] == START + SECOND + 3
    assert logs["message"][7] == 'line 7, "quoted"\nsecond line'
    assert set(logs["level"]) == {"INFO"}
    assert set(logs["service"]) == {"cartservice"}


def test_spans_have_the_kinds_of_opentelemetry_and_null_for_no_parent(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        spans = opened.spans(as_="arrow")
    assert spans["kind"].to_pylist()[:2] == ["server", "client"]
    assert spans["parent_span_id"].null_count == 30
    assert spans["duration"].to_pylist()[5] == 1005


def test_metrics_by_name_and_all_of_them(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        names = opened.metric_names()
        memory = opened.metrics(names[0])
        requests = opened.metrics("istio_requests_total", as_="python")
        assert len(opened.metrics()) == len(memory) + len(requests["value"]) == 180
    assert names == ["container_memory_working_set_bytes", "istio_requests_total"]
    assert memory["labels"][0] == "node=local"
    assert requests["pod"][0] == "frontend-0"
    assert requests["labels"][0] == (
        "destination_workload=cartservice,grpc_response_status=0,reporter=source,request_protocol=grpc,"
        "response_code=200,source_workload=frontend"
    )


def test_an_unknown_metric_is_named(dataset: Path) -> None:
    with open_dataset(dataset) as opened, pytest.raises(DatasetError, match=r"no metric 'nothing'.*metric_names"):
        opened.metrics("nothing")


def test_selection_by_time_service_and_pod(dataset: Path) -> None:
    ten = START + 10 * SECOND
    with open_dataset(dataset) as opened:
        by_pod = opened.logs(pod="cartservice-1", end=ten)
        by_datetime = opened.logs(start=datetime(2024, 6, 17, 19, 10, 50, tzinfo=UTC))
        assert len(opened.logs(service=["frontend"])) == 0
        assert len(opened.spans(service="frontend", start=ten, end=END)) == 50
        assert len(opened.metrics(pod=["cartservice-0"])) == 60
    assert list(by_pod["timestamp"]) == [START + index // 2 * SECOND + index for index in range(1, 20, 2)]
    assert len(by_datetime) == 20


def test_an_empty_selection_has_the_columns_and_types(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        empty = opened.spans(pod="nobody")
        arrow = opened.metrics(pod="nobody", as_="arrow")
    assert empty["timestamp"].dtype == "int64"
    assert [str(field.type) for field in arrow.schema] == ["int64", "string", "string", "string", "string", "double"]


@pytest.mark.parametrize("rows", [1, 7, 50, 1000])
def test_chunks_are_the_whole_in_order(dataset: Path, rows: int) -> None:
    with open_dataset(dataset) as opened:
        chunks = list(opened.iter_logs(rows, as_="python"))
        assert [line for chunk in chunks for line in chunk["log_id"]] == list(range(120))
        assert {len(chunk["log_id"]) for chunk in chunks[:-1]} <= {rows}
        assert sum(len(chunk) for chunk in opened.iter_spans(rows)) == 60
        assert sum(len(chunk) for chunk in opened.iter_metrics(rows)) == 180


def test_labels_normal_times_and_what_the_dataset_says_of_itself(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        (injection,) = opened.injections()
        normal = opened.normal_windows()
        assert opened.format == "csv"
        assert opened.manifest is not None
        assert opened.manifest["name"] == "demo"
        assert opened.digest is not None
        assert opened.digest.startswith("sha256:")
        assert opened.window is not None
        assert opened.window.seconds == 60
        assert opened.card is None
        assert opened.split() is None
    assert (injection.kind, injection.pods, injection.services) == ("cpu-stress", ("cartservice-0",), ("cartservice",))
    assert (injection.start, injection.end) == (START + 20 * SECOND, START + 40 * SECOND)
    assert injection.effect == "confirmed"
    assert [window.seconds for window in normal] == [20, 10]


def test_a_split_gives_injections_and_times(build: Build) -> None:
    sides = {
        "train": {"injections": ["17"], "windows": [{"start": START, "end": END}]},
        "test": {"injections": [], "windows": []},
    }

    def change(files: Files) -> None:
        files["groundtruth/split.json"] = json.dumps(sides).encode()

    with open_dataset(build(change=change)) as opened:
        split = opened.split()
    assert split is not None
    train, test = split
    assert [each.kind for each in train.injections] == ["cpu-stress"]
    assert train.windows[0].start == START
    assert not test.injections


def test_raw_files_as_they_are(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        logs = opened.raw("log/log.csv")
        assert list(logs) == ["log_id", "timestamp", "date", "cmdb_id", "message"]
        assert logs["timestamp"].dtype == "float64"
        assert opened.raw("groundtruth/groundtruth.json")["duration"] == [20]
        assert opened.raw_bytes("log/log.csv").startswith(b"log_id,")
        with pytest.raises(DatasetError, match=r"nothing\.csv: this file is missing"):
            opened.raw("nothing.csv")


def test_what_only_other_formats_have_says_so(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        for method in (opened.cases, opened.records, opened.queries):
            with pytest.raises(DatasetError, match="use injections"):
                method()


@pytest.mark.parametrize("zipped", [False, True])
def test_the_original_s_files(tmp_path: Path, zipped: bool) -> None:
    folder = shutil.copytree(ORIGINAL, tmp_path / "origin_data")
    path = write_zip(tmp_path / "sample.zip", folder) if zipped else folder
    verify(path)
    with open_dataset(path) as opened:
        logs, spans = opened.logs(), opened.spans()
        (injection,) = opened.injections()
        assert opened.format == "microservo"
        assert opened.manifest is None
        assert opened.normal_windows() == []
        assert len(opened.metrics("istio_tcp_connections_closed_total")) == 0
        assert set(opened.metrics("istio_request_messages_total")["metric"]) == {"istio_request_messages_total"}
    assert logs["timestamp"][0] == 1_718_651_407_136_000
    assert (logs["log_id"][0], logs["service"][0]) == ("_K2bJ5ABCw3YsVwGUoKQ", "currencyservice")
    assert spans["timestamp"][0] == 1_718_651_401_600_157
    assert injection.pods == ("cartservice-0", "cartservice-1", "cartservice-2")
    assert injection.end == 1_718_651_700_000_000


def test_a_folder_around_the_dataset_s_folder(build: Build, tmp_path: Path) -> None:
    build()
    with open_dataset(tmp_path) as opened:
        assert len(opened.logs()) == 120
    verify(tmp_path)


AWKWARD = 'quote " comma , line\nbreak\r tab\t nul\0 \u2028 \x85 \u00fcn\u00ef ' + "long " * 60_000


def test_whatever_a_log_line_holds(build: Build) -> None:
    def change(files: Files) -> None:
        text = "severity:error,message:" + AWKWARD.replace('"', '""')
        files["log/log.csv"] += f'120,1718651459.999999,"2024-06-17T19:10:59.999Z","cartservice-0","{text}"\n'.encode()

    path = build(change=change, zipped=True)
    verify(path)
    with open_dataset(path) as opened:
        line = opened.logs(start=END - 1, as_="python")
        assert opened.logs()["message"][120] == AWKWARD
    assert line["message"] == [AWKWARD]
    assert line["timestamp"] == [END - 1]


def test_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DatasetError, match="no dataset"):
        open_dataset(tmp_path)
    with pytest.raises(DatasetError, match="no such file"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="not a whole zip"):
        open_dataset(tmp_path / "notes.txt")
