"""What is wrong with a dataset is named with its file and line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from microservo_sdk import DatasetError, open_dataset, verify
from tests.sdk.conftest import END, START, Build, Files

LOG = "log/log.csv"
TRACE = "trace/trace.csv"
MEMORY = "metric/container/kpi_container_memory_working_set_bytes.csv"
INJECTIONS = "groundtruth/injections.json"
GROUNDTRUTH = "groundtruth/groundtruth.json"


def replaced(name: str, old: bytes, new: bytes, count: int = 1) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, count)

    return change


def test_a_whole_dataset_passes_and_reports_what_it_read(dataset: Path) -> None:
    read: list[int] = []
    verify(dataset, progress=read.append)
    with open_dataset(dataset) as opened:
        assert sum(read) >= sum(len(opened.raw_bytes(name)) for name in opened.files)


def test_progress_may_stop_it(dataset: Path) -> None:
    class Stop(Exception):
        pass

    def stop(_size: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        verify(dataset, progress=stop)


# Each is wrong in itself: the hashes are those of the wrong content.
WRONG: list[tuple[str, Callable[[Files], None], str, int | None, str]] = [
    ("a field less", replaced(TRACE, b',1002,"request",', b',"request",'), TRACE, 4, "8 fields, expected 9"),
    ("text as number", replaced(TRACE, b",1002,", b",fast,"), TRACE, 4, "duration: expected an integer, found 'fast'"),
    ("no number", replaced(MEMORY, b"1000003.0", b"1000003,0"), MEMORY, 8, "5 fields, expected 4"),
    ("wrong number", replaced(MEMORY, b"1000003.0", b"0x10"), MEMORY, 8, "value: expected a number, found '0x10'"),
    ("wrong time", replaced(LOG, b"1718651404.000009", b"19:10:04"), LOG, 12, "expected a time in seconds"),
    ("columns", replaced(LOG, b"cmdb_id", b"pod"), LOG, 1, "expected log_id,timestamp,date,cmdb_id,message"),
    ("open quote", replaced(LOG, b'line 119"', b"line 119"), LOG, None, "never closed"),
    ("quote inside", replaced(LOG, b'"cartservice-1"', b'"cart"service-1"'), LOG, 3, "not CSV"),
    ("not UTF-8", replaced(LOG, b"line 20", b"line \xff"), LOG, 24, "not UTF-8"),
    ("no last line break", lambda files: files.update({LOG: files[LOG][:-1]}), LOG, 133, "last line has no end"),
    ("before the window", replaced(TRACE, b"1718651400000000", b"1718651399999999"), TRACE, 2, "a time of the window"),
    ("wrong order", replaced(TRACE, b"1718651402000000", b"1718651400500000"), TRACE, 4, "in the order of time"),
    ("unknown type", replaced(TRACE, b'"request"', b'"server"'), TRACE, 2, "expected one of request"),
    ("JSON", replaced(INJECTIONS, b'"kind": ', b'"kind" '), INJECTIONS, 5, "not JSON"),
    ("effect", replaced(INJECTIONS, b"confirmed", b"maybe"), INJECTIONS, None, "expected one of confirmed"),
    ("no pods", replaced(INJECTIONS, b'"pods": [\n  ', b'"pod": [\n  '), INJECTIONS, None, "'pods' is missing"),
    (
        "unknown pod",
        replaced(INJECTIONS, b'"pod": "cartservice-0",\n     "service": "cartservice"', b'"pod": "x", "service": "x"'),
        INJECTIONS,
        None,
        "no pod 'x' in the system",
    ),
    (
        "label elsewhere",
        replaced(INJECTIONS, f'"end": {START + 40_000_000}'.encode(), f'"end": {START + 10_000_000}'.encode()),
        INJECTIONS,
        None,
        "its end",
    ),
    (
        "normal elsewhere",
        replaced("groundtruth/normal.json", str(END).encode(), str(END + 1).encode()),
        "groundtruth/normal.json",
        None,
        "beyond the dataset's window",
    ),
]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("change", "file", "line", "text"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_wrong_content(
    build: Build, change: Callable[[Files], None], file: str, line: int | None, text: str, zipped: bool
) -> None:
    with pytest.raises(DatasetError) as caught:
        verify(build(change=change, zipped=zipped))
    assert text in str(caught.value)
    assert caught.value.file == file
    assert caught.value.line == (line or caught.value.line)
    assert caught.value.hint


def with_split(files: Files) -> None:
    sides = {"train": {"injections": ["18"], "windows": []}, "test": {"injections": []}}
    files["groundtruth/split.json"] = json.dumps(sides).encode()


def test_a_split_of_injections_that_are_not_there(build: Build) -> None:
    with pytest.raises(DatasetError, match=r"split\.json: train\.injections\[0\]: no injection '18'"):
        verify(build(change=with_split))


def drop(name: str) -> Callable[[Files], None]:
    return lambda files: files.pop(name) and None


# The hashes are those of the content before the damage.
DAMAGE: list[tuple[str, Callable[[Files], Any], str, str]] = [
    ("changed", replaced(LOG, b"line 50", b"line 51"), LOG, "its content was changed: sha256"),
    ("cut off", lambda files: files.update({LOG: files[LOG][:4000]}), LOG, "4000 bytes"),
    ("missing", drop(TRACE), TRACE, "missing"),
    ("one more", lambda files: files.update({"log/more.csv": b"a\n1\n"}), "log/more.csv", "not listed"),
    ("changed label", replaced(INJECTIONS, b"cpu-stress", b"mem-stress"), INJECTIONS, "its content was changed"),
]


@pytest.mark.parametrize(("damage", "file", "text"), [case[1:] for case in DAMAGE], ids=[c[0] for c in DAMAGE])
def test_damage_after_the_build(build: Build, damage: Callable[[Files], Any], file: str, text: str) -> None:
    with pytest.raises(DatasetError, match=text) as caught:
        verify(build(damage=damage))
    assert caught.value.file == file


MANIFESTS: list[tuple[dict[str, Any], str]] = [
    ({"format_version": 2}, "format_version 2, known here: 1; update microservo-sdk"),
    ({"format_version": "1"}, "format_version: expected an integer"),
    ({"format": "xlsx"}, "unknown format 'xlsx'"),
    ({"window": {"start": END, "end": START}}, "not before its end"),
    ({"window": 7}, "window: expected an object, found 7"),
    ({"name": None}, "name: expected a text"),
    ({"files": {LOG: {"bytes": -1, "sha256": "0" * 64}}}, "expected a number of zero or more"),
    ({"files": {LOG: {"bytes": 1, "sha256": "../../x"}}}, "no sha256"),
    ({"faults": [{"injection": "99"}]}, "faults: not those of"),
    ({"rows": {"tables": {"logs": 2**70}}}, f"rows.tables: {2**70} logs, but there are 120"),
    ({"rows": {"tables": {"logs": -1}}}, "rows.tables.logs: expected a number of zero or more"),
    ({"rows": {"metrics": {"x": 5}}}, "rows.metrics: 5 in all, but there are 180 samples"),
    ({"rows": {"tables": {"logs": 121}}}, "rows.tables: 121 logs, but there are 120"),
]


@pytest.mark.parametrize(("more", "text"), MANIFESTS, ids=[text for _, text in MANIFESTS])
def test_wrong_manifests(build: Build, more: dict[str, Any], text: str) -> None:
    with pytest.raises(DatasetError) as caught:
        verify(build(**more))
    assert text in str(caught.value)
    assert caught.value.file == "dataset.json"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff", b"[]", b"null"]
)
def test_a_manifest_that_is_none(build: Build, content: bytes) -> None:
    folder = build()
    (folder / "dataset.json").write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        open_dataset(folder)
    assert caught.value.file == "dataset.json"


def test_a_dataset_without_its_last_file_is_half_written(build: Build) -> None:
    folder = build()
    (folder / "dataset.json").unlink()
    with pytest.raises(DatasetError, match=r"dataset\.json: missing: the dataset is half-written"):
        open_dataset(folder)


def test_reading_names_the_line_as_well(build: Build) -> None:
    path = build(change=replaced(TRACE, b",1002,", b",fast,"), zipped=True)
    with open_dataset(path) as opened, pytest.raises(DatasetError, match="line 4: duration: expected an integer"):
        opened.spans()


def test_labels_moved_by_jitter_may_leave_the_window(build: Build) -> None:
    def change(files: Files) -> None:
        content = json.loads(files[INJECTIONS])
        content["injections"][0]["pods"][0] |= {"start": END + 1, "end": END + 20_000_002, "onset": None}
        files[INJECTIONS] = json.dumps(content).encode()
        truth = json.loads(files[GROUNDTRUTH]) | {"timestamp": [END // 1_000_000]}
        files[GROUNDTRUTH] = json.dumps(truth).encode()

    verify(build(change=change, knobs={"onset_jitter_s": 5}))
    with pytest.raises(DatasetError, match="outside of the dataset's window"):
        verify(build(change=change))


def test_an_error_survives_pickling() -> None:
    import pickle

    error = DatasetError("broken", file="a.csv", line=3, offset=5, hint="build it again")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.line, again.offset) == ("a.csv, line 3, byte 5: broken; build it again", 3, 5)
