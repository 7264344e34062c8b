"""Files beside a dataset: litter of operating systems is left out and told, anything else is refused by its name."""

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from microservo_sdk import DatasetError, open_dataset, verify
from tests.sdk.conftest import Build, Files, write_folder
from tests.sdk.test_field_formats import BANK, MARKET, RCAEVAL, SAMPLE

LITTER = (
    ".DS_Store",
    "demo/.DS_Store",
    "demo/log/.DS_Store",
    "__MACOSX/demo/._dataset.json",
    "__MACOSX/._demo",
    "demo/._inject_time.txt",
    "Thumbs.db",
    "demo/desktop.ini",
    ".git/HEAD",
    ".gitignore",
)


def pack(target: Path, files: Files) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def repacked(path: Path, more: Files, *, zipped: bool) -> Path:
    """A dataset in the folder demo/, with more files beside and in it; as a zip or as a folder."""
    files = {f"demo/{file.relative_to(path).as_posix()}": file.read_bytes() for file in path.rglob("*.*")}
    if zipped:
        return pack(path.with_name("again.zip"), {**more, **files})
    shutil.rmtree(path.with_name("again"), ignore_errors=True)
    return write_folder(path.with_name("again"), {**files, **more}, None)


both = pytest.mark.parametrize("zipped", [True, False])


@both
def test_litter_is_left_out_and_told(build: Build, zipped: bool) -> None:
    whole = build()
    path = repacked(whole, dict.fromkeys(LITTER, b"litter"), zipped=zipped)
    report = verify(path)
    assert list(report.ignored) == sorted(LITTER)
    assert [text.partition(":")[0] for text in report.warnings] == ["left out, as operating systems leave them behind"]
    with open_dataset(path) as opened, open_dataset(whole) as expected:
        assert (opened.digest, opened.files, opened.ignored) == (expected.digest, expected.files, sorted(LITTER))
        assert opened.manifest == expected.manifest
        assert opened.injections() == expected.injections()


@both
@pytest.mark.parametrize("name", ["notes.txt", "evil_cpu/1/inject_time.txt", "record.csv", "log/log.csv", "x/y.csv"])
def test_anything_else_is_refused_by_its_name(build: Build, zipped: bool, name: str) -> None:
    for place in (name, f"demo/{name}"):
        if place == "demo/log/log.csv":
            continue
        path = repacked(build(), {place: b"1\n"}, zipped=zipped)
        for read in (verify, open_dataset):
            with pytest.raises(DatasetError, match=r"beside the dataset|not listed") as caught:
                read(path)
            assert caught.value.file == (name if place.startswith("demo/") else place)


@both
@pytest.mark.parametrize("place", ["other/dataset.json", "demo/log/dataset.json", "dataset.json", "DATASET.JSON"])
def test_a_second_manifest_is_never_passed_over(build: Build, zipped: bool, place: str) -> None:
    path = repacked(build(), {place: b"{}"}, zipped=zipped)
    with pytest.raises(DatasetError, match=r"several datasets: .*demo/dataset\.json"):
        open_dataset(path)


@both
def test_the_only_manifest_is_found_however_deep_it_lies(build: Build, zipped: bool) -> None:
    path = build()
    files = {f"a/b/{file.relative_to(path).as_posix()}": file.read_bytes() for file in path.rglob("*.*")}
    deep = path.with_name("deep")
    place = pack(deep.with_suffix(".zip"), files) if zipped else write_folder(deep, files, None)
    verify(place)
    with open_dataset(place) as opened:
        assert opened.format == "csv"


def test_a_manifest_is_spelled_as_it_is(build: Build, tmp_path: Path) -> None:
    path = build()
    (path / "dataset.json").rename(path / "Dataset.json")
    with pytest.raises(DatasetError, match=r"Dataset\.json: it has to be spelled dataset\.json"):
        open_dataset(path)


def test_a_file_that_is_listed_and_gone_is_named_when_it_is_opened(build: Build) -> None:
    path = build()
    (path / "trace" / "trace.csv").unlink()
    with pytest.raises(DatasetError, match=r"trace/trace\.csv: missing, though dataset\.json lists it"):
        open_dataset(path)


FOREIGN = {
    "rcaeval": RCAEVAL,
    "openrca": {f"Bank/{name}": content for name, content in BANK.items()},
    "market": {f"cloudbed-1/{name}": content for name, content in MARKET.items()},
    "microservo": {f"s/{file.relative_to(SAMPLE).as_posix()}": file.read_bytes() for file in SAMPLE.rglob("*.*")},
}


@pytest.mark.parametrize("name", sorted(FOREIGN))
class TestForeign:
    def test_litter_is_left_out(self, tmp_path: Path, name: str) -> None:
        folder = next(iter(FOREIGN[name])).partition("/")[0]
        litter = {".DS_Store": b"x", f"__MACOSX/{folder}/._x": b"x", f"{folder}/Thumbs.db": b"x"}
        clean = pack(tmp_path / "clean.zip", FOREIGN[name])
        path = pack(tmp_path / "a.zip", {**litter, **FOREIGN[name]})
        report = verify(path)
        assert list(report.ignored) == sorted(litter)
        assert (report.files, report.window) == (verify(clean).files, verify(clean).window)
        with open_dataset(path) as opened, open_dataset(clean) as expected:
            assert (opened.format, opened.files) == (expected.format, expected.files)
            assert len(opened.injections()) == len(expected.injections()) > 0

    def test_strangers_are_refused_by_their_name(self, tmp_path: Path, name: str) -> None:
        folder = next(iter(FOREIGN[name])).partition("/")[0]
        for stranger in ("notes.txt", f"{folder}/notes.txt", "other/data.csv"):
            path = pack(tmp_path / "a.zip", {stranger: b"x", **FOREIGN[name]})
            with pytest.raises(DatasetError) as caught:
                open_dataset(path)
            assert stranger.endswith(caught.value.file)
            assert caught.value.hint.startswith("take it out")

    def test_what_describes_it_for_people_may_stay(self, tmp_path: Path, name: str) -> None:
        folder = next(iter(FOREIGN[name])).partition("/")[0]
        about = {f"{folder}/{each}": b"x" for each in ("README.md", "LICENSE", "CITATION.cff")}
        report = verify(pack(tmp_path / "a.zip", {**about, **FOREIGN[name]}))
        assert {name.rpartition("/")[2] for name in about} <= {name.rpartition("/")[2] for name in report.files}

    def test_a_manifest_beside_it_decides(self, tmp_path: Path, name: str) -> None:
        path = pack(tmp_path / "a.zip", {"other/dataset.json": b"{}", **FOREIGN[name]})
        with pytest.raises(DatasetError, match="it lies beside the dataset, whose folder is other/"):
            open_dataset(path)


def test_a_fault_forged_into_the_original_is_refused(tmp_path: Path) -> None:
    forged = {"x_cpu/1/inject_time.txt": b"1718651500\n", "x_cpu/1/data.csv": b"time,x_cpu\n1718651500,1\n"}
    with pytest.raises(DatasetError, match=r"s/groundtruth/groundtruth\.json: no part of a dataset of the layout"):
        open_dataset(pack(tmp_path / "a.zip", {**forged, **FOREIGN["microservo"]}))


@pytest.mark.parametrize("left", ["cases.json", "card.json", "groundtruth/injections.json", "tasks.csv"])
def test_a_dataset_of_the_platform_without_its_manifest_is_cut_off(tmp_path: Path, left: str) -> None:
    for layout in (RCAEVAL, MARKET):
        with pytest.raises(DatasetError, match=rf"dataset\.json: missing, though {left} is there"):
            open_dataset(pack(tmp_path / "a.zip", {left: b"{}", **layout}))


def test_a_case_without_its_time_is_named(tmp_path: Path) -> None:
    files = {**RCAEVAL, "RE2-OB/adservice_cpu/1/data.csv": b"time,adservice_cpu\n1,1\n"}
    with pytest.raises(DatasetError, match=r"adservice_cpu/1/data\.csv: no part .* or put its inject_time\.txt beside"):
        open_dataset(pack(tmp_path / "a.zip", files))


def test_the_report_has_the_sums_of_all_files(build: Build) -> None:
    path = build()
    report = verify(path)
    files = {file.relative_to(path).as_posix() for file in path.rglob("*.*")}
    assert report.files.keys() == files - {"dataset.json"}
    for name, record in report.files.items():
        content = (path / name).read_bytes()
        assert (record.size, record.sha256) == (len(content), hashlib.sha256(content).hexdigest())
