"""The parquet format: the rows of the store and nothing of the machine, the same bytes whenever it is built."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataset_builder.build import Built, Order, build
from dataset_builder.formats.parquet import FOLDERS, ParquetFormat
from dataset_builder.formats.parquet_footer import NotParquet, read_footer, rows_of, split_footer, without_metadata
from dataset_builder.knobs import Knobs
from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.records import Window
from telemetry_store import segment
from telemetry_store.reader import StoreReader
from telemetry_store.schemas import SCHEMAS, TABLES
from telemetry_store.writer import StoreWriter


def quiet(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


def unpacked(order: Order, work: Path) -> tuple[Path, Built]:
    built = build(order, ParquetFormat(), work=work, into=work / "result", progress=quiet)
    with zipfile.ZipFile(work / "result" / f"{order.name}.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(work)
    return work / order.name, built


def rows_in(folder: Path, table: Any) -> list[dict[str, Any]]:
    """Each file by itself is of the schema."""
    files = sorted((folder / FOLDERS[table]).glob("part-*.parquet"))
    tables = [pq.read_table(path, partitioning=None) for path in files]
    assert all(rows.schema == SCHEMAS[table] for rows in tables)
    return pa.concat_tables(tables).to_pylist()


@pytest.fixture
def store(source: Any, tmp_path: Path) -> Iterator[Path]:
    """The tables of the `source` in four segments and a hot file, with checkpoints."""
    folder = tmp_path / "store"
    with StoreWriter(folder) as writer:
        for part in range(5):
            for table in TABLES:
                rows = source.tables[table].to_pylist()[part::5]
                columns = {name: [row[name] for row in rows] for name in SCHEMAS[table].names if name != "log_id"}
                writer.append(table, columns, checkpoint=b"/secret/path")
            if part < 4:
                writer.seal()
    return folder


@pytest.fixture
def from_store(order: Order, store: Path) -> Order:
    return replace(order, kind="parquet", source=EmbeddedTelemetry(StoreReader(store)))


def without_ids(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr({name: value for name, value in row.items() if name != "log_id"}) for row in rows)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_the_window_is_there(from_store: Order, source: Any, tmp_path: Path, table: Any) -> None:
    folder, built = unpacked(from_store, tmp_path / "work")
    expected = source._rows(table, from_store.window).to_pylist()
    assert without_ids(rows_in(folder, table)) == without_ids(expected)
    assert built.counts.tables[table] == len(expected)


def test_the_manifest_counts_files_and_metrics(from_store: Order, source: Any, tmp_path: Path) -> None:
    folder, _ = unpacked(from_store, tmp_path / "work")
    manifest = json.loads((folder / "dataset.json").read_text())
    for path, entry in manifest["files"].items():
        if path.endswith(".parquet"):
            assert entry["rows"] == pq.read_metadata(folder / path).num_rows
    metrics = source._rows("samples", from_store.window)["metric"].to_pylist()
    assert manifest["rows"]["metrics"] == {name: metrics.count(name) for name in set(metrics)}
    assert manifest["rows"]["tables"]["samples"] == len(metrics)


def test_labels_are_those_of_the_csv_format(from_store: Order, build_csv: Any, tmp_path: Path) -> None:
    parquet, _ = unpacked(from_store, tmp_path / "work")
    csv, _ = build_csv(from_store, where="csv")
    for name in ("groundtruth.json", "injections.json", "normal.json"):
        assert (parquet / "groundtruth" / name).read_bytes() == (csv / "groundtruth" / name).read_bytes()


def test_nothing_of_the_machine_is_told(from_store: Order, store: Path, tmp_path: Path) -> None:
    segments = list(store.rglob("seg-*.parquet"))
    assert any(b"/secret/path" in path.read_bytes() for path in segments)
    folder, _ = unpacked(from_store, tmp_path / "work")
    for path in folder.rglob("*.parquet"):
        assert b"secret" not in path.read_bytes()
        assert not pq.read_metadata(path).metadata


def test_segments_in_the_window_are_taken_as_they_are(from_store: Order, store: Path, tmp_path: Path) -> None:
    start = from_store.window.start
    window = Window(start - 10_000_000, start + 200_000_000)
    folder, _ = unpacked(replace(from_store, window=window), tmp_path / "work")
    for table in TABLES:
        segments = sorted((store / table).glob("seg-*.parquet"))
        *held, _newest = [path.read_bytes()[: read_footer(path).start] for path in segments]
        made = [path.read_bytes()[: read_footer(path).start] for path in (folder / FOLDERS[table]).iterdir()]
        assert held
        assert set(held) <= set(made)
        assert len(made) == len(segments)


def test_the_same_digest_when_the_store_went_on(from_store: Order, store: Path, tmp_path: Path) -> None:
    _, first = unpacked(from_store, tmp_path / "first")
    late = from_store.window.end + 1000
    text = {"service": ["s"], "pod": ["p"], "metric": ["m"], "labels": [""]}
    with StoreWriter(store) as writer:
        writer.append("samples", {"timestamp": [late], "value": [1.0], **text})
    _, again = unpacked(from_store, tmp_path / "again")
    assert again == first
    zips = [(tmp_path / name / "result" / "golden.zip").read_bytes() for name in ("first", "again")]
    assert zips[0] == zips[1]


def test_an_empty_window_has_tables_without_rows(order: Order, empty_source: Any, tmp_path: Path) -> None:
    folder, built = unpacked(replace(order, source=empty_source, injections=[]), tmp_path / "work")
    assert built.counts.tables == {"logs": 0, "spans": 0, "samples": 0}
    assert [rows_in(folder, table) for table in TABLES] == [[], [], []]


def test_knobs_choose_rows(from_store: Order, tmp_path: Path) -> None:
    knobs = Knobs(missing_services=("cartservice",), log_drop=0.5, seed=3)
    folder, built = unpacked(replace(from_store, knobs=knobs), tmp_path / "work")
    kept = rows_in(folder, "logs")
    assert len(kept) == built.counts.tables["logs"] < 22
    assert {row["service"] for table in TABLES for row in rows_in(folder, table)} <= {"frontend"}


class TestFooter:
    @pytest.fixture
    def file(self, source: Any, tmp_path: Path) -> Path:
        return segment.write_segment(tmp_path, "spans", 1, source.tables["spans"].to_batches(), b"x" * 300).path

    def test_metadata_goes_and_everything_else_stays(self, file: Path, tmp_path: Path) -> None:
        footer = read_footer(file)
        bare = tmp_path / "bare.parquet"
        bare.write_bytes(file.read_bytes()[: footer.start] + without_metadata(footer))
        before, after = pq.read_metadata(file), pq.read_metadata(bare)
        assert before.metadata
        assert not after.metadata
        assert after.row_group(0).to_dict() == before.row_group(0).to_dict()
        assert (after.created_by, after.num_rows, rows_of(footer)) == (before.created_by, before.num_rows, 6)
        assert pq.read_table(bare).equals(pq.read_table(file))

    def test_a_file_in_memory_is_split_alike(self, file: Path) -> None:
        assert split_footer(memoryview(file.read_bytes())) == read_footer(file)

    def test_without_metadata_it_stays_as_it_is(self, file: Path, tmp_path: Path) -> None:
        bare = tmp_path / "bare.parquet"
        bare.write_bytes(file.read_bytes()[: read_footer(file).start] + without_metadata(read_footer(file)))
        footer = read_footer(bare)
        assert bare.read_bytes()[footer.start :] == without_metadata(footer)

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100, b"PAR1\xff\xff\x00\x00PAR1"])
    def test_what_is_no_parquet_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x.parquet"
        path.write_bytes(content)
        with pytest.raises(NotParquet):
            read_footer(path)

    @pytest.mark.parametrize("cut", [1, 10, 100])
    def test_a_cut_footer_is_refused(self, file: Path, cut: int) -> None:
        footer = read_footer(file)
        with pytest.raises(NotParquet):
            without_metadata(replace(footer, content=footer.content[:-cut]))
