"""The openrca format, and a system of OpenRCA: telemetry by day, failures in record.csv, tasks in query.csv."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from microservo_sdk.chunks import Chunk, PythonChunk
from microservo_sdk.clocks import Clock
from microservo_sdk.container import Container
from microservo_sdk.contents import MANIFEST
from microservo_sdk.csvfile import CsvFile, Kind
from microservo_sdk.documents import Node
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import Findings, refuse_outside
from microservo_sdk.formats.bare import BareLayout
from microservo_sdk.formats.openrca_metrics import metric_columns, wide_metrics
from microservo_sdk.labels import INJECTIONS, MICROSECONDS, read_injections
from microservo_sdk.layout import Table
from microservo_sdk.manifest import Manifest, compare_totals
from microservo_sdk.model import Injection
from microservo_sdk.moments import text_of
from microservo_sdk.naming import Lookup, service_of
from microservo_sdk.selection import Selection

RECORD: Final = "record.csv"
QUERY: Final = "query.csv"
_FOLDER: Final[Mapping[Table, str]] = {"logs": "log", "spans": "trace"}
_TABLES: Final = {"log": "logs", "trace": "spans", "metric": "samples"}
COMPUTED: Final = "/metric_service.csv"  # by the platform, from spans
_TELEMETRY: Final = re.compile(r"telemetry/(?P<day>[^/]+)/(?P<table>log|trace|metric)/[^/]+\.csv")
_SEVERITY: Final = re.compile(r"severity: ?(\w+), ?message: ?")
# OpenRCA's systems come from different places: its Telecom system has names of its own.
_ALIASES: Final = {
    "startTime": "timestamp",
    "elapsedTime": "duration",
    "traceId": "trace_id",
    "id": "span_id",
    "pid": "parent_span",
    "parent_id": "parent_span",
    "dsName": "type",
    "serviceName": "operation_name",
}
_KINDS: Final[Mapping[str, Kind]] = {
    "timestamp": "milliseconds",
    "startTime": "milliseconds",
    "duration": "length",
    "elapsedTime": "length",
}
_LOG_KINDS: Final[Mapping[str, Kind]] = {"timestamp": "seconds"}


@dataclass(frozen=True, slots=True)
class Record:
    """One failure."""

    level: str  # pod, service or node
    component: str
    timestamp: int  # microseconds since 1970; the file has seconds
    datetime: str  # as in the file
    reason: str


@dataclass(frozen=True, slots=True)
class Query:
    task_index: str
    instruction: str
    scoring_points: str  # empty in a file of tasks without answers


class OpenrcaLayout(BareLayout):
    def __init__(self, container: Container, manifest: Manifest | None) -> None:
        self._container = container
        self._manifest = manifest
        known = manifest.services if manifest else {}
        self._known = known
        self._service = Lookup(lambda pod: service_of(pod, known))

    def chunks(self, table: Table, wanted: Selection) -> Iterator[Chunk]:
        for name in self._files(_FOLDER[table]):
            for chunk in self._chunks(name, table):
                if (chosen := chunk.select(wanted)).rows:
                    yield chosen

    def metric_chunks(self, names: Sequence[str] | None, wanted: Selection) -> Iterator[Chunk]:
        if self._manifest:
            for unknown in set(names or ()) - set(self.metric_names()):
                raise DatasetError(f"no metric {unknown!r}", file="telemetry", hint="metric_names() lists them")
        for name in self._files("metric"):
            for chunk in self._metric_chunks(name, names):
                if (chosen := chunk.select(wanted)).rows:
                    yield chosen

    def metric_names(self) -> list[str]:
        """Without a manifest all metric files are read: they name their metrics row by row."""
        found: set[str] = set()
        for name in self._files("metric"):
            file = CsvFile(self._container, name, {})
            if "kpi_name" not in file.header and "name" not in file.header:
                found |= set(wide_metrics(file.header))
            elif not self._manifest:
                found |= {
                    metric for chunk in self._metric_chunks(name, None) for metric in set(chunk.columns["metric"])
                }
        if self._manifest:
            rows = Node(self._manifest.content, MANIFEST).find("rows", {})
            found |= rows.find("metrics", {}).object().keys()
        return sorted(found)

    def injections(self) -> list[Injection]:
        if INJECTIONS in self._container.sizes:
            return read_injections(self._container)
        records = self.records() if RECORD in self._container.sizes else []
        return [
            Injection(str(index), each.reason, (service_of(each.component, self._known),), (), each.timestamp, None)
            for index, each in enumerate(records)
        ]

    def records(self) -> list[Record]:
        found = []
        for columns, _ in self._rows(RECORD, {"timestamp": "seconds"}):
            fields = [
                _column(columns, name, RECORD) for name in ("level", "component", "timestamp", "datetime", "reason")
            ]
            for level, component, seconds, text, reason in zip(*fields, strict=True):
                found.append(Record(level, component, round(seconds * MICROSECONDS), text, reason))
        return found

    def queries(self) -> list[Query]:
        found = []
        for columns, count in self._rows(QUERY, {}):
            points = columns.get("scoring_points", [""] * count)
            indices, instructions = (_column(columns, name, QUERY) for name in ("task_index", "instruction"))
            found += [Query(*fields) for fields in zip(indices, instructions, points, strict=True)]
        return found

    def check(self, findings: Findings) -> None:
        counted: Counter[str] = Counter()
        for name in sorted(self._container.sizes):
            match = _TELEMETRY.fullmatch(name)
            if match:
                rows = self._check_telemetry(name, match, findings)
                counted["" if name.endswith(COMPUTED) else _TABLES[match["table"]]] += rows
            elif name.endswith(".csv"):
                rows = sum(count for _, count in self._rows(name, {}))
            else:
                continue
            told = self._manifest.files[name].rows if self._manifest and name in self._manifest.files else None
            if told is not None and told != rows:
                raise DatasetError(f"{rows} rows, {told} in dataset.json", file=name)
        if self._manifest:
            compare_totals(self._manifest, counted)
        if RECORD in self._container.sizes:
            self._check_records(findings)

    def _check_telemetry(self, name: str, match: re.Match[str], findings: Findings) -> int:
        """The number of its rows."""
        table = match["table"]
        clock = findings.clocks.of(f"telemetry/{match['day']}", table)
        if table == "metric":
            for chunk in self._metric_chunks(name, None):
                self._learn(chunk, name, clock, findings)
            return sum(count for _, count in self._rows(name, {}))
        rows = 0
        for chunk in self._chunks(name, "logs" if table == "log" else "spans"):
            self._learn(chunk, name, clock, findings)
            rows += chunk.rows
        return rows

    def _learn(self, chunk: PythonChunk, name: str, clock: Clock, findings: Findings) -> None:
        times = chunk.columns["timestamp"]
        findings.saw({*chunk.columns["service"], *chunk.columns["pod"]})
        if not self._manifest:
            clock.see(times, name)
        elif times:
            refuse_outside(min(times), max(times), self._manifest.window, file=name)

    def _check_records(self, findings: Findings) -> None:
        """Of a dataset of the platform its other labels say more."""
        window = findings.clocks.window()
        for row, record in enumerate(self.records(), start=1):
            if self._manifest or window is None:
                continue
            if not window.start <= record.timestamp < window.end:
                findings.warn(f"failure {row} is of {text_of(record.timestamp)}, when there are no rows", file=RECORD)
            if not findings.knows(record.component):
                findings.warn(f"failure {row} is of {record.component!r}, of which there are no rows", file=RECORD)

    def _files(self, folder: str) -> list[str]:
        """Day after day."""
        matches = [_TELEMETRY.fullmatch(name) for name in self._container.sizes]
        return sorted(match[0] for match in matches if match and match["table"] == folder)

    def _rows(self, name: str, kinds: Mapping[str, Kind]) -> Iterator[tuple[dict[str, Sequence[Any]], int]]:
        file = CsvFile(self._container, name, kinds)
        header = [_ALIASES.get(column, column) for column in file.header]
        for rows in file.rows():
            yield dict(zip(header, rows.columns, strict=True)), rows.count

    def _chunks(self, name: str, table: Table) -> Iterator[PythonChunk]:
        convert = self._logs if table == "logs" else self._spans
        for columns, count in self._rows(name, _LOG_KINDS if table == "logs" else _KINDS):
            try:
                yield PythonChunk(convert(columns, count))
            except KeyError as error:
                raise DatasetError(f"no column {error}", file=name, line=1) from error

    def _logs(self, columns: Mapping[str, Sequence[Any]], count: int) -> dict[str, Sequence[Any]]:
        found = [_SEVERITY.match(text) for text in columns["value"]]
        pairs = list(zip(found, columns["value"], strict=True))
        return {
            "timestamp": [round(second * MICROSECONDS) for second in columns["timestamp"]],
            "service": list(map(self._service.__getitem__, columns["cmdb_id"])),
            "pod": columns["cmdb_id"],
            "level": [match[1].upper() if match else "" for match in found],
            "message": [text[match.end() :] if match else text for match, text in pairs],
            "log_id": columns["log_id"],
        }

    def _spans(self, columns: Mapping[str, Sequence[Any]], count: int) -> dict[str, Sequence[Any]]:
        # OpenRCA's Market has microseconds and the columns of the platform; its other systems have milliseconds.
        unit = 1 if "status_code" in columns else 1000
        return {
            "timestamp": [round(millisecond * 1000) for millisecond in columns["timestamp"]],
            "duration": [round(duration * unit) for duration in columns["duration"]],
            "trace_id": columns["trace_id"],
            "span_id": columns["span_id"],
            "parent_span_id": [parent or None for parent in columns["parent_span"]],
            "service": list(map(self._service.__getitem__, columns["cmdb_id"])),
            "pod": columns["cmdb_id"],
            "operation_name": columns.get("operation_name", [""] * count),
            "type": columns.get("type", [""] * count),
            "status_code": list(map(Lookup(_status).__getitem__, columns.get("status_code", [""] * count))),
        }

    def _metric_chunks(self, name: str, names: Sequence[str] | None) -> Iterator[PythonChunk]:
        for columns in metric_columns(self._container, name, self._known, names):
            yield PythonChunk(columns)


def _column(columns: Mapping[str, Sequence[Any]], name: str, file: str) -> Sequence[Any]:
    if name not in columns:
        raise DatasetError(f"no column {name!r}", file=file, line=1)
    return columns[name]


def _status(text: str) -> int:
    """Of Market also words: `Ok`, or nothing. -1: not known."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0 if text.lower() == "ok" else -1
