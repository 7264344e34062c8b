"""Finds tells: what in telemetry gives one kind of fault away, though it is nothing that the fault does.

A feature is a word or a template of log lines, a status of spans, a label or a series of metrics, or a level that a
gauge has. Of each it is known in which seconds it was there. It tells a kind when nearly all of these seconds lie in
faults of that kind. What a fault must show by its mechanism is no tell (`own`), nor are words that the system may say
at any time (`vocabulary`).

Reads what a live shop recorded (`read`), so that a test, a benchmark or a hand at a keyboard can ask.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from typing import Any, Final

from telemetry_store.reader import StoreReader
from telemetry_store.schemas import TABLES

SECOND: Final = 1_000_000
# A fault is still seen a little after its end: samples come each second, and callers have deadlines.
AFTERMATH_S: Final = 3
PRECISION: Final = 0.9
# That any feature lies in some kind's seconds alone by chance.
CHANCE: Final = 0.001

WORD: Final = re.compile(r"[A-Za-z][A-Za-z_]{2,}")
# Ids, numbers, addresses: other ones each time.
VALUE: Final = re.compile(r"[\w.@:-]*\d[\w.@:-]*")
KINDS_OF_TEXT: Final = ("word", "template")  # what such a feature begins with
GAUGES: Final = ("container_threads", "container_sockets")
COUNTED: Final = ("reporter", "request_protocol", "response_code", "grpc_response_status")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is labelled; seconds of the epoch."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Tell:
    kind: str
    feature: str
    precision: float
    seconds: int

    def __str__(self) -> str:
        return f"{self.kind}: {self.feature} ({self.precision:.2f} of {self.seconds} s)"


@dataclass(slots=True)
class Recording:
    start: float
    end: float
    logs: Sequence[Row] = ()
    spans: Sequence[Row] = ()
    samples: Sequence[Row] = ()
    features: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def scan(self) -> Mapping[str, set[int]]:
        if not self.features:
            for feature, second in (*_of_logs(self.logs), *_of_spans(self.spans), *_of_samples(self.samples)):
                if self.start <= second < self.end:
                    self.features[feature].add(second)
        return self.features


def read(folder: Path, start: float, end: float) -> Recording:
    """What the store in `folder` has of [start, end)."""
    reader = StoreReader(folder)
    try:
        first, last = int(start * SECOND), int(end * SECOND)
        logs, spans, samples = (
            [row for batch in reader.batches(table, first, last) for row in batch.to_pylist()] for table in TABLES
        )
    finally:
        reader.close()
    return Recording(start, end, logs, spans, samples)


def tells(recording: Recording, happenings: Sequence[Happening], aftermath_s: int = AFTERMATH_S) -> list[Tell]:
    """Of each kind: of all that happened of it together, and of each alone."""
    features, found = recording.scan(), {}
    together = [[each for each in happenings if each.kind == kind] for kind in {each.kind for each in happenings}]
    groups = [*([each] for each in happenings), *together]
    for group in groups:
        inside = _seconds(group, aftermath_s)
        fraction = len(inside) / (recording.end - recording.start)
        least = log(CHANCE / (len(features) * len(groups))) / log(fraction)
        for feature, seen in features.items():
            both, share = len(seen & inside), len(seen & inside) / len(seen)
            if both >= least and share > PRECISION:
                found[group[0].kind, feature] = Tell(group[0].kind, feature, share, len(seen))
    return [found[key] for key in sorted(found)]


def unexplained(
    found: Iterable[Tell], own: Mapping[str, Sequence[str]], vocabulary: AbstractSet[str] = frozenset()
) -> list[Tell]:
    """But for what is the kind's own: regular expressions that the whole feature matches."""
    return [
        tell
        for tell in found
        if not any(re.fullmatch(pattern, tell.feature) for pattern in own.get(tell.kind, ()))
        and not (
            tell.feature.startswith(("word ", "template ")) and words(tell.feature) <= {*vocabulary, *KINDS_OF_TEXT}
        )
    ]


def words(text: str) -> set[str]:
    return {found.lower() for found in WORD.findall(VALUE.sub("*", text))}


def _seconds(happenings: Iterable[Happening], aftermath_s: int) -> set[int]:
    return {second for each in happenings for second in range(int(each.start), int(each.end + aftermath_s) + 1)}


def _of_logs(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    for row in rows:
        second = row["timestamp"] // SECOND
        yield f"level {row['level']}", second
        yield f"template {row['service']}: {VALUE.sub('*', row['message'])}", second
        yield from ((f"word {word}", second) for word in words(row["message"]))


def _of_spans(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    for row in rows:
        # What was on its way belongs to the second in which it ended too: a fault may have begun meanwhile.
        for moment in {row["timestamp"], row["timestamp"] + row["duration"]}:
            yield f"span {row['kind']} {row['type']} {row['status_code']}", moment // SECOND


def _of_samples(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """Names and labels, which are there or not; what the mesh counts; and levels of gauges, by pod."""
    last: dict[tuple[str, str], float] = {}
    for row in sorted(rows, key=lambda row: row["timestamp"]):
        second, metric = row["timestamp"] // SECOND, row["metric"]
        yield f"metric {metric}", second
        if metric in GAUGES:
            yield f"level {metric} of {row['pod']}: {row['value']:.0f}", second
        if metric == "istio_requests_total":
            series = (row["pod"], row["labels"])
            before, last[series] = last.get(series, 0.0), row["value"]
            if row["value"] > before:
                yield f"mesh {_counted(row['labels'])}", second


def _counted(labels: str) -> str:
    fields = dict(part.partition("=")[::2] for part in labels.split(","))
    return " ".join(f"{name}={fields[name]}" for name in COUNTED if name in fields)
