"""Segments, retention, pruning, and rows in order of time."""

import random
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry_store.layout import Segment, list_folder, parse_names
from telemetry_store.ordered import batches_in_order
from telemetry_store.reader import BEGINNING, END, StoreReader, StoreUnreadable
from telemetry_store.retention import Retention, delete, expired
from telemetry_store.schemas import SCHEMAS, TABLES
from telemetry_store.segment import write_segment
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

HOUR = 3_600_000_000
TIMES = st.integers(0, 30)


def samples(times: list[int], *, metric: str = "m") -> dict[str, list]:
    text = {"service": "s", "pod": "p", "metric": metric, "labels": ""}
    return {"timestamp": times, "value": [1.0] * len(times), **{k: [v] * len(times) for k, v in text.items()}}


def delete_expired(folder: Path, retention: Retention, *, now_us: int) -> list[Segment]:
    doomed = expired(folder, retention, now_us=now_us)
    delete(doomed)
    return doomed


def spans(count: int, *, trace: str) -> dict[str, list]:
    text = {"parent_span_id": None, "service": "s", "pod": "p", "operation_name": "o", "kind": "server", "type": "app"}
    return {
        "timestamp": list(range(count)),
        "duration": [1] * count,
        "trace_id": [trace] * count,
        "span_id": [str(number) for number in range(count)],
        "status_code": [0] * count,
        **{name: [value] * count for name, value in text.items()},
    }


def sealed(folder: Path, *parts: list[int]) -> None:
    with StoreWriter(folder) as writer:
        for part in parts:
            writer.append("samples", samples(part))
            writer.seal()


class TestSealing:
    def test_a_segment_is_named_by_its_times_and_sorted(self, tmp_path: Path) -> None:
        with StoreWriter(tmp_path) as writer:
            writer.append("samples", samples([30, 10], metric="b"))
            writer.append("samples", samples([20], metric="a"))
        (segment,) = list_folder(tmp_path / "samples").segments
        assert (segment.first, segment.last, segment.rows) == (10, 30, 3)
        table = pq.read_table(segment.path)
        assert list(zip(table["metric"].to_pylist(), table["timestamp"].to_pylist(), strict=True)) == [
            ("a", 20),
            ("b", 10),
            ("b", 30),
        ]

    def test_trace_ids_have_a_bloom_filter(self, tmp_path: Path) -> None:
        with StoreWriter(tmp_path) as writer:
            writer.append("spans", spans(100, trace="a" * 32))
        (segment,) = list_folder(tmp_path / "spans").segments
        reader = StoreReader(tmp_path)
        with reader._database.cursor() as cursor:
            sql = "select bloom_filter_excludes from parquet_bloom_probe(?, 'trace_id', ?)"
            (answer,) = cursor.execute(sql, [str(segment.path), "b" * 32]).fetchone()
        assert answer is True

    @pytest.mark.parametrize(
        ("rows", "age", "due"),
        [(0, 1e9, False), (1, 59, False), (1, 299, False), (1, 300, True), (20_000, 60, True), (200_000, 0, True)],
    )
    def test_when(self, rows: int, age: float, due: bool) -> None:
        assert SealPolicy().is_due(rows, age) is due

    def test_names_that_are_not_ours_are_ignored(self, tmp_path: Path) -> None:
        names = [".tmp-00000001.parquet", "seg-x.parquet", "hot-1.arrows", "README", "seg-00000001-1-2-3.parquet.old"]
        assert parse_names(tmp_path, names) == parse_names(tmp_path, [])

    def test_a_failed_sealing_is_tried_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        writer = StoreWriter(tmp_path)
        writer.append("samples", samples([1, 2]))
        monkeypatch.setattr("telemetry_store.table_writer.write_segment", _fails)
        writer.seal()
        _wait_for_sealing(writer)
        assert StoreReader(tmp_path).count("samples", 0, 10) == 2
        monkeypatch.setattr("telemetry_store.table_writer.write_segment", write_segment)
        monkeypatch.setattr("telemetry_store.table_writer.RETRY_SECONDS", 0)
        writer.seal_if_due()
        writer.close()
        assert [segment.rows for segment in list_folder(tmp_path / "samples").segments] == [2]


def _fails(*_: object) -> None:
    raise OSError(28, "No space left on device")


def _wait_for_sealing(writer: StoreWriter) -> None:
    for sealing in writer._tables["samples"]._sealing:
        assert isinstance(sealing.future.exception(timeout=30), OSError)


class TestRetention:
    def test_by_age_the_newest_stays(self, tmp_path: Path) -> None:
        sealed(tmp_path, [1 * HOUR], [2 * HOUR], [3 * HOUR], [4 * HOUR])
        deleted = delete_expired(tmp_path, Retention(hours=1.5, gigabytes=1), now_us=4 * HOUR)
        assert [segment.last for segment in deleted] == [1 * HOUR, 2 * HOUR]
        delete_expired(tmp_path, Retention(hours=1, gigabytes=1), now_us=1000 * HOUR)
        assert [segment.last for segment in list_folder(tmp_path / "samples").segments] == [4 * HOUR]

    def test_by_size_the_oldest_of_all_tables_goes_first(self, tmp_path: Path) -> None:
        with StoreWriter(tmp_path) as writer:
            for number in range(5):
                writer.append("samples", samples([number * 10]))
                writer.append("spans", {**spans(1, trace="t"), "timestamp": [number * 10 + 5]})
                writer.seal()
        size = sum(path.stat().st_size for path in tmp_path.rglob("seg-*"))
        deleted = delete_expired(tmp_path, Retention(hours=1, gigabytes=size * 0.7 / 1e9), now_us=0)
        times = [segment.first for segment in deleted]
        assert times == sorted(times)
        assert times[:2] == [0, 5]
        assert sum(path.stat().st_size for path in tmp_path.rglob("seg-*")) <= size * 0.7

    def test_queries_survive_deletions_under_them(self, tmp_path: Path) -> None:
        sealed(tmp_path, *([number] for number in range(60)))
        reader = StoreReader(tmp_path)
        failures: list[Exception] = []
        stop = threading.Event()
        scanned = threading.Semaphore(0)

        def scan() -> None:
            while not stop.is_set():
                try:
                    reader.query("select count(*) from {rows}", {}, table="samples", start=BEGINNING, end=END)
                except Exception as error:  # noqa: BLE001 - whatever it is, the test reports it
                    failures.append(error)
                scanned.release()

        threads = [threading.Thread(target=scan) for _ in range(2)]
        for thread in threads:
            thread.start()
        for hours in range(0, 60, 3):
            delete_expired(tmp_path, Retention(hours=1e-9, gigabytes=1), now_us=hours + 4)
            for _ in threads:  # no machine is so slow that every attempt of a query meets a deletion
                assert scanned.acquire(timeout=30)
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
        assert failures == []


class TestReader:
    def test_no_folder_is_an_empty_store(self, tmp_path: Path) -> None:
        reader = StoreReader(tmp_path / "none")
        for table in TABLES:
            assert reader.count(table, BEGINNING, END) == 0
            assert list(reader.batches(table, BEGINNING, END)) == []

    def test_files_outside_of_the_window_are_not_opened(self, tmp_path: Path) -> None:
        sealed(tmp_path, [10, 20], [30, 40])
        first = list_folder(tmp_path / "samples").segments[0]
        first.path.write_bytes(b"damaged")
        reader = StoreReader(tmp_path)
        rows = reader.query("select timestamp from {rows} order by 1", {}, table="samples", start=25, end=50)
        assert rows == [(30,), (40,)]
        with pytest.raises((StoreUnreadable, Exception), match="seg-"):
            reader.query("select timestamp from {rows}", {}, table="samples", start=0, end=50)

    def test_threads_share_a_reader(self, tmp_path: Path) -> None:
        sealed(tmp_path, [1, 2, 3])
        reader = StoreReader(tmp_path)
        results: list[int] = []
        threads = [threading.Thread(target=lambda: results.append(reader.count("samples", 2, 9))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert results == [2] * 8

    def test_a_parameter_is_never_sql(self, tmp_path: Path) -> None:
        sealed(tmp_path, [1])
        sql = "select count(*) from {rows} where metric = $metric"
        rows = StoreReader(tmp_path).query(sql, {"metric": "m' or '1'='1"}, table="samples", start=0, end=9)
        assert rows == [(0,)]


class TestOrder:
    def test_overlapping_segments_come_out_sorted(self, tmp_path: Path) -> None:
        noise = random.Random(5)
        parts = [[part * 10 + noise.randrange(30) for _ in range(50)] for part in range(20)]
        sealed(tmp_path, *parts)
        batches = list(StoreReader(tmp_path).batches("samples", 25, 200))
        times = [at for batch in batches for at in batch["timestamp"].to_pylist()]
        assert times == sorted(at for part in parts for at in part if 25 <= at < 200)
        assert len(batches) > 5, "not all at once"

    @settings(max_examples=30, deadline=None)
    @given(
        parts=st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=8), max_size=5),
        hot=st.lists(st.integers(0, 30)),
    )
    def test_any_overlap(
        self, tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], hot: list[int]
    ) -> None:
        folder = tmp_path_factory.mktemp("order")
        segments = [write_segment(folder, "samples", seq, [_batch(part)], None) for seq, part in enumerate(parts)]
        rest = pa.Table.from_batches([_batch(hot)])
        batches = batches_in_order("samples", 5, 25, segments, rest)
        times = [at for batch in batches for at in batch["timestamp"].to_pylist()]
        assert times == sorted(at for part in [*parts, hot] for at in part if 5 <= at < 25)


def _batch(times: list[int]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(samples(times), schema=SCHEMAS["samples"])
