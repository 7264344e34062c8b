"""The rcaeval and openrca formats through the build and the engine, as zips that the SDK reads and finds whole."""

from pathlib import Path

import pytest

import microservo_sdk
from dataset_builder.build import Built, Order, build
from dataset_builder.formats.base import Format
from dataset_builder.formats.openrca import OpenrcaFormat
from dataset_builder.formats.rcaeval import RcaevalFormat
from dataset_builder.manifest import SystemFacts
from telemetry.adapters.embedded import EmbeddedTelemetry
from tests.dataset_builder import shop_window as shop

INJECTIONS = (
    shop.injection("first", "cpu-stress", shop.label("cartservice-0", 100.7, 160)),
    shop.injection("second", "http-abort", shop.label("frontend-0", 250.2, 260)),
)
ROWS = shop.table_rows(seconds=400)


def quiet(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """No one watches."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedTelemetry:
    return shop.stored(ROWS, tmp_path_factory.mktemp("store"))


def built(source: EmbeddedTelemetry, kind: Format, place: Path, *, threads: int) -> tuple[Built, Path]:
    order = Order(
        name="shop",
        kind=kind.name,
        window=shop.WINDOW,
        source=source,
        injections=INJECTIONS,
        facts=SystemFacts(),
        nodes=shop.NODES,
        default_node="local",
    )
    result = build(order, kind, work=place / "work", into=place / "out", progress=quiet, threads=threads)
    return result, place / "out" / "shop.zip"


@pytest.mark.parametrize("kind", [RcaevalFormat(), OpenrcaFormat()], ids=lambda kind: kind.name)
class TestBuilt:
    def test_the_digest_does_not_depend_on_threads(
        self, source: EmbeddedTelemetry, kind: Format, tmp_path: Path
    ) -> None:
        one, _ = built(source, kind, tmp_path / "one", threads=1)
        three, _ = built(source, kind, tmp_path / "three", threads=3)
        assert one.digest == three.digest

    def test_the_sdk_finds_it_whole(self, source: EmbeddedTelemetry, kind: Format, tmp_path: Path) -> None:
        result, path = built(source, kind, tmp_path, threads=2)
        microservo_sdk.verify(path)
        dataset = microservo_sdk.open_dataset(path)
        assert dataset.format == kind.name
        assert len(dataset.logs()) == result.counts.tables["logs"] > 0
        assert len(dataset.spans()) == result.counts.tables["spans"] > 0
        assert [each.injection_id for each in dataset.injections()] == ["first", "second"]


def test_the_manifest_has_the_score_of_a_constant_answer(source: EmbeddedTelemetry, tmp_path: Path) -> None:
    _, path = built(source, OpenrcaFormat(), tmp_path, threads=2)
    with microservo_sdk.open_dataset(path) as dataset:
        assert dataset.manifest is not None
        told, queries = dataset.manifest["tasks"], dataset.queries()
    assert told["count"] == told["constant_baseline"]["tasks"] == len(queries) > 0
    assert sorted(told["constant_baseline"]["by_task"]) == sorted({each.task_index for each in queries})
    assert told["constant_baseline"]["mean_score"] is not None


def test_other_formats_have_no_tasks(source: EmbeddedTelemetry, tmp_path: Path) -> None:
    _, path = built(source, RcaevalFormat(), tmp_path, threads=2)
    with microservo_sdk.open_dataset(path) as dataset:
        assert dataset.manifest is not None
        assert "tasks" not in dataset.manifest
