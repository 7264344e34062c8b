"""The same window gives the same digest, however busy the machine is while it is built, and however it is cut.

What is in dataset.json is a matter of the window, its labels and the software; not of threads, slices, segments that
were not sealed in time, or the load.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common.registry import load_adapter
from dataset_builder import window_pieces
from dataset_builder.build import Order, build
from dataset_builder.formats import FORMATS, openrca
from dataset_builder.knobs import Knobs
from dataset_builder.manifest import SystemFacts
from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry_store import held
from telemetry_store.reader import StoreReader
from telemetry_store.schemas import SCHEMAS, TABLES
from telemetry_store.table_writer import SealPolicy
from telemetry_store.window import Window
from telemetry_store.writer import StoreWriter
from tests.dataset_builder import shop_window as shop

SECONDS = 420
WINDOW = Window(shop.at(30), shop.at(400))
ROWS = shop.table_rows(seconds=SECONDS)
INJECTIONS = (
    shop.injection("first", "cpu-stress", shop.label("cartservice-0", 100.7, 160)),
    shop.injection("second", "http-abort", shop.label("frontend-0", 250.2, 260)),
)
KNOBS = Knobs(trace_sampling=0.5, log_drop=0.3, metric_step_s=7, train_fraction=0.5, onset_jitter_s=2, seed=5)
HOT = SealPolicy(rows=1 << 40, seconds=1 << 40, longest_s=1 << 40)
SEGMENTS = 6


def quiet(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """No one watches."""


def fill(writer: StoreWriter, *, segments: int = SEGMENTS, leave: int = 0) -> None:
    """All rows in so many segments, of which the last `leave` are left to whoever seals next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("telemetry_store.writer.time.time_ns", lambda: 0)  # ids of log lines begin with the time of day
        _fill(writer, segments, leave)


def _fill(writer: StoreWriter, segments: int, leave: int) -> None:
    for number in range(segments):
        for table in TABLES:
            rows = ROWS[table]
            share = rows[number * len(rows) // segments : (number + 1) * len(rows) // segments]
            names = [name for name in SCHEMAS[table].names if name != "log_id"]
            writer.append(table, {name: [row[name] for row in share] for name in names})
        if number < segments - leave:
            writer.seal()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    with StoreWriter(folder, HOT) as writer:
        fill(writer)
    return folder


def digest(store: Path, kind: str, place: Path, *, knobs: Knobs, threads: int = 2, seal_s: float = 0.05) -> str:
    order = Order(
        name="shop",
        kind=kind,
        window=WINDOW,
        source=EmbeddedTelemetry(StoreReader(store), seal_within_s=seal_s),
        injections=INJECTIONS,
        facts=SystemFacts(),
        nodes=shop.NODES,
        default_node="local",
        normal=(Window(WINDOW.start, shop.at(100.7)), Window(shop.at(170), shop.at(250.2))),
        knobs=knobs,
    )
    made = build(
        order,
        load_adapter("format", kind, FORMATS)(),
        work=place / "work",
        into=place / "into",
        progress=quiet,
        threads=threads,
    )
    return made.digest


@pytest.fixture(params=["plain", "knobs"])
def knobs(request: pytest.FixtureRequest) -> Knobs:
    return Knobs() if request.param == "plain" else KNOBS


@pytest.fixture(scope="module")
def expected(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], str]:
    return {
        (kind, knobs.is_neutral): digest(store, kind, tmp_path_factory.mktemp(kind), knobs=knobs, threads=1)
        for kind in sorted(FORMATS)
        for knobs in (Knobs(), KNOBS)
    }


@pytest.fixture
def busy() -> Iterator[None]:
    """Threads that take the interpreter from whoever builds."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            sum(range(10_000))

    threads = [threading.Thread(target=spin, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join(30)


@pytest.mark.parametrize("kind", sorted(FORMATS))
class TestSameDigest:
    def test_on_a_busy_machine_with_more_threads(
        self, store: Path, kind: str, knobs: Knobs, expected: dict, busy: None, tmp_path: Path
    ) -> None:
        assert digest(store, kind, tmp_path, knobs=knobs, threads=5) == expected[kind, knobs.is_neutral]

    @pytest.mark.parametrize("rows", [37, 1 << 30])
    def test_in_slices_of_another_size(
        self,
        store: Path,
        kind: str,
        knobs: Knobs,
        expected: dict,
        rows: int,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(held, "SLICE_ROWS", rows)
        monkeypatch.setattr(openrca, "STRETCH_S", 120)
        monkeypatch.setattr(window_pieces, "THREADS", 7)
        assert digest(store, kind, tmp_path, knobs=knobs) == expected[kind, knobs.is_neutral]

    def test_whether_the_last_rows_were_sealed_in_time_or_not(
        self, kind: str, knobs: Knobs, expected: dict, tmp_path: Path
    ) -> None:
        with StoreWriter(tmp_path / "store", HOT) as writer:
            fill(writer, leave=1)
            found = digest(tmp_path / "store", kind, tmp_path / "busy", knobs=knobs)
        assert found == expected[kind, knobs.is_neutral]

    def test_when_the_store_went_on(self, kind: str, knobs: Knobs, expected: dict, tmp_path: Path) -> None:
        with StoreWriter(tmp_path / "store", HOT) as writer:
            fill(writer, leave=1)
            late = {"timestamp": [WINDOW.end + number for number in range(50)], "value": [1.0] * 50}
            text = {name: ["x"] * 50 for name in ("service", "pod", "metric", "labels")}
            writer.append("samples", late | text)
        assert digest(tmp_path / "store", kind, tmp_path, knobs=knobs) == expected[kind, knobs.is_neutral]

    def test_from_other_segments(self, kind: str, knobs: Knobs, expected: dict, tmp_path: Path) -> None:
        """Parquet takes segments as they are, so for that they have to be the same, unless all is written anew."""
        if kind == "parquet" and knobs.is_neutral:
            knobs = replace(KNOBS, missing_services=("nobody",))
            with StoreWriter(tmp_path / "same", HOT) as writer:
                fill(writer)
            other = digest(tmp_path / "same", kind, tmp_path / "first", knobs=knobs)
        else:
            other = expected[kind, knobs.is_neutral]
        with StoreWriter(tmp_path / "store", HOT) as writer:
            fill(writer, segments=2)
        assert digest(tmp_path / "store", kind, tmp_path / "second", knobs=knobs) == other
