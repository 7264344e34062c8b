"""Manifest, counts, digests and the zip: whole, right, and the same bytes each time."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dataset_builder.build import CountMismatch, Order
from dataset_builder.manifest import iso

Build = Callable[..., tuple[Path, Any]]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lines(path: Path) -> int:
    import csv  # the plain reader: an independent count of records, not of line breaks

    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(line.replace("\0", "") for line in file)) - 1


def test_counts_equal_the_store_and_the_files(build_csv: Build, order: Order, source: Any) -> None:
    folder, built = build_csv(order)
    manifest = json.loads((folder / "dataset.json").read_text())
    stored = {table: source.count(table, order.window) for table in ("logs", "spans", "samples")}
    assert manifest["rows"]["tables"] == stored == {"logs": 22, "spans": 5, "samples": 36}
    assert sum(manifest["rows"]["metrics"].values()) == 36
    assert built.counts.tables == stored
    for path, entry in manifest["files"].items():
        if path.endswith(".csv"):
            assert entry["rows"] == lines(folder / path)


def test_every_file_is_listed_with_its_digest(build_csv: Build, order: Order) -> None:
    folder, built = build_csv(order)
    content = (folder / "dataset.json").read_bytes()
    listed = json.loads(content)["files"]
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert found.keys() - listed.keys() == {"dataset.json"}
    assert all(listed[name]["sha256"] == sha256(found[name]) for name in listed)
    assert all(listed[name]["bytes"] == found[name].stat().st_size for name in listed)
    assert built.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_manifest_tells_window_and_faults(build_csv: Build, order: Order) -> None:
    folder, _ = build_csv(order)
    manifest = json.loads((folder / "dataset.json").read_text())
    assert manifest["window"]["start_iso"] == "2024-06-17T19:10:00.000000Z"
    assert manifest["window"]["end"] - manifest["window"]["start"] == 60_000_000
    assert [fault["kind"] for fault in manifest["faults"]] == ["pod-failure"]
    assert manifest["format_version"] == 1


def test_zip_holds_the_folder(build_csv: Build, order: Order) -> None:
    folder, built = build_csv(order)
    path = folder.parent / "result" / "golden.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix("golden/"): archive.read(name) for name in archive.namelist()}
    assert names == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert built.size == path.stat().st_size
    assert (path.parent / "dataset.json").read_bytes() == names["dataset.json"]


def test_same_window_same_bytes(build_csv: Build, order: Order) -> None:
    first, one = build_csv(order)
    second, two = build_csv(order, where="again")
    assert one == two
    zips = [folder.parent / "result" / "golden.zip" for folder in (first, second)]
    assert sha256(zips[0]) == sha256(zips[1])


def test_another_window_another_digest(build_csv: Build, order: Order) -> None:
    _, one = build_csv(order)
    shorter = replace(order, window=replace(order.window, end=order.window.end - 30_000_000))
    _, two = build_csv(shorter, where="again")
    assert one.digest != two.digest


@pytest.mark.parametrize("table", ["logs", "spans", "samples"])
def test_a_row_that_came_late_is_noticed(build_csv: Build, order: Order, source: Any, table: str) -> None:
    hold = source.hold

    def hold_with_one_more(window: Any, folder: Path) -> Any:
        held = hold(window, folder)
        counted = held.count
        held.count = lambda name: counted(name) + (name == table)
        return held

    source.hold = hold_with_one_more
    with pytest.raises(CountMismatch, match=f"{table}: wrote "):
        build_csv(order)


def test_progress_sees_every_row_and_may_stop_the_build(build_csv: Build, order: Order, tmp_path: Path) -> None:
    seen, totals = [], []

    def note(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        seen.append(rows)
        totals.append(total)
        assert sum(seen) <= (22 + 5 + 36 if any(totals) else 0)

    build_csv(order, progress=note)
    assert sum(seen) == 22 + 5 + 36
    assert [total for total in totals if total is not None] == [22 + 5 + 36]

    class Stop(Exception):
        pass

    def stop(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        raise Stop

    with pytest.raises(Stop):
        build_csv(order, where="again", progress=stop)
    assert not (tmp_path / "again" / "result").exists()


def test_iso_keeps_microseconds() -> None:
    assert iso(1718651407136123) == "2024-06-17T19:10:07.136123Z"
