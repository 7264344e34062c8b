"""Building, fetching and sending datasets through the REST API."""

import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cli.api import Api, Interrupted
from cli.console import CliError, Progress, human_bytes, human_span
from microservo_sdk import DatasetError
from microservo_sdk.container import read_whole
from microservo_sdk.contents import Contents, contents
from microservo_sdk.places import open_container
from platform_backend.private import as_the_user_has_it

_POLL_SECONDS: Final = 0.5
_LONGEST_BUILD: Final = 3600.0
_OPEN: Final = frozenset({"queued", "building"})
_MANIFEST: Final = "dataset.json"
_CHUNK: Final = 1 << 20
# A download that breaks off is resumed; after so many times without a byte more it is given up.
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Exported:
    """`folder` is None unless it was unpacked."""

    archive: Path
    folder: Path | None
    digest: str


def dataset_request(start: int, end: int, name: str, kind: str = "csv") -> dict[str, Any]:
    """Times in UTC microseconds."""
    made_up = datetime.fromtimestamp(start / 1e6).strftime("dataset-%Y%m%d-%H%M%S")  # noqa: DTZ006  (the user's clock)
    return {"name": name or made_up, "from": start, "to": end, "format": kind}


def wait_until_built(api: Api, dataset_id: str, progress: Progress) -> Mapping[str, Any]:
    """Raises CliError when it failed or was cancelled."""
    deadline = time.monotonic() + _LONGEST_BUILD
    while time.monotonic() < deadline:
        dataset: Mapping[str, Any] = api.get(f"/datasets/{dataset_id}")
        if dataset["state"] not in _OPEN:
            break
        progress.show(how_far(dataset), phase=dataset["state"])
        time.sleep(_POLL_SECONDS)
    if dataset["state"] != "ready":
        raise CliError(f"dataset {dataset_id} is {dataset['state']}: {dataset.get('error') or 'no reason given'}")
    return dataset


def how_far(dataset: Mapping[str, Any]) -> str:
    done = dataset.get("progress") or {}
    rows, total = done.get("rows_done") or 0, done.get("rows_total") or 0
    parts = [done.get("phase") or dataset["state"]]
    if total:
        parts.append(f"{rows:,} of {total:,} rows")
    parts.append(human_bytes(done.get("bytes_written") or 0))
    if done.get("seconds_left") is not None:
        parts.append(f"{human_span(done['seconds_left'])} left")
    return ", ".join(parts)


@as_the_user_has_it()
def export(api: Api, dataset: Mapping[str, Any], out: Path, *, unpack: bool, progress: Progress) -> Exported:
    """Download, check every file against the manifest and the manifest against the digest, unpack if asked.

    What an earlier try has left is not fetched again.
    """
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"{dataset['name']}.zip"
    part = out / f"{dataset['name']}.{dataset['digest'].removeprefix('sha256:')[:12]}.zip.part"
    _download(api, dataset, part, progress)
    progress.show("verifying", phase="verify")
    try:
        verify(part, dataset["digest"], api.fetch(f"/datasets/{dataset['id']}/manifest"))
    except CliError:
        part.unlink()
        raise
    part.replace(archive)
    folder = _unpack(archive, out) if unpack else None
    return Exported(archive, folder, dataset["digest"])


def _download(api: Api, dataset: Mapping[str, Any], part: Path, progress: Progress) -> None:
    tries = _ATTEMPTS
    while tries:
        before = _size(part)
        try:
            for size in api.download(f"/datasets/{dataset['id']}/download", part, etag=f'"{dataset["digest"]}"'):
                progress.show(f"downloading, {human_bytes(size)} of {human_bytes(dataset['size'])}", phase="download")
            return
        except Interrupted as error:
            reason = error
            tries = _ATTEMPTS if _size(part) > before else tries - 1
            time.sleep(_PAUSE_SECONDS)
    raise CliError(f"the download broke off ({reason}); call this again to resume it")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def send(api: Api, file: Path, name: str, progress: Progress) -> Mapping[str, Any]:
    """Upload a zip; the dataset that it is to become."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            chunks = _read(stream, size, progress)
            sent: Mapping[str, Any] = api.upload("/datasets/import", chunks, size, name=name)
            return sent
    except OSError as error:
        raise CliError(f"{file}: can't be read: {error.strerror}", code=2) from None


def _read(stream: Any, size: int, progress: Progress) -> Iterator[bytes]:
    done = 0
    while chunk := stream.read(_CHUNK):
        yield chunk
        done += len(chunk)
        progress.show(f"uploading, {human_bytes(done)} of {human_bytes(size)}", phase="upload")


def verify(archive: Path, digest: str, manifest: bytes = b"") -> None:
    """Raises CliError that names the first file that is not what the manifest says.

    `manifest` is for a zip without one: it was imported, and its dataset.json was made by the platform.
    """
    try:
        with closing(open_container(archive)) as files:
            own = _MANIFEST in files.sizes or not manifest
            content = read_whole(files, _MANIFEST) if own else manifest
            if hashlib.sha256(content).hexdigest() != digest.removeprefix("sha256:"):
                raise CliError(f"{archive}: dataset.json does not match the digest {digest}; export it again")
            for name, entry in json.loads(content)["files"].items():
                with files.open(name) as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != entry["sha256"]:
                        raise CliError(f"{archive}: {name} does not match its digest; export it again")
    except (ValueError, KeyError, DatasetError) as error:
        raise CliError(f"{archive}: not a whole dataset: {error}") from None


def _contents(zipped: zipfile.ZipFile) -> Contents:
    """The files of the dataset, without what others left beside it. Raises DatasetError."""
    return contents((each.filename for each in zipped.infolist() if not each.is_dir()), str(zipped.filename))


def _unpack(archive: Path, out: Path) -> Path:
    """Whole or not at all: a folder that a full disk cut short would pass for the dataset."""
    draft = out / f".{archive.stem}.part"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as zipped:
            found = _contents(zipped)
            zipped.extractall(draft, members=found.names)
        folder = out / (found.prefix.rstrip("/") or archive.stem)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        (draft / found.prefix).rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder
