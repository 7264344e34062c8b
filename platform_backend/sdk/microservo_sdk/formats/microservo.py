"""The csv format of the platform, and the files of the original MicroServo, which it resembles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from microservo_sdk.chunks import Chunk, PythonChunk
from microservo_sdk.container import Container
from microservo_sdk.csvfile import CsvFile, Kind, Rows
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import Findings
from microservo_sdk.formats.bare import BareLayout
from microservo_sdk.formats.microservo_check import TableCheck, totals
from microservo_sdk.labels import MICROSECONDS, read_injections, read_normal
from microservo_sdk.layout import KPI, LOG, TRACE, Table
from microservo_sdk.manifest import Manifest, compare_totals
from microservo_sdk.model import Injection, NormalWindow
from microservo_sdk.moments import UNITS
from microservo_sdk.naming import Lookup, container_series, istio_series, node_series, service_of
from microservo_sdk.selection import Selection

Columns = Mapping[str, Sequence[Any]]
LEVEL: Final = "severity:"
MESSAGE: Final = ",message:"
SERIES: Final = {"container": container_series, "istio": istio_series, "node": node_series}  # by folder
SPAN_KINDS: Final = {"request": "server", "external": "client", "db": "client", "app": "internal"}


@dataclass(frozen=True, slots=True)
class TableShape:
    header: tuple[str, ...]
    kinds: Mapping[str, Kind]


LOGS: Final = TableShape(
    ("log_id", "timestamp", "date", "cmdb_id", "message"), {"": "integer", "log_id": "integer", "timestamp": "seconds"}
)
# Of the original the ids of log lines are those of a search engine.
ORIGINAL_LOGS: Final = TableShape(LOGS.header, {"": "integer", "timestamp": "seconds"})
SPANS: Final = TableShape(
    (
        "timestamp",
        "cmdb_id",
        "span_id",
        "trace_id",
        "duration",
        "type",
        "status_code",
        "operation_name",
        "parent_span",
    ),
    {"": "integer", "timestamp": "microseconds", "duration": "integer", "status_code": "integer"},
)
METRICS: Final = TableShape(
    ("timestamp", "cmdb_id", "kpi_name", "value"), {"timestamp": "whole seconds", "value": "float"}
)


class MicroServoLayout(BareLayout):
    """Without a manifest the dataset is one of the original platform."""

    def __init__(self, container: Container, manifest: Manifest | None) -> None:
        self._container = container
        self._manifest = manifest
        known = manifest.services if manifest else {}
        self._service = Lookup(lambda pod: service_of(pod, known))
        self._known = known

    def chunks(self, table: Table, wanted: Selection) -> Iterator[Chunk]:
        name = LOG if table == "logs" else TRACE
        if name not in self._container.sizes:
            return
        convert = self._logs if table == "logs" else self._spans
        yield from self._read(name, convert, wanted)

    def metric_chunks(self, names: Sequence[str] | None, wanted: Selection) -> Iterator[Chunk]:
        files = self._metric_files()
        for metric in sorted(files) if names is None else names:
            if metric not in files:
                raise DatasetError(f"no metric {metric!r}", file="metric", hint="metric_names() lists them")
            yield from self._read(files[metric], self._metric_converter(files[metric], metric), wanted)

    def metric_names(self) -> list[str]:
        return sorted(self._metric_files())

    def injections(self) -> list[Injection]:
        return read_injections(self._container)

    def normal_windows(self) -> list[NormalWindow]:
        return read_normal(self._container) if self._manifest else []

    def check(self, findings: Findings) -> None:
        counted = {}
        for name in sorted(self._container.sizes):
            if shape := self.shape(name):
                table = TableCheck(name, self._manifest)
                for header, rows in self.rows(name):
                    table.feed(header, rows)
                    self._learn(findings, shape, name, dict(zip(header, rows.columns[-len(header) :], strict=True)))
                table.finish()
                counted[name] = table.rows
        if self._manifest:
            compare_totals(self._manifest, totals(counted))

    def _learn(self, findings: Findings, shape: TableShape, name: str, columns: Columns) -> None:
        findings.saw(set(columns["cmdb_id"]))
        if self._manifest is None:
            ticks = MICROSECONDS // UNITS[shape.kinds["timestamp"]]
            times = [round(moment * ticks) for moment in columns["timestamp"]]
            findings.clocks.of("", name.partition("/")[0]).see(times, name)

    def shape(self, name: str) -> TableShape | None:
        """How the file has to look like, if it is a table."""
        if name == LOG:
            return LOGS if self._manifest else ORIGINAL_LOGS
        if name == TRACE:
            return SPANS
        return METRICS if KPI.fullmatch(name) else None

    def _metric_files(self) -> dict[str, str]:
        matches = [KPI.fullmatch(name) for name in self._container.sizes]
        return {match[1]: match[0] for match in matches if match}

    def _read(self, name: str, convert: Callable[[Columns], Columns], wanted: Selection) -> Iterator[Chunk]:
        for columns in self.columns(name):
            times = convert(columns)
            chunk = PythonChunk(times).select(wanted)
            if chunk.rows:
                yield chunk
            if self._manifest and times["timestamp"] and wanted.past(times["timestamp"][-1]):
                return  # the platform writes in order of time, the original does not

    def columns(self, name: str) -> Iterator[dict[str, Sequence[Any]]]:
        """As they stand in the file, without the index of the original."""
        for header, rows in self.rows(name):
            yield dict(zip(header, rows.columns[-len(header) :], strict=True))

    def rows(self, name: str) -> Iterator[tuple[Sequence[str], Rows]]:
        """The names of the columns without that of an index, and the rows block by block."""
        shape = self.shape(name)
        if shape is None:
            raise DatasetError("no table of this format", file=name, hint="raw() reads any file")
        file = CsvFile(self._container, name, shape.kinds)
        header = file.header[1:] if not self._manifest and file.header[0] == "" else file.header
        if tuple(header) != shape.header:
            found, expected = ",".join(file.header)[:300], ",".join(shape.header)
            raise DatasetError(f"columns {found}, expected {expected}", file=name, line=1)
        for rows in file.rows():
            yield header, rows

    def _logs(self, columns: Columns) -> Columns:
        levels, messages = _levels_and_messages(columns["message"])
        return {
            "timestamp": [round(moment * MICROSECONDS) for moment in columns["timestamp"]],
            "service": list(map(self._service.__getitem__, columns["cmdb_id"])),
            "pod": columns["cmdb_id"],
            "level": levels,
            "message": messages,
            "log_id": columns["log_id"],
        }

    def _spans(self, columns: Columns) -> Columns:
        return {
            "timestamp": columns["timestamp"],
            "duration": columns["duration"],
            "trace_id": columns["trace_id"],
            "span_id": columns["span_id"],
            "parent_span_id": [parent or None for parent in columns["parent_span"]],
            "service": list(map(self._service.__getitem__, columns["cmdb_id"])),
            "pod": columns["cmdb_id"],
            "operation_name": columns["operation_name"],
            "kind": [SPAN_KINDS.get(each, each) for each in columns["type"]],
            "type": columns["type"],
            "status_code": columns["status_code"],
        }

    def _metric_converter(self, path: str, metric: str) -> Callable[[Columns], Columns]:
        parse = SERIES[path.split("/")[1]]
        series = Lookup(lambda names: parse(names[0], names[1], self._known))

        def convert(columns: Columns) -> Columns:
            found = list(map(series.__getitem__, zip(columns["cmdb_id"], columns["kpi_name"], strict=True)))
            return {
                "timestamp": [second * MICROSECONDS for second in columns["timestamp"]],
                "service": [each.service for each in found],
                "pod": [each.pod for each in found],
                "metric": [metric] * len(found),
                "labels": [each.labels for each in found],
                "value": columns["value"],
            }

        return convert


def _levels_and_messages(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """`severity:<level>,message:<message>`; some lines of the original have no level."""
    levels, messages = [], []
    for text in texts:
        head, found, message = text.partition(MESSAGE)
        known = bool(found) and head.startswith(LEVEL)
        levels.append(head.removeprefix(LEVEL).upper() if known else "")
        messages.append(message if known else text)
    return levels, messages
