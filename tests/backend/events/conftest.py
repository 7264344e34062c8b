"""Events on a fake driver, with Django's clock and the driver's being the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: epoch + timedelta(microseconds=clock()))
