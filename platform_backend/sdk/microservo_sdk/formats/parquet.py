"""The parquet format: the tables as the platform's store has them, in any number of files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from microservo_sdk.chunks import ArrowChunk, Chunk, pyarrow
from microservo_sdk.container import Container
from microservo_sdk.contents import MANIFEST
from microservo_sdk.documents import Node
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import Findings
from microservo_sdk.formats.bare import BareLayout
from microservo_sdk.labels import read_injections, read_normal
from microservo_sdk.layout import Table
from microservo_sdk.manifest import Manifest, compare_totals
from microservo_sdk.model import Injection, NormalWindow
from microservo_sdk.parquetfile import ParquetFile
from microservo_sdk.selection import Selection

PART: Final = re.compile(r"(log|trace|metric)/part-[0-9]+\.parquet")
TABLE_OF: Final = {"log": "logs", "trace": "spans", "metric": "samples"}
SCHEMAS: Final[Mapping[str, Mapping[str, str]]] = {
    "logs": {
        "timestamp": "int64",
        "service": "string",
        "pod": "string",
        "level": "string",
        "message": "string",
        "log_id": "int64",
        "trace_id": "string",
        "span_id": "string",
    },
    "spans": {
        "timestamp": "int64",
        "duration": "int64",
        "trace_id": "string",
        "span_id": "string",
        "parent_span_id": "string",
        "service": "string",
        "pod": "string",
        "operation_name": "string",
        "kind": "string",
        "type": "string",
        "status_code": "int32",
    },
    "samples": {
        "timestamp": "int64",
        "service": "string",
        "pod": "string",
        "metric": "string",
        "labels": "string",
        "value": "double",
    },
}


class ParquetLayout(BareLayout):
    def __init__(self, container: Container, manifest: Manifest | None) -> None:
        if manifest is None:
            raise DatasetError("missing: the dataset is half-written, or cut off", file=MANIFEST)
        self._container = container
        self._manifest = manifest

    def chunks(self, table: Table, wanted: Selection) -> Iterator[Chunk]:
        for name in self._files(table):
            for rows in self._tables(name):
                chunk = ArrowChunk(rows).select(wanted)
                if chunk.rows:
                    yield chunk

    def metric_chunks(self, names: Sequence[str] | None, wanted: Selection) -> Iterator[Chunk]:
        for unknown in set(names or ()) - set(self.metric_names()):
            raise DatasetError(f"no metric {unknown!r}", file="metric", hint="metric_names() lists them")
        for name in self._files("samples"):
            for rows in self._tables(name):
                if names is not None:
                    rows = rows.filter(pyarrow().compute.field("metric").isin(list(names)))
                chunk = ArrowChunk(rows).select(wanted)
                if chunk.rows:
                    yield chunk

    def metric_names(self) -> list[str]:
        rows = Node(self._manifest.content, MANIFEST).find("rows", {})
        return sorted(rows.find("metrics", {}).object())

    def injections(self) -> list[Injection]:
        return read_injections(self._container)

    def normal_windows(self) -> list[NormalWindow]:
        return read_normal(self._container)

    def check(self, findings: Findings) -> None:
        counted = dict.fromkeys(SCHEMAS, 0)
        for table in SCHEMAS:
            for name in self._files(table):
                rows = 0
                for group in self._tables(name):
                    findings.saw(pyarrow().compute.unique(group["pod"]).to_pylist())
                    rows += self._check_times(name, group)
                told = self._manifest.files[name].rows if name in self._manifest.files else None
                if told is not None and told != rows:
                    raise DatasetError(f"{rows} rows, {told} in dataset.json", file=name)
                counted[table] += rows
        compare_totals(self._manifest, counted)

    def _check_times(self, name: str, rows: Any) -> int:
        """That all are in the window; returns how many there are."""
        compute, window = pyarrow().compute, self._manifest.window
        for column, kind in SCHEMAS[_table_of(name)].items():
            if kind != "string" and rows[column].null_count:
                raise DatasetError(f"{column}: a value is missing", file=name)
        if rows.num_rows:
            limits = compute.min_max(rows["timestamp"]).as_py()
            if limits["min"] < window.start or limits["max"] >= window.end:
                found = f"{limits['min']} to {limits['max']}"
                raise DatasetError(f"timestamp: {found} is not in {window.start} to {window.end}", file=name)
        return int(rows.num_rows)

    def _files(self, table: str) -> list[str]:
        return sorted(name for name in self._container.sizes if PART.fullmatch(name) and _table_of(name) == table)

    def _tables(self, name: str) -> Iterator[Any]:
        """Row groups with plain columns in their common order."""
        columns = SCHEMAS[_table_of(name)]
        with ParquetFile(self._container, name) as file:
            _refuse_schema(file.schema, columns, name)
            for rows in file.groups():
                yield pyarrow().table({column: _plain(rows[column], kind) for column, kind in columns.items()})


def _table_of(name: str) -> str:
    return TABLE_OF[name.partition("/")[0]]


def _plain(column: Any, kind: str) -> Any:
    return column if str(column.type) == kind else column.cast(pyarrow().type_for_alias(kind))


def _refuse_schema(schema: Any, columns: Mapping[str, str], name: str) -> None:
    found = {field.name: _value_type(field.type) for field in schema}
    if found != columns:
        odd = ", ".join(sorted({f"{key} {kind}" for key, kind in found.items() ^ columns.items()}))
        raise DatasetError(f"columns are not those of this table: {odd[:300]}", file=name)


def _value_type(kind: Any) -> str:
    """Of a dictionary that of its values; a large string is a string."""
    value = str(getattr(kind, "value_type", kind))
    return "string" if value == "large_string" else value
