"""The rcaeval format, and RCAEval's own folders: one case per injection."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from microservo_sdk.chunks import As, Chunk, PythonChunk, stacked
from microservo_sdk.container import Container
from microservo_sdk.contents import INJECT_TIME, is_inject_time
from microservo_sdk.csvfile import CsvFile, Kind
from microservo_sdk.documents import Node, read_json, read_text
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import Findings, refuse_outside
from microservo_sdk.formats.bare import BareLayout
from microservo_sdk.labels import INJECTIONS, MICROSECONDS, read_injections
from microservo_sdk.layout import Table
from microservo_sdk.manifest import Manifest, compare_totals
from microservo_sdk.model import Injection
from microservo_sdk.moments import is_possible, text_of
from microservo_sdk.naming import Lookup
from microservo_sdk.selection import Selection

CASES: Final = "cases.json"
WIDE: Final = ("data.csv", "simple_metrics.csv", "metrics.csv")  # the first of these that a case has
FILES: Final[Mapping[Table, str]] = {"logs": "logs.csv", "spans": "traces.csv"}
KINDS: Final[Mapping[str, Kind]] = {
    "timestamp": "nanoseconds",
    "startTime": "microseconds",
    "startTimeMillis": "milliseconds",
    "duration": "integer",
}
TIME: Final = "time"
_FOLDER: Final = re.compile(r"(?:.*/)?(?:re[123](?:ob|ss|tt)_)?(?P<service>[^/]+?)_(?P<fault>[^/_]+)[/_](?P<n>[0-9]+)")
# RCAEval's metrics, which tell where the name of a service ends that has an underscore of its own.
_KNOWN: Final = re.compile(
    r"(?P<service>.+?)_(?P<metric>cpu|mem|disk|diskio|socket|workload|load|lod|error|err|(?:lat|latency)(?:[-_]?[0-9]+)?)"
)
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Case:
    """One injection, or several that were ordered as one, with the telemetry around it."""

    name: str  # its folder
    service: str  # that was hurt; several are joined by "+"
    fault: str
    repetition: int
    inject_time: int  # microseconds since 1970
    injection_id: str  # "" when the dataset does not tell
    injection_ids: Sequence[str]  # of all that were ordered as one, causes and those that followed; empty as above
    layout: "RcaevalLayout"

    def path(self, file: str) -> str:
        """A case may be a dataset of its own, without a folder."""
        return f"{self.name}/{file}" if self.name else file

    def data(self, as_: As = "pandas") -> Any:
        """The metrics, one column per service and metric as in the file; `time` in seconds since 1970."""
        return stacked((PythonChunk(columns) for columns in self.layout.wide(self)), as_)

    def logs(self, as_: As = "pandas") -> Any:
        return stacked(self.layout.table(self, "logs"), as_)

    def spans(self, as_: As = "pandas") -> Any:
        return stacked(self.layout.table(self, "spans"), as_)


class WideKinds(dict[str, Kind]):
    """All columns but the time are measurements, which may be missing."""

    def get(self, column: str, default: Any = None) -> Kind:
        return "seconds" if column == TIME else "optional"


class RcaevalLayout(BareLayout):
    def __init__(self, container: Container, manifest: Manifest | None) -> None:
        self._container = container
        self._manifest = manifest

    def cases(self) -> list[Case]:
        told = self._told()
        folders = [name[: -len(INJECT_TIME)] for name in self._container.sizes if is_inject_time(name)]
        return [self._case(folder.rstrip("/"), told) for folder in sorted(folders)]

    def chunks(self, table: Table, wanted: Selection) -> Iterator[Chunk]:
        """Case by case, whose times may overlap: the column `case` tells them apart."""
        for case in self.cases():
            for chunk in self._chunks(case, table):
                chosen = PythonChunk({**chunk.columns, "case": [case.name] * chunk.rows}).select(wanted)
                if chosen.rows:
                    yield chosen

    def metric_chunks(self, names: Sequence[str] | None, wanted: Selection) -> Iterator[Chunk]:
        for unknown in set(names or ()) - set(self.metric_names()):
            raise DatasetError(f"no metric {unknown!r}", file=WIDE[0], hint="metric_names() lists them")
        for case in self.cases():
            for columns in self.wide(case):
                for chunk in _long(columns, case, names):
                    if (chosen := chunk.select(wanted)).rows:
                        yield chosen

    def metric_names(self) -> list[str]:
        headers = [self._wide_file(case).header for case in self.cases()]
        return sorted({_split(column)[1] for header in headers for column in header if _is_metric(column)})

    def injections(self) -> list[Injection]:
        if INJECTIONS in self._container.sizes:
            return read_injections(self._container)
        return [Injection(case.name, case.fault, (case.service,), (), case.inject_time, None) for case in self.cases()]

    def check(self, findings: Findings) -> None:
        counted: Counter[str] = Counter()
        for case in self.cases():
            wide = self._wide_file(case)
            times = (columns[TIME] for columns in self.wide(case))
            in_microseconds = ([second * MICROSECONDS for second in seconds] for seconds in times)
            self._check_table(case, "metrics", wide.name, in_microseconds, findings)
            for table, name in FILES.items():
                of_rows = self._times(case, table, findings)
                counted[table] += self._check_table(case, table, case.path(name), of_rows, findings)
            if not self._manifest:
                _judge(case, wide.header, findings)
        if self._manifest:
            compare_totals(self._manifest, counted)

    def _times(self, case: Case, table: Table, findings: Findings) -> Iterator[Sequence[int]]:
        for chunk in self._chunks(case, table):
            findings.saw({*chunk.columns["service"], *chunk.columns["pod"]})
            yield chunk.columns["timestamp"]

    def _check_table(
        self, case: Case, table: str, name: str, blocks: Iterator[Sequence[int]], findings: Findings
    ) -> int:
        """`blocks` are the times of its rows, whose number is returned."""
        clock = findings.clocks.of(case.name, table)
        count = 0
        for times in blocks:
            count += len(times)
            if not self._manifest:
                clock.see(times, name)
            elif times:
                refuse_outside(min(times), max(times), self._manifest.window, file=name)
        self._compare(name, count)
        return count

    def _compare(self, name: str, rows: int) -> None:
        told = self._manifest.files[name].rows if self._manifest and name in self._manifest.files else None
        if told is not None and told != rows:
            raise DatasetError(f"{rows} rows, {told} in dataset.json", file=name)

    def table(self, case: Case, table: Table) -> Iterator[Chunk]:
        """At least one chunk: without the file, or rows in it, one without columns."""
        chunks = iter(self._chunks(case, table))
        yield next(chunks, PythonChunk({}))
        yield from chunks

    def wide(self, case: Case) -> Iterator[dict[str, Sequence[Any]]]:
        file = self._wide_file(case)
        for rows in file.rows():
            columns = dict(zip(file.header, rows.columns, strict=True))
            yield {**columns, TIME: list(map(int, columns[TIME]))}

    def _wide_file(self, case: Case) -> CsvFile:
        name = next((name for each in WIDE if (name := case.path(each)) in self._container.sizes), "")
        if not name:
            raise DatasetError(f"missing, or one of {', '.join(WIDE[1:])}", file=case.path(WIDE[0]))
        file = CsvFile(self._container, name, WideKinds())
        if TIME not in file.header:
            raise DatasetError(f"no column {TIME!r}", file=name, line=1)
        return file

    def _chunks(self, case: Case, table: Table) -> Iterator[PythonChunk]:
        name = case.path(FILES[table])
        if name not in self._container.sizes:
            return  # RCAEval has cases without logs or traces
        file = CsvFile(self._container, name, KINDS)
        convert = _logs if table == "logs" else _spans
        for rows in file.rows():
            columns = dict(zip(file.header, rows.columns, strict=True))
            try:
                yield PythonChunk(convert(columns, rows.count))
            except KeyError as error:
                raise DatasetError(f"no column {error}", file=name, line=1) from error

    def _told(self) -> dict[str, Node]:
        if CASES not in self._container.sizes:
            return {}
        return {
            node.get("folder").text(): node
            for node in Node(read_json(self._container, CASES), CASES).get("cases").items()
        }

    def _case(self, folder: str, told: Mapping[str, Node]) -> Case:
        name = f"{folder}/{INJECT_TIME}" if folder else INJECT_TIME
        first = read_text(self._container, name).partition("\n")[0].strip()
        if not re.fullmatch(r"[0-9]{1,12}", first) or not is_possible(int(first), "seconds"):
            raise DatasetError(f"expected whole seconds since 1970, found {first[:80]!r}", file=name, line=1)
        match = _FOLDER.fullmatch(folder)
        node = told.get(folder)
        return Case(
            name=folder,
            service="+".join(each.text() for each in node.get("services").items())
            if node
            else _group(match, "service"),
            fault=_fault(node) if node else _group(match, "fault"),
            repetition=int(_group(match, "n") or 0),
            inject_time=int(first) * MICROSECONDS,
            injection_id=node.get("injection").text() if node else "",
            injection_ids=_ids(node) if node else (),
            layout=self,
        )


def _ids(node: Node) -> Sequence[str]:
    """Datasets of older versions have one injection a case."""
    listed = node.find("injections", [{"injection": node.get("injection").text()}])
    return tuple(each.get("injection").text() for each in listed.items())


def _fault(node: Node) -> str:
    """Kinds of the causes, joined by "+"."""
    listed = node.find("injections", []).items()
    least = min((each.get("after_s").number() for each in listed), default=0)
    kinds = {each.get("kind").text() for each in listed if each.get("after_s").number() == least}
    return "+".join(sorted(kinds)) or node.get("kind").text()


def _judge(case: Case, header: Sequence[str], findings: Findings) -> None:
    """Whether the fault of a foreign case is one of its own rows and services."""
    window = findings.clocks.window(case.name)
    if window is None:
        findings.warn("there are no rows in this case", file=case.path(WIDE[0]))
    elif not window.start <= case.inject_time < window.end:
        findings.warn(
            f"its fault, at {text_of(case.inject_time)}, lies outside of the case, whose rows are "
            f"from {text_of(window.start)} to {text_of(window.end)}: one of the clocks is wrong",
            file=case.path(INJECT_TIME),
        )
    services = {_split(column)[0] for column in header if _is_metric(column)}
    if case.service and case.service not in services:
        findings.warn(f"no column is of {case.service!r}, the service that its folder names", file=case.path(WIDE[0]))


def _group(match: re.Match[str] | None, group: str) -> str:
    return match[group] if match else ""


def _is_metric(column: str) -> bool:
    return "_" in column


def _split(column: str) -> tuple[str, str]:
    """Service and metric: `front-end_lat_90` is lat_90 of front-end."""
    if match := _KNOWN.fullmatch(column):
        return match["service"], match["metric"]
    service, _, metric = column.partition("_")  # as RCAEval's evaluation does it
    return service, metric


def _long(columns: Mapping[str, Sequence[Any]], case: Case, names: Sequence[str] | None) -> Iterator[PythonChunk]:
    """A chunk per column, without the times at which it has no value."""
    for column, values in columns.items():
        service, metric = _split(column)
        if not _is_metric(column) or (names is not None and metric not in names):
            continue
        known = [
            (time * MICROSECONDS, value) for time, value in zip(columns[TIME], values, strict=True) if not isnan(value)
        ]
        count = len(known)
        yield PythonChunk(
            {
                "timestamp": [time for time, _ in known],
                "service": [service] * count,
                "pod": [""] * count,
                "metric": [metric] * count,
                "labels": [""] * count,
                "value": [value for _, value in known],
                "case": [case.name] * count,
            }
        )


def _logs(columns: Mapping[str, Sequence[Any]], count: int) -> dict[str, Sequence[Any]]:
    return {
        "timestamp": [nanoseconds // 1000 for nanoseconds in columns["timestamp"]],
        "service": columns["container_name"],
        "pod": columns.get("pod", [""] * count),
        "level": [level.upper() for level in columns["level"]],
        "message": columns["message"],
    }


def _spans(columns: Mapping[str, Sequence[Any]], count: int) -> dict[str, Sequence[Any]]:
    return {
        "timestamp": columns["startTime"],
        "duration": columns["duration"],
        "trace_id": columns["traceID"],
        "span_id": columns["spanID"],
        "parent_span_id": [parent or None for parent in columns["parentSpanID"]],
        "service": columns["serviceName"],
        "pod": columns.get("pod", [""] * count),
        "operation_name": columns["operationName"],
        "kind": columns.get("kind", [""] * count),
        "status_code": list(map(Lookup(_status).__getitem__, columns["statusCode"])),
    }


def _status(text: str) -> int:
    """RCAEval's own datasets leave it empty, or write it as a float."""
    whole = text.removesuffix(".0")
    return int(whole) if re.fullmatch(r"[0-9]{1,9}", whole) else UNKNOWN
