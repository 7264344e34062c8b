"""Clocks that are wrong are said, and times that can't be are refused with file and line."""

import zipfile
from pathlib import Path

import pytest

from microservo_sdk import DatasetError, Window, verify
from microservo_sdk.clocks import MOST_DAYS, Clock
from tests.sdk.conftest import Files, write_folder
from tests.sdk.test_field_formats import BANK, MARKET, RCAEVAL, SAMPLE

FIELD = Path(__file__).parents[1] / "data" / "field-cases"
SECOND = 1_000_000
ROWS = Window(1_661_140_270 * SECOND, 1_661_140_290 * SECOND)
DATA = "re1/adservice_cpu/1/data.csv"
DAY = 86_400 * SECOND


def test_a_row_of_another_year_is_said_and_is_not_of_the_window() -> None:
    report = verify(FIELD / "a-one-row-2028.zip")
    (warning,) = report.warnings
    assert warning.startswith(f"{DATA}, line 7: 2028-12-22T23:24:35Z is 2315 days")
    assert "this row is not counted into the window" in warning
    assert report.window == ROWS


def test_a_log_line_before_1970_is_refused() -> None:
    with pytest.raises(DatasetError, match="between 1970 and the end of 9999") as caught:
        verify(FIELD / "b-log-minus.zip")
    assert (caught.value.file, caught.value.line) == ("re1/adservice_cpu/1/logs.csv", 3)


def test_a_fault_outside_of_its_case_is_said() -> None:
    report = verify(FIELD / "c-inject-8h-later.zip")
    (warning,) = report.warnings
    assert warning.startswith("re1/adservice_cpu/1/inject_time.txt: its fault, at 2022-08-22T11:51:19Z, lies outside")
    assert report.window == ROWS


def test_a_row_of_the_year_33658_is_refused() -> None:
    with pytest.raises(DatasetError, match="between 1970 and the end of 9999") as caught:
        verify(FIELD / "n-year-33658.zip")
    assert (caught.value.file, caught.value.line) == (DATA, 7)


def test_without_anything_odd_nothing_is_said(tmp_path: Path) -> None:
    assert verify(SAMPLE).warnings == []
    write_case(tmp_path, {})
    assert verify(tmp_path).warnings == []


def write_case(folder: Path, changed: Files) -> None:
    """One of RCAEval's, whose tables are of one time."""
    begin = "RE2-OB/cartservice_cpu/1/"
    files = {name.removeprefix(begin): data for name, data in RCAEVAL.items() if name.startswith(begin)}
    write_folder(folder, {f"cartservice_cpu/1/{name}": data for name, data in {**files, **changed}.items()}, None)


def test_logs_in_another_time_zone_are_said(tmp_path: Path) -> None:
    logs = RCAEVAL["RE2-OB/cartservice_cpu/1/logs.csv"].replace(b"1705353785123456789", b"1705382585123456789")
    write_case(tmp_path, {"logs.csv": logs})
    (warning,) = verify(tmp_path).warnings
    assert warning.startswith("cartservice_cpu/1: the metrics are from 2024-01-15T21:23:05Z")
    assert "the logs from 2024-01-16T05:23:05Z to 2024-01-16T05:23:06Z: their clocks do not agree" in warning


def test_a_fault_of_the_original_outside_of_its_rows_is_said(tmp_path: Path) -> None:
    files = original()
    files["groundtruth/groundtruth.json"] = files["groundtruth/groundtruth.json"].replace(b"1718651640", b"1718680440")
    (first, *_) = verify(write_folder(tmp_path, files, None)).warnings
    assert "pod-failure on 'cartservice-0' at 2024-06-18T03:14:00Z lies outside of the telemetry" in first


def test_failures_of_openrca_outside_of_their_rows_are_said(tmp_path: Path) -> None:
    warnings = verify(write_folder(tmp_path, MARKET, None)).warnings
    assert warnings == ["record.csv: failure 1 is of 2022-03-19T20:00:00Z, when there are no rows"]


def test_a_component_of_openrca_without_rows_is_said(tmp_path: Path) -> None:
    records = BANK["record.csv"].replace(b"adservice-0,1647720000", b"MG01,1614787300")
    warnings = verify(write_folder(tmp_path, {**BANK, "record.csv": records}, None)).warnings
    assert warnings == ["record.csv: failure 1 is of 'MG01', of which there are no rows"]


IMPOSSIBLE: list[tuple[Files, str, bytes, bytes, int]] = [
    (MARKET, "telemetry/2022_03_20/trace/trace_span.csv", b"1647705600362", b"-1647705600362", 3),
    (MARKET, "telemetry/2022_03_20/trace/trace_span.csv", b"1647705600362", b"999999999999999999", 3),
    (MARKET, "telemetry/2022_03_20/trace/trace_span.csv", b"1021", b"1e300", 3),
    (MARKET, "telemetry/2022_03_20/trace/trace_span.csv", b"1647705600362", b"nan", 3),
    (MARKET, "telemetry/2022_03_20/log/log_service.csv", b"1647705601", b"-1", 3),
    (MARKET, "telemetry/2022_03_20/metric/metric_mesh.csv", b"1647705600", b"1647705600000000", 2),
    (MARKET, "record.csv", b"1647720000", b"999999999999", 2),
    (RCAEVAL, "RE2-OB/cartservice_cpu/1/traces.csv", b"1705353785124456", b"8705353785124456789", 3),
    (RCAEVAL, "RE2-OB/cartservice_cpu/1/simple_metrics.csv", b"1705353786,", b"-5,", 3),
    (RCAEVAL, "RE2-OB/redis-cart_mem/3/inject_time.txt", b"1705360000", b"999999999999", 1),
]


@pytest.mark.parametrize(("files", "name", "old", "new", "line"), IMPOSSIBLE)
def test_times_that_can_not_be(tmp_path: Path, files: Files, name: str, old: bytes, new: bytes, line: int) -> None:
    assert old in files[name]
    with pytest.raises(DatasetError) as caught:
        verify(write_folder(tmp_path, {**files, name: files[name].replace(old, new, 1)}, None))
    assert (caught.value.file, caught.value.line) == (name, line)


@pytest.mark.parametrize("column", ["timestamp", "duration"])
def test_times_of_the_original_s_labels_that_can_not_be(tmp_path: Path, column: str) -> None:
    files = original()
    old = {"timestamp": b"1718651640,", "duration": b"60,"}[column]
    assert old in files["groundtruth/groundtruth.json"]
    files["groundtruth/groundtruth.json"] = files["groundtruth/groundtruth.json"].replace(old, b"-4,", 1)
    with pytest.raises(DatasetError, match=rf"groundtruth\.json: {column}\[0\]: expected"):
        verify(write_folder(tmp_path, files, None))


def test_a_pod_of_the_original_s_labels_that_nobody_knows(tmp_path: Path) -> None:
    files = original()
    for old, new in ((b'"cartservice-0"', b'"x-0"'), (b'["cartservice"', b'["x"')):
        files["groundtruth/groundtruth.json"] = files["groundtruth/groundtruth.json"].replace(old, new, 1)
    with pytest.raises(DatasetError, match=r"groundtruth\.json: pod-failure on 'x-0': no row"):
        verify(write_folder(tmp_path, files, None))


def original() -> Files:
    return {file.relative_to(SAMPLE).as_posix(): file.read_bytes() for file in SAMPLE.rglob("*.*")}


def test_days_that_follow_each_other_belong_together() -> None:
    clock = Clock()
    clock.see([DAY * 10, DAY * 10 + 5, DAY * 11, DAY * 12 - 1, DAY * 40], "a.csv")
    clock.see([DAY * 9 + 7], "b.csv")
    main, stray = clock.stretches()
    assert (main.rows, main.first, main.last) == (5, DAY * 9 + 7, DAY * 12 - 1)
    assert (stray.file, stray.row, stray.rows) == ("a.csv", 4, 1)


def test_memory_does_not_grow_with_nonsense() -> None:
    clock = Clock()
    with pytest.raises(DatasetError, match="different days"):
        clock.see([DAY * day for day in range(MOST_DAYS + 1)], "a.csv")


def test_strays_are_found_in_a_zip_of_several_cases(tmp_path: Path) -> None:
    """Cases may be years apart: each is judged by itself."""
    with zipfile.ZipFile(tmp_path / "cases.zip", "w") as archive:
        for begin, year in (("a_cpu/1", 1_600_000_000), ("b_cpu/1", 1_700_000_000)):
            archive.writestr(f"{begin}/inject_time.txt", f"{year + 1}\n")
            service = begin.partition("_")[0]
            archive.writestr(f"{begin}/data.csv", f"time,{service}_cpu\n{year},1\n{year + 1},1\n")
    report = verify(tmp_path / "cases.zip")
    assert report.warnings == []
    assert report.window == Window(1_600_000_000 * SECOND, 1_700_000_002 * SECOND)
