"""What a dataset says of its faults in one place must not contradict what it says in another."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dataset_builder.formats.openrca_tasks import REASONS
from microservo_sdk import DatasetError, verify
from microservo_sdk.formats import openrca_truth
from tests.sdk.conftest import END, SECOND, START, Build, Files, rows_of
from tests.sdk.test_platform_datasets import build_one

TRUTH = "groundtruth/groundtruth.json"
INJECTIONS = "groundtruth/injections.json"
CARD = "groundtruth/card.json"
Change = Callable[[Any], Any]


def edited(name: str, change: Change) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        content = json.loads(files[name])
        change(content)
        files[name] = json.dumps(content).encode()

    return edit


def setting(*path: Any) -> Change:
    """All but the last say where, the last is the value."""

    def change(content: Any) -> None:
        *parents, key, value = path
        for each in parents:
            content = content[each]
        content[key] = value

    return change


LABEL = ("injections", 0, "pods", 0)
# What is changed in a csv dataset, whose hashes are those of the changed content; the file and entry that are named.
CONTRADICTIONS: list[tuple[str, str, Change, str, str]] = [
    ("start", TRUTH, setting("timestamp", 0, START // SECOND + 30), TRUTH, "timestamp[0]: 1718651430, but cpu-stress"),
    ("duration", TRUTH, setting("duration", 0, 25), TRUTH, "duration[0]: 25 s, 20.0 s in"),
    ("no end", TRUTH, setting("duration", 0, None), TRUTH, "duration[0]: None s, 20.0 s in"),
    ("negative", TRUTH, setting("duration", 0, -20), TRUTH, "expected a number of zero or more"),
    ("kind", TRUTH, setting("failure_type", 0, "pod-kill"), TRUTH, "no row for cpu-stress on 'cartservice-0'"),
    ("pod", TRUTH, setting("cmdb_id", 0, "cartservice-1"), TRUTH, "no row for cpu-stress on 'cartservice-0'"),
    ("service", TRUTH, setting("service", 0, "frontend"), TRUTH, "service[0]: 'frontend', 'cartservice' in"),
    ("nothing", TRUTH, lambda truth: [column.clear() for column in truth.values()], TRUTH, "no row for cpu-stress"),
    (
        "twice",
        TRUTH,
        lambda truth: [column.append(column[0]) for column in truth.values()],
        TRUTH,
        "cmdb_id[1]: no cpu",
    ),
    (
        "far",
        INJECTIONS,
        setting(*LABEL, "end", START + 10**14),
        INJECTIONS,
        "injections[0].pods[0]: its times are more",
    ),
    ("year", INJECTIONS, setting(*LABEL, "end", 10**18), INJECTIONS, "injections[0].pods[0].end: expected a time"),
    ("minus", INJECTIONS, setting(*LABEL, "start", -5), INJECTIONS, "injections[0].pods[0].start: expected a time"),
    ("unknown pod", INJECTIONS, setting(*LABEL, "pod", "cartservice-7"), INJECTIONS, "pods[0]: no pod 'cartservice-7'"),
    ("other service", INJECTIONS, setting(*LABEL, "service", "frontend"), INJECTIONS, "is of 'cartservice', not of"),
    (
        "normal",
        "groundtruth/normal.json",
        setting("normal", 0, "end", START + 21 * SECOND),
        "groundtruth/normal.json",
        "normal[0]: in this time was cpu-stress on 'cartservice-0'",
    ),
]


@pytest.mark.parametrize(
    ("name", "change", "file", "text"), [c[1:] for c in CONTRADICTIONS], ids=[c[0] for c in CONTRADICTIONS]
)
def test_contradictions_are_refused_with_file_and_entry(
    build: Build, name: str, change: Change, file: str, text: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        verify(build(change=edited(name, change)))
    assert text in str(caught.value)
    assert caught.value.file == file


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_a_second_more_or_less_is_no_contradiction(build: Build, shift: int) -> None:
    verify(build(change=edited(TRUTH, setting("timestamp", 0, START // SECOND + 20 + shift))))


def test_moved_labels_may_differ_by_the_jitter(build: Build) -> None:
    change = edited(TRUTH, setting("timestamp", 0, START // SECOND + 24))
    verify(build(change=change, knobs={"onset_jitter_s": 4}))
    with pytest.raises(DatasetError, match="but cpu-stress on 'cartservice-0' began at"):
        verify(build(change=change, knobs={"onset_jitter_s": 2}))


MANIFESTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "pod-kill"}, "faults[0].kind: not what groundtruth/injections.json says of injection 17, 'cpu-stress'"),
    ({"pods": ["frontend-0"]}, "faults[0].pods: not what"),
    ({"start": START}, "faults[0].start: not what"),
    ({"end": END}, "faults[0].end: not what"),
]


@pytest.mark.parametrize(("more", "text"), MANIFESTS)
def test_the_manifest_s_own_list_of_faults(build: Build, more: dict[str, Any], text: str) -> None:
    with pytest.raises(DatasetError) as caught:
        verify(build(faults=[{"injection": "17", **more}]))
    assert (caught.value.file, text in str(caught.value)) == ("dataset.json", True)


@pytest.mark.parametrize(("key", "value"), [("start", START), ("effect", "absent"), ("pod", "frontend-0")])
def test_the_card_of_answers(build: Build, key: str, value: Any) -> None:
    def add(files: Files) -> None:
        (entry,) = json.loads(files[INJECTIONS])["injections"]
        files[CARD] = json.dumps({"injections": [{**entry, "pods": [{**entry["pods"][0], key: value}]}]}).encode()

    with pytest.raises(DatasetError, match=r"card\.json: injections\[0\]\.pods: not what .* says of injection 17"):
        verify(build(change=add))


class Built:
    """A dataset of the platform, whose files may be changed and hashed again."""

    def __init__(self, archive: Path, place: Path) -> None:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(place)
        self.folder = place / archive.stem

    def change(self, name: str, change: Callable[[bytes], bytes]) -> Path:
        path = self.folder / name
        content = change(path.read_bytes())
        path.write_bytes(content)
        told = json.loads((self.folder / "dataset.json").read_text())
        told["files"][name] |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        if "rows" in told["files"][name]:
            told["files"][name]["rows"] = rows_of(content)
        (self.folder / "dataset.json").write_text(json.dumps(told))
        return self.folder


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change


def in_json(change: Change) -> Callable[[bytes], bytes]:
    def edit(content: bytes) -> bytes:
        value = json.loads(content)
        change(value)
        return json.dumps(value).encode()

    return edit


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: build_one(tmp_path_factory.mktemp(name), name) for name in ("rcaeval", "openrca")}


BUILT: list[tuple[str, str, Callable[[bytes], bytes], str]] = [
    ("rcaeval", "cases.json", in_json(setting("cases", 0, "kind", "pod-kill")), "cases[0].kind: in groundtruth/"),
    ("rcaeval", "cases.json", in_json(setting("cases", 0, "pods", ["x"])), "cases[0].pods: in groundtruth/"),
    ("rcaeval", "cases.json", in_json(setting("cases", 0, "services", ["x"])), "cases[0].services: in groundtruth/"),
    ("rcaeval", "cases.json", in_json(setting("cases", 0, "inject_time", 5)), "cases[0].inject_time: in groundtruth/"),
    ("rcaeval", "cases.json", in_json(setting("cases", 0, "injection", "x")), "there is no injection 'x'"),
    (
        "rcaeval",
        "cases.json",
        in_json(lambda told: told["cases"].pop()),
        "injection two of groundtruth/injections.json",
    ),
    ("openrca", "record.csv", replacing(b"CPU load", b"memory load"), "no container memory load of 'cartservice-1'"),
    ("openrca", "record.csv", replacing(b"cartservice-1", b"cartservice-0"), "of 'cartservice-0' at"),
    ("openrca", "record.csv", replacing(b":00,", b":07,"), "datetime"),
    ("openrca", "record.csv", lambda content: content[: content.rindex(b"service,")], "injection two of groundtruth/"),
    ("openrca", "query.csv", replacing(b" is container", b" is a container"), "reason 'a container"),
]


@pytest.mark.parametrize(("kind", "name", "change", "text"), BUILT)
def test_contradictions_in_the_layouts_of_others(
    archives: dict[str, Path], tmp_path: Path, kind: str, name: str, change: Callable[[bytes], bytes], text: str
) -> None:
    built = Built(archives[kind], tmp_path)
    verify(built.folder)
    with pytest.raises(DatasetError) as caught:
        verify(built.change(name, change))
    assert text in str(caught.value)
    assert caught.value.file == name


def test_a_forged_time_of_a_case(archives: dict[str, Path], tmp_path: Path) -> None:
    built = Built(archives["rcaeval"], tmp_path)
    (name, *_) = [file.relative_to(built.folder).as_posix() for file in sorted(built.folder.rglob("inject_time.txt"))]
    with pytest.raises(DatasetError, match=r"inject_time\.txt, line 1: not \d+, the cases\[0\]\.inject_time") as caught:
        verify(built.change(name, lambda content: b"%d\n" % (int(content) + 5)))
    assert caught.value.file == name


@pytest.mark.parametrize("kind", ["rcaeval", "openrca"])
def test_rows_that_are_not_of_the_window(archives: dict[str, Path], tmp_path: Path, kind: str) -> None:
    built = Built(archives[kind], tmp_path)
    end = json.loads((built.folder / "dataset.json").read_text())["window"]["end"]
    path = next(file for file in sorted(built.folder.rglob("*.csv")) if file.name in ("data.csv", "log_service.csv"))
    name = path.relative_to(built.folder).as_posix()

    def later(content: bytes) -> bytes:
        head, _, last = content.rstrip(b"\n").rpartition(b"\n")
        fields = last.split(b",")
        fields[0 if name.endswith("data.csv") else 1] = b"%d" % (end // SECOND + 1)
        return head + b"\n" + b",".join(fields) + b"\n"

    with pytest.raises(DatasetError, match="are not all of the window"):
        verify(built.change(name, later))


def test_both_sides_call_reasons_the_same() -> None:
    """The package stands alone, so it has a table of its own."""
    assert openrca_truth.REASONS == REASONS
