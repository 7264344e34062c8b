"""A dataset from outside: checked to the last byte, and what it says of itself, or what can be told of it."""

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc

from common.errors import UserError
from dataset_builder.files import Progress
from dataset_builder.manifest import FORMAT_VERSION, digest, window_record
from datasets.uploads import fit_name
from microservo_sdk import Dataset, DatasetError, Limits, open_dataset, verify
from telemetry.records import TABLES, Window

CHUNK: Final = 1 << 20
SECOND: Final = 1_000_000
LIMITS: Final = (
    "It was imported without a dataset.json; this one was made for it, from the files as they came.",
    "The window is that of its rows; nothing is known of the system, its load, or gaps in its telemetry.",
)


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    format: str
    window: Window
    tables: Mapping[str, int]
    metrics: Mapping[str, int]
    manifest: bytes

    @property
    def digest(self) -> str:
        return digest(self.manifest)


def examine(path: Path, *, name: str, limits: Limits, progress: Progress) -> Found:
    """Raises UserError that names the file and the place; `name` is for a dataset that has none."""
    try:
        verify(path, limits=limits, progress=lambda size: progress(written=size))
        with open_dataset(path, limits=limits) as dataset:
            return _described(dataset) if dataset.manifest else _discovered(dataset, path, name, progress)
    except DatasetError as error:
        raise UserError("This can't be imported.", fields={"file": [str(error)]}) from None


def _described(dataset: Dataset) -> Found:
    content = dict(dataset.manifest or {})
    rows = content.get("rows", {})
    window = dataset.window
    if window is None:
        raise UserError("This can't be imported.", fields={"file": ["dataset.json has no window"]})
    return Found(
        name=fit_name(str(content["name"])),
        format=dataset.format,
        window=Window(window.start, window.end),
        tables=_counts(rows, "tables"),
        metrics=_counts(rows, "metrics"),
        manifest=dataset.raw_bytes("dataset.json"),
    )


def _counts(rows: Any, kind: str) -> dict[str, int]:
    counts = rows.get(kind, {}) if isinstance(rows, dict) else {}
    return {str(name): count for name, count in counts.items() if isinstance(count, int)}


def _discovered(dataset: Dataset, path: Path, name: str, progress: Progress) -> Found:
    """Of a dataset without dataset.json: it is made here."""
    tally = _Tally(progress)
    tally.add("logs", dataset.iter_logs(as_="arrow"))
    tally.add("spans", dataset.iter_spans(as_="arrow"))
    tally.add("samples", dataset.iter_metrics(as_="arrow"))
    window = tally.window()
    content = {
        "format": dataset.format,
        "format_version": FORMAT_VERSION,
        "name": name,
        "window": window_record(window),
        "rows": {"tables": dict(tally.tables), "metrics": dict(sorted(tally.metrics.items()))},
        "files": dict(_files(path, min(dataset.files), progress)),
        "limits": list(LIMITS),
    }
    return Found(
        name=name,
        format=dataset.format,
        window=window,
        tables=tally.tables,
        metrics=tally.metrics,
        manifest=(json.dumps(content, indent=1, sort_keys=True) + "\n").encode(),
    )


class _Tally:
    """Rows by table and metric, and the times of the first and last."""

    def __init__(self, progress: Progress) -> None:
        self.tables: Counter[str] = Counter(dict.fromkeys(TABLES, 0))
        self.metrics: Counter[str] = Counter()
        self._progress = progress
        self._first: int | None = None
        self._last: int | None = None

    def add(self, table: str, chunks: Iterator[Any]) -> None:
        for rows in chunks:
            if not rows.num_rows:
                continue
            self.tables[table] += rows.num_rows
            self._see(pc.min_max(rows["timestamp"]).as_py())
            if table == "samples":
                self.metrics.update({row["values"]: row["counts"] for row in rows["metric"].value_counts().to_pylist()})
            self._progress(rows=rows.num_rows)

    def window(self) -> Window:
        """Whole seconds around all rows. Raises UserError when there are none."""
        if self._first is None or self._last is None:
            raise UserError("This can't be imported.", fields={"file": ["there is no row in it"]})
        return Window(self._first // SECOND * SECOND, (self._last // SECOND + 1) * SECOND)

    def _see(self, span: Mapping[str, int]) -> None:
        self._first = span["min"] if self._first is None else min(self._first, span["min"])
        self._last = span["max"] if self._last is None else max(self._last, span["max"])


def _files(path: Path, first: str, progress: Progress) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of a zip that was found to be harmless; the first of its files is called `first` inside the dataset."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        prefix = min(members).removesuffix(first)
        for name, info in sorted(members.items()):
            with archive.open(info) as file:
                sha256 = hashlib.sha256()
                while chunk := file.read(CHUNK):
                    sha256.update(chunk)
                    progress()
            yield name.removeprefix(prefix), {"bytes": info.file_size, "sha256": sha256.hexdigest()}
