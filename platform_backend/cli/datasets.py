"""Building and fetching datasets through the REST API."""

import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.api import Api
from cli.console import CliError, Progress, human_bytes

_POLL_SECONDS: Final = 0.5
_LONGEST_BUILD: Final = 3600.0
_OPEN: Final = frozenset({"queued", "building"})


@dataclass(frozen=True, slots=True)
class Exported:
    """`folder` is None unless it was unpacked."""

    archive: Path
    folder: Path | None
    digest: str


def wait_until_built(api: Api, dataset_id: str, progress: Progress) -> Mapping[str, Any]:
    """Raises CliError when it failed or was cancelled."""
    deadline = time.monotonic() + _LONGEST_BUILD
    while time.monotonic() < deadline:
        dataset: Mapping[str, Any] = api.get(f"/datasets/{dataset_id}")
        if dataset["state"] not in _OPEN:
            break
        progress.show(_how_far(dataset), phase=dataset["state"])
        time.sleep(_POLL_SECONDS)
    if dataset["state"] != "ready":
        raise CliError(f"dataset {dataset_id} is {dataset['state']}: {dataset.get('error') or 'no reason given'}")
    return dataset


def _how_far(dataset: Mapping[str, Any]) -> str:
    done = dataset.get("progress") or {}
    rows, total = done.get("rows_done") or 0, done.get("rows_total") or 0
    return f"{dataset['state']}, {rows:,} of {total:,} rows, {human_bytes(done.get('bytes_written') or 0)}"


def export(api: Api, dataset: Mapping[str, Any], out: Path, *, unpack: bool, progress: Progress) -> Exported:
    """Download, check every file against the manifest and the manifest against the digest, unpack if asked."""
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"{dataset['name']}.zip"
    part = archive.with_suffix(".zip.part")
    try:
        for size in api.download(f"/datasets/{dataset['id']}/download", part):
            progress.show(f"downloading, {human_bytes(size)}", phase="download")
        progress.show("verifying", phase="verify")
        verify(part, dataset["digest"])
        part.replace(archive)
    finally:
        part.unlink(missing_ok=True)
    folder = _unpack(archive, out) if unpack else None
    return Exported(archive, folder, dataset["digest"])


def verify(archive: Path, digest: str) -> None:
    """Raises CliError that names the first file that is not what the manifest says."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            root = _root(zipped)
            manifest = zipped.read(f"{root}/dataset.json")
            if hashlib.sha256(manifest).hexdigest() != digest.removeprefix("sha256:"):
                raise CliError(f"{archive}: dataset.json does not match the digest {digest}; export it again")
            for name, entry in json.loads(manifest)["files"].items():
                with zipped.open(f"{root}/{name}") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != entry["sha256"]:  # type: ignore[arg-type]
                        raise CliError(f"{archive}: {name} does not match its digest; export it again")
    except (zipfile.BadZipFile, KeyError) as error:
        raise CliError(f"{archive}: not a whole dataset: {error}") from None


def _root(zipped: zipfile.ZipFile) -> str:
    roots = {name.split("/")[0] for name in zipped.namelist()}
    if len(roots) != 1:
        raise zipfile.BadZipFile("expected one folder in it")
    return roots.pop()


def _unpack(archive: Path, out: Path) -> Path:
    with zipfile.ZipFile(archive) as zipped:
        folder = out / _root(zipped)
        shutil.rmtree(folder, ignore_errors=True)
        zipped.extractall(out)
    return folder
