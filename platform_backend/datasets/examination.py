"""A dataset from outside: checked to the last byte, and what it says of itself, or what can be told of it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from common.errors import UserError, said
from dataset_builder.card.files import ANSWERS_CARD
from dataset_builder.card.series import Series
from dataset_builder.files import Progress
from dataset_builder.manifest import FORMAT_VERSION, MANIFEST, digest, window_record
from datasets.archives import archive_errors
from datasets.contents import DatasetManifest, problems
from datasets.uploads import fit_name
from microservo_sdk import Dataset, Limits, Report, open_dataset, verify
from telemetry.records import TABLES, TableName, Window

LIMITS: Final = (
    "It was imported without a dataset.json; this one was made for it, from the files as they came.",
    "The window is that of its rows, without those whose clock was wrong; nothing is known of the system, its load, or "
    "gaps in its telemetry.",
)


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    format: str
    window: Window
    tables: Mapping[str, int]
    metrics: Mapping[str, int]
    manifest: bytes
    warnings: Sequence[str]  # what to be careful with
    series: Mapping[str, Any] | None  # None: its card has them

    @property
    def digest(self) -> str:
        return digest(self.manifest)

    @property
    def faults(self) -> Mapping[str, int]:
        """By kind, as the manifest names them."""
        named = json.loads(self.manifest).get("faults", [])
        return Counter(str(each["kind"]) for each in named if isinstance(each, dict) and "kind" in each)


def examine(path: Path, *, name: str, limits: Limits, progress: Progress) -> Found:
    """Raises UserError that names the file and the place; `name` is for a dataset that has none."""
    with archive_errors(path):
        report = verify(path, limits=limits, progress=lambda size: progress(written=size))
        if report.window is None:
            raise UserError(
                said("import.refused", "This can't be imported."), fields={"file": ["there is no row in it"]}
            )
        window = Window(report.window.start, report.window.end)
        with open_dataset(path, limits=limits) as dataset:
            if dataset.manifest:
                return _described(dataset, report, window, progress)
            return _discovered(dataset, report, window, name, progress)


def _described(dataset: Dataset, report: Report, window: Window, progress: Progress) -> Found:
    content = dict(dataset.manifest or {})
    _check_manifest(content)
    rows = content.get("rows", {})
    return Found(
        name=fit_name(str(content["name"])),
        format=dataset.format,
        window=window,
        tables=_counts(rows, "tables"),
        metrics=_counts(rows, "metrics"),
        manifest=dataset.raw_bytes(MANIFEST),
        warnings=report.warnings,
        series=None if _has_series(dataset) else _counted(dataset, window, progress).series.record(),
    )


def _check_manifest(content: Mapping[str, Any]) -> None:
    """What its readers take for granted of keys that need not be there."""
    try:
        DatasetManifest.model_validate(content)
    except ValidationError as error:
        told = [f"{MANIFEST}: {each}" for each in problems(error)]
        raise UserError(said("import.refused", "This can't be imported."), fields={"file": told}) from None


def _has_series(dataset: Dataset) -> bool:
    if ANSWERS_CARD not in dataset.files:
        return False
    answers = dataset.raw(ANSWERS_CARD, "python")
    return isinstance(answers, dict) and "series" in answers


def _counts(rows: Any, kind: str) -> dict[str, int]:
    counts = rows.get(kind, {}) if isinstance(rows, dict) else {}
    return {str(name): count for name, count in counts.items() if isinstance(count, int)}


def _discovered(dataset: Dataset, report: Report, window: Window, name: str, progress: Progress) -> Found:
    """Of a dataset without dataset.json: it is made here."""
    tally = _counted(dataset, window, progress)
    content = {
        "format": dataset.format,
        "format_version": FORMAT_VERSION,
        "name": name,
        "window": window_record(window),
        "rows": {"tables": dict(tally.tables), "metrics": dict(sorted(tally.metrics.items()))},
        "files": {file: {"bytes": record.size, "sha256": record.sha256} for file, record in report.files.items()},
        "warnings": list(report.warnings),
        "limits": list(LIMITS),
    }
    return Found(
        name=name,
        format=dataset.format,
        window=window,
        tables=tally.tables,
        metrics=tally.metrics,
        manifest=(json.dumps(content, indent=1, sort_keys=True) + "\n").encode(),
        warnings=report.warnings,
        series=tally.series.record(),
    )


def _counted(dataset: Dataset, window: Window, progress: Progress) -> "_Tally":
    tally = _Tally(window, progress)
    tally.add("logs", dataset.iter_logs(as_="arrow"))
    tally.add("spans", dataset.iter_spans(as_="arrow"))
    tally.add("samples", dataset.iter_metrics(as_="arrow"))
    return tally


class _Tally:
    """Rows by table and metric, and key figures over time."""

    def __init__(self, window: Window, progress: Progress) -> None:
        self.tables: Counter[str] = Counter(dict.fromkeys(TABLES, 0))
        self.metrics: Counter[str] = Counter()
        self.series = Series(window)
        self._progress = progress

    def add(self, table: TableName, chunks: Iterator[Any]) -> None:
        for rows in chunks:
            self.tables[table] += rows.num_rows
            if table == "samples":
                self.metrics.update({row["values"]: row["counts"] for row in rows["metric"].value_counts().to_pylist()})
            self.series.add(self.series.reduce(table, _without_nulls(rows)))
            self._progress(rows=rows.num_rows)


def _without_nulls(rows: pa.Table) -> pa.Table:
    """Formats of others leave out what they don't know."""
    return pa.table({name: _filled(rows[name]) for name in rows.column_names})


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not column.null_count:
        return column
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column, "" if pa.types.is_string(column.type) else 0)
