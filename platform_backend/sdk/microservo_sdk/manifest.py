"""dataset.json: what a dataset says of itself."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from microservo_sdk.container import Container, read_whole
from microservo_sdk.contents import MANIFEST
from microservo_sdk.documents import Node, read_json
from microservo_sdk.errors import DatasetError
from microservo_sdk.model import Window

FORMATS: Final = ("csv", "parquet", "rcaeval", "openrca")
VERSIONS: Final = (1,)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileRecord:
    size: int  # bytes
    sha256: str
    rows: int | None  # of a table


@dataclass(frozen=True, slots=True)
class Manifest:
    format: str
    version: int
    name: str
    window: Window
    digest: str  # of dataset.json, and so of the whole dataset
    files: Mapping[str, FileRecord]
    services: Mapping[str, str] = field(default_factory=dict)  # service by pod
    content: Mapping[str, Any] = field(default_factory=dict)  # as it stands in the file


def read_manifest(container: Container) -> Manifest:
    """Raises DatasetError also for a format or version this package does not know."""
    top = Node(read_json(container, MANIFEST), MANIFEST)
    kind, version = top.get("format").text(), top.get("format_version").integer()
    if kind not in FORMATS:
        raise DatasetError(f"unknown format {kind!r}", file=MANIFEST, hint="a newer microservo-sdk may know it")
    if version not in VERSIONS:
        raise DatasetError(
            f"format_version {version}, known here: {', '.join(map(str, VERSIONS))}",
            file=MANIFEST,
            hint="update microservo-sdk",
        )
    return Manifest(
        format=kind,
        version=version,
        name=top.get("name").text(),
        window=_window(top.get("window")),
        digest=f"sha256:{hashlib.sha256(read_whole(container, MANIFEST)).hexdigest()}",
        files={path: _file(top.get("files"), path) for path in top.get("files").object()},
        services=_services(top.find("system", {})),
        content=top.object(),
    )


def _window(node: Node) -> Window:
    start, end = node.get("start").moment(), node.get("end").moment()
    if start >= end:
        raise node.wrong(f"it starts at {start}, not before its end at {end}")
    return Window(start, end)


def _file(files: Node, path: str) -> FileRecord:
    entry = files.get(path)
    digest = entry.get("sha256").text()
    if not _SHA256.fullmatch(digest):
        raise entry.wrong(f"{digest[:80]!r} is no sha256")
    rows = entry.find("rows").integer_or_none()
    return FileRecord(size=entry.get("bytes").count(), sha256=digest, rows=rows)


def _services(system: Node) -> dict[str, str]:
    pods = system.find("pods", []).items()
    return {pod.get("name").text(): pod.get("service").text() for pod in pods if "service" in pod.object()}


def compare_totals(manifest: Manifest, counted: Mapping[str, int]) -> None:
    """`rows` of dataset.json against the rows of each table that are there."""
    told = Node(manifest.content, MANIFEST).find("rows", {})
    tables = told.find("tables", {})
    for table in tables.object():
        count = tables.get(table).count()
        if counted.get(table, 0) != count:
            raise tables.wrong(f"{count} {table}, but there are {counted.get(table, 0)}")
    metrics = told.find("metrics", {})
    total = sum(metrics.get(metric).count() for metric in metrics.object())
    if metrics.object() and total != counted.get("samples", 0):
        raise metrics.wrong(f"{total} in all, but there are {counted.get('samples', 0)} samples")
