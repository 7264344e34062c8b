"""An order of the small window, and a build of it as csv."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dataset_builder.build import Built, Order, build
from dataset_builder.formats.csv import CsvFormat
from dataset_builder.labels import Injection
from dataset_builder.manifest import SystemFacts
from telemetry.records import Window
from tests.dataset_builder.small_window import WINDOW, MemorySource, injections, sample, small_source, source_from


@pytest.fixture
def source() -> MemorySource:
    return small_source()


@pytest.fixture
def source_of() -> Callable[..., MemorySource]:
    return source_from


@pytest.fixture
def sample_row() -> Callable[..., dict[str, Any]]:
    return sample


@pytest.fixture
def empty_source() -> MemorySource:
    return source_from()


@pytest.fixture
def window() -> Window:
    return WINDOW


@pytest.fixture
def labelled() -> list[Injection]:
    return injections()


@pytest.fixture
def order(source: MemorySource) -> Order:
    return Order(
        name="golden",
        kind="csv",
        window=WINDOW,
        source=source,
        injections=injections(),
        facts=SystemFacts(versions={"python": "3.11"}),
        nodes={"cartservice-0": "node-a"},
        default_node="local",
    )


def no_progress(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


@pytest.fixture
def build_csv(tmp_path: Path) -> Callable[..., tuple[Path, Built]]:
    """Builds an order; gives the unpacked folder and what was built. The zip lies in `<where>/result`."""

    def run(order: Order, where: str = "work", progress: Any = no_progress) -> tuple[Path, Built]:
        work = tmp_path / where
        work.mkdir()
        built = build(order, CsvFormat(), work=work, into=work / "result", progress=progress)
        with zipfile.ZipFile(work / "result" / f"{order.name}.zip") as archive:
            archive.extractall(work)
        return work / order.name, built

    return run
