"""Datasets from outside: received, checked to the last byte, and refused with a reason."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client, TestCase
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from common.errors import Conflict, TooLarge, UserError
from datasets import selectors, services, uploads
from datasets.models import Dataset, Origin, State
from datasets.services import imports
from platform_backend.config import config
from telemetry.records import Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
URL = "/api/v1/datasets/import"
SAMPLE = Path(__file__).resolve().parents[3] / "tests" / "data" / "microservo-sample"


def send(api: APIClient, content: bytes, name: str = "") -> Any:
    return api.generic("POST", f"{URL}?name={name}", content, "application/zip")  # type: ignore[arg-type]  # it takes bytes too


def imported(api: APIClient, content: bytes, name: str = "sample") -> Dataset:
    """After the worker has looked at it."""
    answer = send(api, content, name)
    assert answer.status_code == 202, answer.content
    services.dataset_build(dataset_id=answer.data["id"])
    return Dataset.objects.get(pk=answer.data["id"])


def files() -> list[str]:
    root = config().datasets_dir
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def sample() -> bytes:
    """The original MicroServo's, which has no manifest."""
    return zipped(
        {
            f"sample/{path.relative_to(SAMPLE).as_posix()}": path.read_bytes()
            for path in sorted(SAMPLE.rglob("*"))
            if path.suffix in (".csv", ".json")
        }
    )


@pytest.fixture
def built(user: User, window: Window) -> bytes:
    """The zip of a dataset that was built here and is here no more."""
    dataset = services.dataset_create(by=user, name="golden", window=window)
    services.dataset_build(dataset_id=dataset.pk)
    content = selectors.archive_path(Dataset.objects.get(pk=dataset.pk)).read_bytes()
    services.dataset_delete(dataset_id=dataset.pk, by=user)
    return content


def test_what_was_built_comes_back_as_it_was(api: APIClient, built: bytes, window: Window) -> None:
    dataset = imported(api, built)
    assert (dataset.state, dataset.error) == (State.READY, "")
    assert (dataset.name, dataset.format, dataset.origin) == ("golden", "csv", Origin.IMPORTED)
    assert (dataset.window, dataset.size) == (window, len(built))
    assert dataset.counts["tables"] == {"logs": 22, "spans": 5, "samples": 36}
    assert selectors.archive_path(dataset).read_bytes() == built
    assert files() == [f"{dataset.pk}/dataset.json", f"{dataset.pk}/golden.zip"]
    assert AuditEntry.objects.get(action="dataset.import").subject == str(dataset.pk)


def test_a_browser_s_session_can_import(api: APIClient, user: User, built: bytes) -> None:
    """The check against foreign pages looks at the header alone: the body is the zip."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    csrf = browser.get("/api/v1/session").cookies["microservo_csrf"].value
    refused = browser.post(URL, built, content_type="application/zip")
    assert (refused.status_code, Dataset.objects.count()) == (403, 0)
    answer = browser.post(URL, built, content_type="application/zip", headers={"X-CSRFToken": csrf})
    assert answer.status_code == 202, answer.content
    services.dataset_build(dataset_id=answer.json()["id"])
    assert Dataset.objects.get().state == State.READY


def test_when_the_worker_hears_of_an_import_its_folder_is_free(
    api: APIClient, built: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it leaves the import to the next look at what is stalled, some 15 to 30 seconds later."""
    states = []

    def look(task: str, args: tuple[str]) -> None:
        with selectors.store().work(UUID(args[0])) as work:  # raises Busy while somebody has it
            work.kept = True
            states.append(Dataset.objects.get(pk=args[0]).state)

    monkeypatch.setattr("common.background.app.send_task", look)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert send(api, built).status_code == 202
    assert states == [State.QUEUED]


def test_the_same_dataset_twice_is_refused_with_the_name_of_the_first(api: APIClient, built: bytes) -> None:
    first = imported(api, built)
    answer = send(api, built)
    assert answer.status_code == 409
    assert f"golden ({first.pk})" in answer.json()["detail"]
    assert Dataset.objects.count() == 1
    assert len(files()) == 2


def test_twice_at_once_only_one_becomes_ready(api: APIClient, built: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "manifest_in", lambda _: None)  # the first look does not see it
    first, second = imported(api, built), imported(api, built)
    assert (first.state, second.state) == (State.READY, State.FAILED)
    assert f"here already: golden ({first.pk})" in second.error
    assert len(files()) == 2


def test_the_original_layout_gets_a_manifest(api: APIClient) -> None:
    content = sample()
    dataset = imported(api, content, "the sample.zip")
    assert (dataset.state, dataset.error) == (State.READY, "")
    assert (dataset.name, dataset.format) == ("the-sample.zip", "microservo")
    manifest = json.loads(api.get(f"/api/v1/datasets/{dataset.pk}/manifest").content)
    assert manifest["rows"]["tables"] == dataset.counts["tables"]
    assert dataset.counts["tables"]["logs"] > 0
    assert dataset.window.start < dataset.window.end
    assert manifest["files"]["log/log.csv"]["bytes"] == (SAMPLE / "log" / "log.csv").stat().st_size
    assert selectors.archive_path(dataset).read_bytes() == content
    again = imported(api, content, "the sample.zip")
    assert (again.state, str(dataset.pk) in again.error) == (State.FAILED, True)


@pytest.mark.parametrize("source", [sample, lambda: (FIELD / "a-one-row-2028.zip").read_bytes()])
def test_an_import_that_has_no_series_gets_them(api: APIClient, source: Callable[[], bytes]) -> None:
    dataset = imported(api, source())
    assert f"{dataset.pk}/series.json" in files()
    series = api.get(f"/api/v1/datasets/{dataset.pk}/card").json()["series"]
    assert all(len(values) <= 60 for each in series["services"].values() for values in each.values())
    if dataset.counts["tables"]["logs"]:
        assert any(value for each in series["services"].values() for value in each["log_rows_per_second"])


def test_an_import_of_an_older_version_gets_series(api: APIClient, built: bytes) -> None:
    """The same as its own, had it any: from the same rows."""
    own = api.get(f"/api/v1/datasets/{imported(api, built).pk}/card").json()["series"]
    Dataset.objects.all().delete()
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    answers, manifest = (json.loads(members[f"golden/{name}"]) for name in ("groundtruth/card.json", "dataset.json"))
    del answers["series"]
    content = json.dumps(answers).encode()
    entry = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest["files"]["groundtruth/card.json"] = entry
    more = {"golden/groundtruth/card.json": content, "golden/dataset.json": json.dumps(manifest).encode()}
    dataset = imported(api, zipped(members | more))
    assert (dataset.state, dataset.error) == (State.READY, "")
    made = api.get(f"/api/v1/datasets/{dataset.pk}/card").json()["series"]
    assert made["services"].keys() == own["services"].keys()
    for service, values in own["services"].items():
        for name in ("requests_per_second", "log_rows_per_second", "memory_mean_bytes"):
            assert made["services"][service][name] == values[name], (service, name)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"load": "much"}, "load: "),
        ({"system": {"services": [{"name": "a", "replicas": "2"}]}}, "system.services.0.replicas: "),
        ({"rows": {"tables": {"logs": 1.5}}}, "rows.tables.logs: "),
    ],
)
def test_a_manifest_that_is_not_like_ours_is_refused(
    api: APIClient, built: bytes, change: dict[str, Any], told: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        manifest = json.loads(archive.read("golden/dataset.json"))
    dataset = imported(api, renamed(built, {"golden/dataset.json": json.dumps(manifest | change).encode()}))
    assert dataset.state == State.FAILED
    assert told in dataset.error


def damaged(content: bytes) -> bytes:
    """One row of a table is another, and the zip knows it not."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["golden/log/log.csv"] = members["golden/log/log.csv"].replace(b"request 3", b"request 4")
    return zipped(members)


FIELD = SAMPLE.parent / "field-cases"


def renamed(content: bytes, more: dict[str, bytes]) -> bytes:
    """The same members, and more of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()} | more)


@pytest.mark.parametrize("kind", ["csv", "parquet", "rcaeval", "openrca"])
def test_litter_beside_a_dataset_changes_nothing_and_is_told(api: APIClient, window: Window, kind: str) -> None:
    made = services.dataset_create(by=None, name="golden", window=window, format=kind)
    services.dataset_build(dataset_id=made.pk)
    built = Dataset.objects.get(pk=made.pk)
    content = selectors.archive_path(built).read_bytes()
    services.dataset_delete(dataset_id=made.pk, by=None)
    dataset = imported(api, renamed(content, {".DS_Store": b"x", "__MACOSX/golden/._dataset.json": b"x"}))
    assert (dataset.state, dataset.error) == (State.READY, "")
    assert (dataset.format, dataset.digest) == (kind, built.digest)
    assert dataset.warnings == [
        "left out, as operating systems leave them behind: .DS_Store, __MACOSX/golden/._dataset.json"
    ]
    card = api.get(f"/api/v1/datasets/{dataset.pk}/card").json()
    assert (card["card"]["name"], card["warnings"]) == ("golden", dataset.warnings)
    page = api.get(f"/api/v1/datasets/{dataset.pk}/card", HTTP_ACCEPT="text/markdown").content.decode()
    assert "\n- left out, as operating systems" in page


@pytest.mark.parametrize("stray", ["notes.txt", "evil_cpu/1/inject_time.txt", "golden/notes.txt"])
def test_a_stray_file_is_refused_by_its_name(api: APIClient, built: bytes, stray: str) -> None:
    dataset = imported(api, renamed(built, {stray: b"1700000000"}))
    assert dataset.state == State.FAILED
    assert stray.removeprefix("golden/") in dataset.error
    assert files() == []


def test_the_first_look_sees_through_litter(api: APIClient, built: bytes) -> None:
    imported(api, built)
    assert send(api, renamed(built, {".DS_Store": b"x"})).status_code == 409


@pytest.mark.parametrize("name", ["a-one-row-2028.zip", "c-inject-8h-later.zip"])
def test_a_clock_that_is_wrong_is_on_the_card(api: APIClient, name: str) -> None:
    dataset = imported(api, (FIELD / name).read_bytes())
    assert (dataset.state, dataset.format, len(dataset.warnings)) == (State.READY, "rcaeval", 1)
    assert (dataset.window_start, dataset.window_end) == (1_661_140_270_000_000, 1_661_140_290_000_000)
    manifest = json.loads(api.get(f"/api/v1/datasets/{dataset.pk}/manifest").content)
    assert manifest["warnings"] == dataset.warnings
    assert api.get(f"/api/v1/datasets/{dataset.pk}").json()["warnings"] == dataset.warnings
    card = api.get(f"/api/v1/datasets/{dataset.pk}/card").json()
    assert (card["warnings"], card["answers"]) == (dataset.warnings, None)
    assert card["card"]["window"] == manifest["window"]
    page = api.get(f"/api/v1/datasets/{dataset.pk}/card", HTTP_ACCEPT="text/markdown").content.decode()
    assert dataset.warnings[0] in page


@pytest.mark.parametrize(
    ("name", "place"),
    [("b-log-minus.zip", "logs.csv, line 3"), ("n-year-33658.zip", "data.csv, line 7")],
)
def test_a_time_that_can_not_be_is_refused_with_its_place(api: APIClient, name: str, place: str) -> None:
    dataset = imported(api, (FIELD / name).read_bytes())
    assert dataset.state == State.FAILED
    assert place in dataset.error


@pytest.mark.parametrize("name", ["re1-time-twice", "re1-sock-shop"])
def test_what_rcaeval_publishes_is_imported(api: APIClient, name: str) -> None:
    root = FIELD / name
    members = {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*.*")}
    dataset = imported(api, zipped({".DS_Store": b"", **members}))
    assert (dataset.state, dataset.error) == (State.READY, "")
    manifest = json.loads(api.get(f"/api/v1/datasets/{dataset.pk}/manifest").content)
    assert manifest["files"].keys() == members.keys()


HOSTILE = {
    "outside of it": zipped({"../evil.sh": b"x", "log/log.csv": b"x"}),
    "absolute": zipped({"/etc/cron.d/evil": b"x"}),
    "a bomb": zipped({"a/log/log.csv": b"0" * (64 << 20)}),
    "no dataset": zipped({"readme.txt": b"hello"}),
    "a manifest of nonsense": zipped({"a/dataset.json": b"[1, 2"}),
    "two manifests": zipped({"a/dataset.json": b"{}", "b/dataset.json": b"{}"}),
    "a manifest of lies": zipped({"a/dataset.json": b'{"format": "csv", "format_version": 1, "files": {}}'}),
}


def flawed(content: bytes, member: str) -> bytes:
    """The compressed bytes of one member overwritten: its deflate stream makes no sense any more."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = next(each for each in archive.infolist() if each.filename.endswith(member))
    start = info.header_offset + 30 + len(info.filename)
    return content[:start] + b"\xff" * min(16, info.compress_size) + content[start + min(16, info.compress_size) :]


@pytest.mark.parametrize("member", ["dataset.json", "log/log.csv"])
def test_a_zip_that_can_not_be_unpacked_is_told_so(api: APIClient, built: bytes, member: str) -> None:
    """zlib's error is none of zipfile's, and none of OSError's."""
    dataset = imported(api, flawed(built, member))
    assert dataset.state == State.FAILED
    assert member in dataset.error
    assert files() == []


def test_a_dataset_that_the_disk_damaged_has_no_card(api: APIClient, built: bytes) -> None:
    dataset = imported(api, built)
    path = selectors.archive_path(dataset)
    path.write_bytes(flawed(built, "card.json"))
    answer = api.get(f"/api/v1/datasets/{dataset.pk}/card")
    assert answer.status_code == 404
    assert "card.json" in answer.json()["detail"]
    assert str(path) not in answer.content.decode()


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_hostile_zips_fail_with_a_reason_and_leave_nothing(api: APIClient, what: str) -> None:
    dataset = imported(api, HOSTILE[what])
    assert dataset.state == State.FAILED
    assert dataset.error.startswith("This can't be imported. (file: ")
    assert str(config().state) not in dataset.error, "where it lies here is nobody's business"
    assert files() == []


def test_a_changed_file_is_named(api: APIClient, built: bytes) -> None:
    dataset = imported(api, damaged(built))
    assert dataset.state == State.FAILED
    assert "log/log.csv" in dataset.error
    assert files() == []


@pytest.mark.parametrize("content", [b"hello", b"PK\3\4 cut off"])
def test_what_is_no_zip_is_refused_at_once(api: APIClient, content: bytes) -> None:
    answer = send(api, content)
    assert (answer.status_code, answer.json()["errors"].keys()) == (400, {"file"})
    assert (Dataset.objects.count(), files()) == (0, [])


def test_an_upload_tells_its_length(api: APIClient) -> None:
    assert send(api, b"").status_code == 411


def test_another_media_type_is_refused(api: APIClient) -> None:
    assert api.generic("POST", URL, "x", "text/plain").status_code == 415
    assert api.post(URL, {}).status_code == 415
    assert APIClient().generic("POST", URL, "x", "application/zip").status_code == 401


def test_an_upload_keeps_to_its_limit_and_its_length(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = config()
    small = whole.model_copy(update={"datasets": whole.datasets.model_copy(update={"max_upload_gigabytes": 1e-6})})
    monkeypatch.setattr(imports, "config", lambda: small)
    with pytest.raises(TooLarge, match="max_upload_gigabytes"):
        services.dataset_import(by=user, name="x", chunks=[b"x"], expected=2000)
    endless = iter(lambda: b"x" * 600, b"")
    with pytest.raises(TooLarge, match="max_upload_gigabytes"):
        services.dataset_import(by=user, name="x", chunks=endless, expected=None)
    with pytest.raises(UserError, match="ended after 600 of 700 bytes"):
        services.dataset_import(by=user, name="x", chunks=[b"x" * 600], expected=700)
    assert (Dataset.objects.count(), files()) == (0, [])


def test_the_quota_holds_for_imports(user: User, built: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports.quota, "_limit", lambda by: len(built) - 1)
    with pytest.raises(Conflict, match="Your datasets use"):
        services.dataset_import(by=user, name="x", chunks=[built], expected=len(built))
    assert (Dataset.objects.count(), files()) == (0, [])


def test_a_queued_import_can_be_cancelled_and_is_swept(api: APIClient, built: bytes, user: User) -> None:
    made = send(api, built).json()["id"]
    services.leftovers_sweep()
    assert files() == [f".building/{made}/upload.zip"]
    services.dataset_cancel(dataset_id=made, by=user)
    services.leftovers_sweep()
    assert files() == []


def test_a_dead_worker_s_import_is_done_again(api: APIClient, built: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    made = send(api, built).json()["id"]

    class Died(BaseException):
        """Stands for the end of the process: nothing catches it; the folder stays, as a kill leaves it."""

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr("datasets.storage.shutil.rmtree", lambda *_, **__: None)
        patch.setattr(selectors.Store, "publish", die)
        with pytest.raises(Died):
            services.dataset_build(dataset_id=made)
    services.leftovers_sweep()
    services.dataset_build(dataset_id=made)
    assert Dataset.objects.get(pk=made).state == State.READY
    assert len(files()) == 2


def test_the_first_look_does_not_read_long_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a/dataset.json": b"{}"}))
    assert uploads.manifest_in(path) == b"{}"
    monkeypatch.setattr(uploads, "LARGEST_DIRECTORY", 10)
    assert uploads.manifest_in(path) is None
