"""Windows of time as users write them, and the check of a downloaded dataset."""

import hashlib
import json
import time
import zipfile
from pathlib import Path

import pytest

from cli.commands.dataset import moment, window
from cli.commands.inject import parameters
from cli.console import CliError
from cli.datasets import _unpack, how_far, verify
from tests.full_disk import files_end_at

CONTENT = {"log/log.csv": b"log_id\n1\n", "trace/trace.csv": b"span_id\n2\n"}


def archive(path: Path, content: dict[str, bytes] = CONTENT, *, listed: dict[str, bytes] = CONTENT) -> str:
    """A dataset whose manifest lists `listed`; returns its digest."""
    files = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in listed.items()}
    manifest = json.dumps({"files": files}).encode()
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("mine/dataset.json", manifest)
        for name, data in content.items():
            zipped.writestr(f"mine/{name}", data)
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


def test_a_whole_dataset_is_accepted(tmp_path: Path) -> None:
    verify(tmp_path / "a.zip", archive(tmp_path / "a.zip"))


def test_what_lies_beside_it_is_no_part_of_it(tmp_path: Path) -> None:
    digest = archive(tmp_path / "a.zip", CONTENT)
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as zipped:
        zipped.writestr("__MACOSX/mine/._dataset.json", b"x")
    verify(tmp_path / "a.zip", digest)
    folder = _unpack(tmp_path / "a.zip", tmp_path / "out")
    assert folder == tmp_path / "out" / "mine"
    assert sorted(file.name for file in (tmp_path / "out").rglob("*.*")) == ["dataset.json", "log.csv", "trace.csv"]


def test_a_case_of_rcaeval_keeps_the_folders_that_name_it(tmp_path: Path) -> None:
    """It came without a manifest; the platform made one."""
    files = {"x_cpu/1/inject_time.txt": b"5", "x_cpu/1/data.csv": b"time,x_cpu\n"}
    manifest = json.dumps(
        {"files": {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}}
    )
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    verify(tmp_path / "a.zip", f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}", manifest.encode())
    assert (_unpack(tmp_path / "a.zip", tmp_path / "out") / "x_cpu" / "1" / "data.csv").is_file()


def test_a_folder_that_found_no_room_leaves_no_half(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", CONTENT | {"log/log.csv": b"x" * 10_000})
    whole = _unpack(tmp_path / "a.zip", tmp_path / "out")
    with files_end_at(5000), pytest.raises(OSError, match="too large"):
        _unpack(tmp_path / "a.zip", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
    assert (whole / "log" / "log.csv").stat().st_size == 10_000, "what was there before"
    with files_end_at(5000), pytest.raises(OSError, match="too large"):
        _unpack(tmp_path / "a.zip", tmp_path / "other")
    assert list((tmp_path / "other").iterdir()) == []


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    digest = archive(tmp_path / "a.zip", CONTENT | {"trace/trace.csv": b"span_id\n3\n"})
    with pytest.raises(CliError, match=r"trace/trace\.csv does not match"):
        verify(tmp_path / "a.zip", digest)


def test_a_changed_manifest_is_refused(tmp_path: Path) -> None:
    digest = archive(tmp_path / "a.zip")
    archive(tmp_path / "a.zip", listed={})
    with pytest.raises(CliError, match=r"dataset\.json does not match"):
        verify(tmp_path / "a.zip", digest)


def test_a_missing_file_and_a_cut_download_are_refused(tmp_path: Path) -> None:
    digest = archive(tmp_path / "a.zip", {})
    with pytest.raises(CliError, match="not a whole dataset"):
        verify(tmp_path / "a.zip", digest)
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:50])
    with pytest.raises(CliError, match="not a whole dataset"):
        verify(tmp_path / "b.zip", digest)


def test_moments_are_microseconds() -> None:
    assert moment("2026-01-31T12:00:00Z") == moment("2026-01-31T14:00:00+02:00") == 1769860800_000_000
    assert moment("1769860800.5") == 1769860800_500_000


@pytest.mark.parametrize("text", ["yesterday", "2026-01-31T12:00:00", "12:00"])
def test_a_moment_without_a_meaning_is_refused(text: str) -> None:
    with pytest.raises(CliError, match=r"is not a time|has no time zone"):
        moment(text)


def test_the_last_ten_minutes_end_now() -> None:
    start, end = window(600.0, None, None)
    assert end - start == 600_000_000
    assert abs(end / 1e6 - time.time()) < 60


@pytest.mark.parametrize(
    ("last", "start", "end"), [(None, None, None), (60.0, "1769860800", None), (None, "1769860800", "1769860800")]
)
def test_a_window_needs_a_beginning_before_its_end(last: float | None, start: str | None, end: str | None) -> None:
    with pytest.raises(CliError) as wrong:
        window(last, start, end)
    assert wrong.value.code == 2


def test_parameters_keep_their_types() -> None:
    given = ["latency_ms=300", "jitter_ms=0.5", "direction=both", "path=/cart?x=1", "target=", "name=null",
             'methods=["fsync"]']  # fmt: skip
    assert parameters(given) == {
        "latency_ms": 300, "jitter_ms": 0.5, "direction": "both", "path": "/cart?x=1", "target": "", "name": "null",
        "methods": ["fsync"],
    }  # fmt: skip


def test_progress_tells_rows_only_of_a_known_number() -> None:
    progress = {"phase": "writing", "rows_done": 3, "rows_total": 0, "bytes_written": 10, "seconds_left": None}
    assert how_far({"state": "building", "progress": progress}) == "writing, 10 B"
    assert how_far({"state": "building", "progress": progress | {"rows_total": 4}}) == "writing, 3 of 4 rows, 10 B"


@pytest.mark.parametrize("pair", ["latency_ms", "=300"])
def test_a_parameter_without_name_or_value_is_named(pair: str) -> None:
    with pytest.raises(CliError, match=pair):
        parameters([pair])
