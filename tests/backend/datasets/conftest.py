"""The datasets app over a small window of telemetry in memory."""

import shutil
from collections.abc import Iterator

import pytest

from datasets import sources
from platform_backend.config import config
from systems.adapters.fake import FakeSystemDriver
from telemetry.records import Window
from tests.dataset_builder.small_window import WINDOW, MemorySource, small_source


@pytest.fixture
def platform(system: FakeSystemDriver, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemorySource]:
    """The app's world without a running system: telemetry and pods in memory, an empty datasets folder."""
    source = small_source()
    monkeypatch.setattr(sources, "telemetry_source", lambda: source)
    shutil.rmtree(config().datasets_dir, ignore_errors=True)
    yield source
    shutil.rmtree(config().datasets_dir, ignore_errors=True)


@pytest.fixture
def window() -> Window:
    return WINDOW
