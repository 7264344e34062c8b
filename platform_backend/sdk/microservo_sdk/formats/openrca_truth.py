"""record.csv against injections.json, and the answers of query.csv against record.csv."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from microservo_sdk.container import Container
from microservo_sdk.csvfile import CsvFile, Kind
from microservo_sdk.errors import DatasetError
from microservo_sdk.labels import INJECTIONS
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Injection
from microservo_sdk.moments import MICROSECONDS
from microservo_sdk.tolerance import TRUTH, Tolerance, tolerance_of

RECORD: Final = "record.csv"
QUERY: Final = "query.csv"
# OpenRCA's names of the platform's kinds of faults; others keep their own.
REASONS: Final[Mapping[str, str]] = {
    "cpu-stress": "container CPU load",
    "memory-stress": "container memory load",
    "network-delay": "container network latency",
    "network-loss": "container packet loss",
    "network-corrupt": "container network packet corruption",
    "pod-kill": "container process termination",
    "pod-failure": "container process termination",
    "container-kill": "container process termination",
}
_COLUMNS: Final = ("component", "timestamp", "datetime", "reason")
_KINDS: Final[Mapping[str, Kind]] = {"timestamp": "whole seconds"}
# The lines of scoring points, as OpenRCA's evaluation reads them, and the column that has their answer.
_POINTS: Final[Mapping[str, re.Pattern[str]]] = {
    "component": re.compile(r"predicted root cause component is ([^\n]+)"),
    "reason": re.compile(r"predicted root cause reason is ([^\n]+)"),
    "datetime": re.compile(r"root cause occurrence time is within 1 minutes \(i\.e\., <=1min\) of ([^\n]+)"),
}


def check_answers(container: Container, manifest: Manifest, injections: Sequence[Injection]) -> None:
    """Raise DatasetError for the first row that no label bears out, or injection without a row."""
    truth, tolerance = _Truth(injections), tolerance_of(manifest)
    answers: dict[str, set[str]] = {name: set() for name in _POINTS}
    for line_of, row in _rows(container, RECORD, _COLUMNS):
        problem = truth.problem_of(row, tolerance)
        if problem:
            raise DatasetError(problem, file=RECORD, line=line_of(), hint=TRUTH)
        for name, values in answers.items():
            values.add(row[name])
    for name in truth.unseen(manifest.window.start):
        raise DatasetError(f"injection {name} of {INJECTIONS} is not in it", file=RECORD, hint=TRUTH)
    _check_queries(container, answers)


def _check_queries(container: Container, answers: Mapping[str, set[str]]) -> None:
    for line_of, row in _rows(container, QUERY, ("scoring_points",)):
        for name, pattern in _POINTS.items():
            for answer in pattern.findall(row["scoring_points"]):
                if answer not in answers[name]:
                    raise DatasetError(f"{name} {answer!r} is not in {RECORD}", file=QUERY, line=line_of(), hint=TRUTH)


class _Truth:
    """Starts of labels by what a record says of them, and which injections had a record."""

    def __init__(self, injections: Sequence[Injection]) -> None:
        self._injections = injections
        self._seen: set[str] = set()
        self._starts: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for injection in injections:
            reason = REASONS.get(injection.kind, injection.kind)
            for label in injection.labels:
                if label.start is not None:
                    for component in (label.pod, label.service):
                        self._starts[component, reason].append((label.start, injection.injection_id))
        for starts in self._starts.values():
            starts.sort()

    def problem_of(self, row: Mapping[str, Any], tolerance: Tolerance) -> str:
        second = row["timestamp"]
        starts = self._starts.get((row["component"], row["reason"]), [])
        first, last = (round((second + far) * MICROSECONDS) for far in (-tolerance.seconds, tolerance.seconds))
        near = starts[bisect_left(starts, first, key=_start) : bisect_right(starts, last, key=_start)]
        self._seen.update(name for _, name in near)
        if not near:
            return f"no {row['reason']} of {row['component']!r} at {second} in {INJECTIONS}"
        told = f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}"
        return "" if row["datetime"] == told else f"datetime {row['datetime']!r}, but {second} is {told} UTC"

    def unseen(self, since: int) -> list[str]:
        """Of those that began in the window; of others the telemetry does not have the occurrence."""
        return [
            each.injection_id
            for each in self._injections
            if each.start is not None and each.start >= since and each.injection_id not in self._seen
        ]


def _start(entry: tuple[int, str]) -> int:
    return entry[0]


def _rows(
    container: Container, name: str, columns: Sequence[str]
) -> Iterator[tuple[Callable[[], int], dict[str, Any]]]:
    """With what tells their lines, which takes a while."""
    file = CsvFile(container, name, _KINDS)
    for missing in set(columns) - set(file.header):
        raise DatasetError(f"no column {missing!r}", file=name, line=1)
    for rows in file.rows():
        for index, fields in enumerate(zip(*rows.columns, strict=True)):
            yield partial(rows.line_of, index), dict(zip(file.header, fields, strict=True))
