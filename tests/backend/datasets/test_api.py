"""The REST API of datasets: happy path, an error per field, and no way in without sign-in."""

import hashlib
import io
import zipfile
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest
from rest_framework.test import APIClient

from datasets import services
from datasets.models import Dataset
from telemetry.records import Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
URL = "/api/v1/datasets"


@pytest.fixture
def client(api: APIClient) -> APIClient:
    return api


@pytest.fixture
def body(window: Window) -> dict[str, Any]:
    return {"name": "golden", "from": window.start, "to": "2024-06-17T19:11:00Z"}


@pytest.fixture
def ready(client: APIClient, body: dict[str, Any]) -> str:
    made = client.post(URL, body)
    services.dataset_build(dataset_id=made.data["id"])
    return str(made.data["id"])


def test_create_and_get(client: APIClient, body: dict[str, Any], window: Window) -> None:
    made = client.post(URL, body)
    assert made.status_code == 202, made.content
    answer = client.get(made.headers["Location"]).json()
    assert answer == made.json()
    assert {key: answer[key] for key in ("name", "format", "state", "from", "to", "created_by", "digest")} == {
        "name": "golden",
        "format": "csv",
        "state": "queued",
        "from": window.start,
        "to": window.end,
        "created_by": "ada",
        "digest": "",
    }
    assert answer["progress"] == {
        "phase": "",
        "rows_done": 0,
        "rows_total": 0,
        "bytes_written": 0,
        "seconds_left": None,
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "../x"}, "name"),
        ({"name": None}, "name"),
        ({"format": "xls"}, "format"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2024-06-17T19:10:00"}, "from"),
        ({"from": True}, "from"),
        ({"from": "2024-13-17T19:10:00Z"}, "from"),
        ({"to": 1}, "to"),
        ({"to": 10**17}, "to"),
        ({"to": 10**30}, "to"),
    ],
)
def test_errors_name_their_field(client: APIClient, body: dict[str, Any], change: dict[str, Any], field: str) -> None:
    answer = client.post(URL, body | change)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("field", ["name", "from", "to"])
def test_missing_fields_are_named(client: APIClient, body: dict[str, Any], field: str) -> None:
    del body[field]
    assert list(client.post(URL, body).json()["errors"]) == [field]


def test_list_pages(client: APIClient, body: dict[str, Any]) -> None:
    made = [client.post(URL, body).json()["id"] for _ in range(3)]
    first = client.get(URL, {"limit": 2}).json()
    second = client.get(URL, {"limit": 2, "cursor": first["cursor"]}).json()
    assert [each["id"] for each in first["results"] + second["results"]] == made[::-1]
    assert second["cursor"] is None


def test_download(client: APIClient, ready: str) -> None:
    dataset = client.get(f"{URL}/{ready}").json()
    answer = client.get(f"{URL}/{ready}/download")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="golden.zip"'
    assert int(answer.headers["Content-Length"]) == len(content) == dataset["size"]
    assert answer.headers["ETag"] == f'"{dataset["digest"]}"'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = archive.read("golden/dataset.json")
        logs = pd.read_csv(archive.open("golden/log/log.csv"))
    assert dataset["digest"] == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert len(logs) == dataset["counts"]["tables"]["logs"] == 22


def test_download_for_clients_that_want_a_zip_only(client: APIClient, ready: str) -> None:
    answer = client.get(f"{URL}/{ready}/download", headers={"Accept": "application/zip"})
    assert answer.status_code == 200
    answer.close()
    missing = client.get(f"{URL}/{uuid4()}/download", headers={"Accept": "application/zip"})
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"


def test_download_of_what_the_client_has_sends_nothing(client: APIClient, ready: str) -> None:
    etag = f'"{client.get(f"{URL}/{ready}").json()["digest"]}"'
    answer = client.get(f"{URL}/{ready}/download", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_manifest(client: APIClient, ready: str) -> None:
    manifest = client.get(f"{URL}/{ready}/manifest").json()
    assert manifest["name"] == "golden"
    assert manifest["system"]["pods"][0].keys() == {"name", "service", "node", "cpu_limit", "memory_limit"}
    assert manifest["versions"]["pyarrow"]
    assert "container_memory_cache" in manifest["left_out"]


def test_what_is_not_ready_can_not_be_read(client: APIClient, body: dict[str, Any]) -> None:
    made = client.post(URL, body).json()["id"]
    for part in ("download", "manifest"):
        assert client.get(f"{URL}/{made}/{part}").status_code == 409


def test_cancel_and_delete(client: APIClient, body: dict[str, Any]) -> None:
    made = client.post(URL, body).json()["id"]
    assert client.delete(f"{URL}/{made}").status_code == 409
    assert client.post(f"{URL}/{made}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{URL}/{made}/cancel").status_code == 409
    assert client.delete(f"{URL}/{made}").status_code == 204
    assert client.get(f"{URL}/{made}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", ""),
        ("get", "/{id}"),
        ("delete", "/{id}"),
        ("post", "/{id}/cancel"),
        ("get", "/{id}/download"),
        ("get", "/{id}/manifest"),
    ],
)
def test_nothing_without_sign_in(method: str, path: str, ready: str) -> None:
    answer = getattr(APIClient(), method)(URL + path.format(id=ready))
    assert answer.status_code == 401
    assert Dataset.objects.filter(pk=ready).exists()
