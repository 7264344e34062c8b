"""What the API answers while its disk is full."""

import errno
import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from common import full_disk


class Usage:
    def __init__(self, free: int) -> None:
        self.free = free


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def fail(error: Exception) -> None:
        def cursor(*_: object) -> NoReturn:
            raise error

        monkeypatch.setattr("common.health.connection", type("Broken", (), {"cursor": cursor})())

    return fail


@pytest.mark.parametrize("text", ["database or disk is full", "disk I/O error", "unable to open database file"])
def test_a_database_without_room_is_told_in_words(failing: Any, no_room: None, text: str) -> None:
    failing(OperationalError(text))
    answer = APIClient().get("/api/v1/health")
    assert answer.status_code == 507
    assert (answer.json()["detail"], answer.json()["code"]) == (full_disk.MESSAGE, "disk.full")
    assert answer["Retry-After"] == "10"


def test_a_broken_database_with_room_is_an_internal_error(failing: Any) -> None:
    failing(OperationalError("disk I/O error"))
    assert APIClient().get("/api/v1/health").status_code == 500


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_file_without_room(failing: Any, number: int) -> None:
    failing(OSError(number, "no room"))
    assert APIClient().get("/api/v1/health").status_code == 507
