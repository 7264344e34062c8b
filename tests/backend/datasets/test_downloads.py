"""Ranges and conditions of a download, as RFC 9110 has them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from datasets import selectors, services
from datasets.models import Dataset, State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


@pytest.fixture
def ready(api: APIClient, window: Any) -> Dataset:
    made = api.post("/api/v1/datasets", {"name": "golden", "from": window.start, "to": window.end})
    services.dataset_build(dataset_id=made.data["id"])
    return Dataset.objects.get(pk=made.data["id"], state=State.READY)


@pytest.fixture
def whole(ready: Dataset) -> bytes:
    return selectors.archive_path(ready).read_bytes()


def fetch(api: APIClient, dataset: Dataset, **headers: str) -> tuple[Any, bytes]:
    answer = api.get(f"/api/v1/datasets/{dataset.pk}/download", headers=headers)
    content = answer.getvalue() if answer.streaming else answer.content
    answer.close()
    return answer, content


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        ("bytes=-99999999999", 0, None),
        ("bytes=5-99999999999", 5, None),
        ("BYTES = 3-4", 3, 5),
    ],
)
def test_one_range(api: APIClient, ready: Dataset, whole: bytes, asked: str, start: int, end: int | None) -> None:
    answer, content = fetch(api, ready, Range=asked)
    assert answer.status_code == 206
    assert content == whole[start:end]
    first = start if start >= 0 else len(whole) + start
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(content) - 1}/{len(whole)}"
    assert int(answer.headers["Content-Length"]) == len(content)
    assert answer.headers["Content-Type"] == "application/zip"


@pytest.mark.parametrize("asked", ["", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "lines=0-1", "bytes=0-1,4-5"])
def test_what_is_no_single_range_of_bytes_is_ignored(api: APIClient, ready: Dataset, whole: bytes, asked: str) -> None:
    answer, content = fetch(api, ready, Range=asked)
    assert (answer.status_code, content == whole) == (200, True)
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_range_behind_the_end_is_refused(api: APIClient, ready: Dataset, whole: bytes) -> None:
    answer, _ = fetch(api, ready, Range=f"bytes={len(whole)}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_range_of_something_else_is_answered_with_the_whole(api: APIClient, ready: Dataset, whole: bytes) -> None:
    answer, content = fetch(api, ready, Range="bytes=10-", **{"If-Range": f'"{ready.digest}"'})
    assert (answer.status_code, content) == (206, whole[10:])
    for other in ('"sha256:0"', f'W/"{ready.digest}"', "Mon, 05 Jan 2026 09:00:00 GMT"):
        answer, content = fetch(api, ready, Range="bytes=10-", **{"If-Range": other})
        assert (answer.status_code, content == whole) == (200, True)


def test_preconditions(api: APIClient, ready: Dataset) -> None:
    assert fetch(api, ready, **{"If-Match": '"another"'})[0].status_code == 412
    assert fetch(api, ready, **{"If-Match": f'"{ready.digest}"'})[0].status_code == 200
    assert fetch(api, ready, Range="bytes=0-1", **{"If-None-Match": f'"{ready.digest}"'})[0].status_code == 304


def test_head_tells_all_but_the_content(api: APIClient, ready: Dataset, whole: bytes) -> None:
    answer = api.head(f"/api/v1/datasets/{ready.pk}/download")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(whole)
    assert answer.headers["ETag"] == f'"{ready.digest}"'
    assert answer.headers["Content-Disposition"] == 'attachment; filename="golden.zip"'
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_no_reader_stays_behind(api: APIClient, ready: Dataset, whole: bytes) -> None:
    """Whatever the answer, the dataset can be deleted after it."""
    etag = f'"{ready.digest}"'
    for headers in ({}, {"Range": "bytes=1-2"}, {"Range": "bytes=999999999-"}, {"If-None-Match": etag}):
        fetch(api, ready, **headers)
        assert not selectors.store().is_read(ready.pk)
    answer = api.get(f"/api/v1/datasets/{ready.pk}/download")
    assert selectors.store().is_read(ready.pk)
    answer.close()
    assert not selectors.store().is_read(ready.pk)
