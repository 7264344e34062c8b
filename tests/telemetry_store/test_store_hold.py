"""A held window: whole, in order, and the same whatever happens to the store."""

import errno
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_store import held, segment
from telemetry_store.held import HeldTable, hold
from telemetry_store.layout import list_folder
from telemetry_store.row_order import ORDER, in_order
from telemetry_store.schemas import SCHEMAS, TABLES
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

NEVER = 1 << 40
KEEP_HOT = SealPolicy(rows=NEVER, seconds=NEVER, longest_s=NEVER)


def columns(times: list[int], *, metric: str = "m") -> dict[str, list]:
    text = {"service": "s", "pod": "p", "metric": metric, "labels": ""}
    return {"timestamp": times, "value": [float(at) for at in times], **{k: [v] * len(times) for k, v in text.items()}}


def logs(times: list[int]) -> dict[str, list]:
    text = {"service": "s", "pod": "p", "level": "INFO", "message": "m", "trace_id": None, "span_id": None}
    return {"timestamp": times, **{name: [value] * len(times) for name, value in text.items()}}


def sealed(folder: Path, *parts: list[int]) -> None:
    with StoreWriter(folder) as writer:
        for part in parts:
            writer.append("samples", columns(part))
            writer.append("logs", logs(part))
            writer.seal()


def times_of(table: HeldTable) -> list[int]:
    return [at for cut in table.cuts() for at in table.read(cut, ["timestamp"])["timestamp"].to_pylist()]


def test_hot_rows_of_an_ended_writer_are_sealed_by_the_reader(tmp_path: Path) -> None:
    sealed(tmp_path / "store", [1, 2, 3])
    found = hold(tmp_path / "store", tmp_path / "held", 2, 10, seal_within_s=1)
    assert times_of(found["samples"]) == [2, 3]
    assert found["samples"].count() == found["logs"].count() == 2


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[StoreWriter]:
    """A writer whose loop answers requests, as the collector's does."""
    writer = StoreWriter(tmp_path / "store", KEEP_HOT)
    stop = threading.Event()

    def answer() -> None:
        while not stop.wait(0.01):
            writer.seal_if_due()

    writer.append("samples", columns([5, 15, 25]))
    loop = threading.Thread(target=answer, daemon=True)
    loop.start()
    yield writer
    stop.set()
    loop.join(30)
    writer.close()


def test_hot_rows_of_a_running_writer_are_sealed_by_it(writing: StoreWriter, tmp_path: Path) -> None:
    found = hold(tmp_path / "store", tmp_path / "held", 0, 20, seal_within_s=60)
    assert times_of(found["samples"]) == [5, 15]
    (stored,) = list_folder(tmp_path / "store" / "samples").segments
    assert stored.rows == 3
    assert not found["samples"].files()
    (edge,) = found["samples"].edges()
    assert found["samples"].read(edge)["timestamp"].to_pylist() == [5, 15]


def test_hot_rows_elsewhere_are_left_alone(writing: StoreWriter, tmp_path: Path) -> None:
    found = hold(tmp_path / "store", tmp_path / "held", 100, 200, seal_within_s=60)
    assert found["samples"].count() == 0
    assert not list_folder(tmp_path / "store" / "samples").segments


def test_hot_rows_of_a_stuck_writer_are_copied(tmp_path: Path) -> None:
    with StoreWriter(tmp_path / "store", KEEP_HOT) as writer:
        writer.append("samples", columns([5, 15, 25]))
        found = hold(tmp_path / "store", tmp_path / "held", 10, 30, seal_within_s=0.05)
        assert times_of(found["samples"]) == [15, 25]
    again = hold(tmp_path / "store", tmp_path / "held", 10, 30, seal_within_s=0.05)
    assert times_of(again["samples"]) == [15, 25]


def test_retention_and_later_rows_do_not_matter(tmp_path: Path) -> None:
    sealed(tmp_path / "store", [1, 2], [3, 4])
    found = hold(tmp_path / "store", tmp_path / "held", 0, 10, seal_within_s=1)
    for stored in list_folder(tmp_path / "store" / "samples").segments:
        stored.path.unlink()
    sealed(tmp_path / "store", [5, 6])
    assert times_of(found["samples"]) == [1, 2, 3, 4]
    again = hold(tmp_path / "store", tmp_path / "held", 0, 10, seal_within_s=1)
    assert times_of(again["samples"]) == [1, 2, 3, 4]


def test_a_half_made_hold_is_made_anew(tmp_path: Path) -> None:
    sealed(tmp_path / "store", [1, 2], [3, 4])
    hold(tmp_path / "store", tmp_path / "held", 0, 10, seal_within_s=1)
    (tmp_path / "held" / held.MARK).unlink()
    next((tmp_path / "held" / "samples").iterdir()).unlink()
    assert times_of(hold(tmp_path / "store", tmp_path / "held", 0, 10, seal_within_s=1)["samples"]) == [1, 2, 3, 4]


def test_where_no_link_is_possible_a_copy_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "another file system")

    sealed(tmp_path / "store", [1, 2])
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    found = hold(tmp_path / "store", tmp_path / "held", 0, 10, seal_within_s=1)
    assert times_of(found["samples"]) == [1, 2]
    (path,) = (tmp_path / "held" / "samples").iterdir()
    assert path.stat().st_nlink == 1


def test_files_that_vanish_while_they_are_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(tmp_path / "store", [1, 2], [3, 4])
    link, calls = Path.hardlink_to, 0

    def expire(self: Path, target: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            Path(target).unlink()
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", expire)
    found = hold(tmp_path / "store", tmp_path / "held", 0, 10, seal_within_s=1)
    assert times_of(found["logs"]) == [3, 4]
    assert times_of(found["samples"]) == [1, 2, 3, 4]


@pytest.mark.parametrize("align", [1, 7, 100])
def test_a_slice_has_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, align: int) -> None:
    monkeypatch.setattr(segment, "ROW_GROUP", 10)
    monkeypatch.setattr(held, "SLICE_ROWS", 30)
    noise = random.Random(2)
    sealed(tmp_path / "store", *([200 * part + noise.randrange(230) for _ in range(200)] for part in range(5)))
    table = hold(tmp_path / "store", tmp_path / "held", 50, 900, seal_within_s=1)["logs"]
    cuts = table.cuts(align)
    sizes = [table.read(cut).num_rows for cut in cuts]
    assert sum(sizes) == table.count()
    assert max(sizes) <= 30 + 10 + 40 + align  # a slice, a group, what came late, and what the alignment moves
    assert len(cuts) > 850 // 100 - 1
    assert all((cut.start - 50) % align == 0 for cut in cuts)


def test_edges_are_what_whole_files_lack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "SLICE_ROWS", 2)  # which edges don't look at: they would be cut by how busy it was
    sealed(tmp_path / "store", [1, 5, 9], [10, 12, 14], [3, 20, 21])
    table = hold(tmp_path / "store", tmp_path / "held", 4, 21, seal_within_s=1)["logs"]
    whole = [at for path in table.files() for at in pq.read_table(path, partitioning=None)["timestamp"].to_pylist()]
    cut = [at for edge in table.edges() for at in table.read(edge)["timestamp"].to_pylist()]
    assert whole == [10, 12, 14]
    assert sorted(cut) == [5, 9, 20]
    assert len(table.edges()) == 2


def test_the_newest_segment_is_never_taken_whole(tmp_path: Path) -> None:
    """Whether the writer found the time to seal it is not seen: its rows are read, sealed or copied."""
    sealed(tmp_path / "store", [1, 2], [3, 4])
    with StoreWriter(tmp_path / "store", KEEP_HOT) as writer:
        writer.append("logs", logs([5, 6]))
        busy = hold(tmp_path / "store", tmp_path / "busy", 0, 6, seal_within_s=0.05)["logs"]
    sealed(tmp_path / "store", [7, 8])  # seals what was left, too
    idle = hold(tmp_path / "store", tmp_path / "idle", 0, 6, seal_within_s=0.05)["logs"]
    for table in (busy, idle):
        assert [at for path in table.files() for at in pq.read_table(path, partitioning=None)["timestamp"].to_pylist()]
        assert [table.read(edge)["timestamp"].to_pylist() for edge in table.edges()] == [[5]]
    assert [path.name for path in busy.files()] == [path.name for path in idle.files()]


rows_of = {
    "logs": st.tuples(st.integers(0, 5), st.integers(0, 5)),
    "spans": st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.sampled_from("xy")),
    "samples": st.tuples(st.sampled_from("mn"), st.integers(0, 1 << 61), st.sampled_from("pq"), st.sampled_from("lk")),
}


@pytest.mark.parametrize("table", TABLES)
@given(data=st.data())
def test_rows_are_put_in_the_one_order(table: Any, data: st.DataObject) -> None:
    rows = data.draw(st.lists(rows_of[table], max_size=30, unique=True))
    cut = data.draw(st.integers(0, len(rows)))
    schema = pa.schema([SCHEMAS[table].field(name) for name in ORDER[table]])
    tables = [
        pa.table([list(column) for column in zip(*part, strict=True)] or [[] for _ in schema], schema=schema)
        for part in (rows[:cut], rows[cut:])
    ]
    ordered = in_order(table, pa.concat_tables(tables))
    assert list(zip(*(ordered[name].to_pylist() for name in ORDER[table]), strict=True)) == sorted(rows)
