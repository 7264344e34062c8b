"""OpenRCA's answers and questions: record.csv, one row a failure, and query.csv, tasks about them.

Only text and numbers; what is asked about which failure follows from the injection's id and the seed, not from chance.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from dataset_builder.formats.openrca_ranges import Draw, Range, Ranges
from dataset_builder.formats.openrca_score import Scored, most_frequent, score, summary
from dataset_builder.labels import MICROSECONDS, Injection

RECORD_COLUMNS: Final = ("level", "component", "timestamp", "datetime", "reason")
QUERY_COLUMNS: Final = ("task_index", "instruction", "scoring_points")
TASK_COLUMNS: Final = ("task_index", "instruction")

# OpenRCA's reasons (Market) for the same faults; other kinds keep their own name.
REASONS: Final = {
    "cpu-stress": "container CPU load",
    "memory-stress": "container memory load",
    "network-delay": "container network latency",
    "network-loss": "container packet loss",
    "network-corrupt": "container network packet corruption",
    "pod-kill": "container process termination",
    "pod-failure": "container process termination",
    "container-kill": "container process termination",
}

TIME: Final = "occurrence datetime"
COMPONENT: Final = "component"
REASON: Final = "reason"
# What each of OpenRCA's seven tasks asks for, in the order of its scoring points.
TASKS: Final = {
    "task_1": (TIME,),
    "task_2": (REASON,),
    "task_3": (COMPONENT,),
    "task_4": (TIME, REASON),
    "task_5": (TIME, COMPONENT),
    "task_6": (COMPONENT, REASON),
    "task_7": (TIME, COMPONENT, REASON),
}
_POINTS: Final = {
    TIME: "The {which} root cause occurrence time is within 1 minutes (i.e., <=1min) of {answer}",
    COMPONENT: "The {which} predicted root cause component is {answer}",
    REASON: "The {which} predicted root cause reason is {answer}",
}


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    timestamp: int  # UTC seconds
    component: str  # a pod, or a service all of whose pods were hurt
    level: str  # pod or service
    reason: str
    injection_id: str

    @property
    def datetime(self) -> str:
        return utc(self.timestamp)

    def answer(self, asked: str) -> str:
        return {TIME: self.datetime, COMPONENT: self.component, REASON: self.reason}[asked]


@dataclass(frozen=True, slots=True)
class Task:
    """One of the seven that OpenRCA has, about all failures of a time range."""

    index: str
    around: Range
    failures: Sequence[Failure]

    @property
    def instruction(self) -> str:
        return _instruction(self.around.start, self.around.end, len(self.failures), TASKS[self.index])

    @property
    def scoring_points(self) -> str:
        return _scoring_points(self.failures, TASKS[self.index])


def failures(injection: Injection, pods_of: Callable[[str], set[str]]) -> list[Failure]:
    """`pods_of` gives the pods of a service that ran when the fault began."""
    hurt = [(label.start, label) for label in injection.pods if label.start is not None]
    reason = REASONS.get(injection.kind, injection.kind)
    rows = []
    for service in sorted({label.service for _, label in hurt}):
        starts = {label.pod: start // MICROSECONDS for start, label in hurt if label.service == service}
        ran = pods_of(service)
        if ran and ran <= set(starts):
            rows.append(Failure(min(starts.values()), service, "service", reason, injection.injection_id))
            continue
        rows += [Failure(start, pod, "pod", reason, injection.injection_id) for pod, start in starts.items()]
    return rows


def record_csv(rows: Sequence[Failure]) -> bytes:
    return _csv(RECORD_COLUMNS, ([row.level, row.component, row.timestamp, row.datetime, row.reason] for row in rows))


def query_csv(tasks: Sequence[Task], *, answers: bool = True) -> bytes:
    """Without answers there is nothing to withhold."""
    columns = QUERY_COLUMNS if answers else TASK_COLUMNS
    rows = ((each.index, each.instruction, each.scoring_points) for each in tasks)
    return _csv(columns, (row[: len(columns)] for row in rows))


def tasks_about(rows: Sequence[Failure], *, start: int, end: int, seed: int) -> list[Task]:
    """At most one for each failure, in the order of record.csv; `start` and `end` of the telemetry, UTC seconds.

    No two tasks ask the same about the same failures. Of a failure about which all has been asked there is none.
    """
    ranges = Ranges([row.timestamp for row in rows], start, end)
    asked: set[tuple[range, str]] = set()
    found = []
    for place, row in enumerate(rows):
        draw = Draw(seed, f"{row.injection_id}/{row.component}")
        options = ((index, _range_for(index, ranges, place, draw)) for index in sorted(TASKS, key=draw.word))
        for index, around in options:
            if around is not None and (around.inside, index) not in asked:
                asked.add((around.inside, index))
                found.append(Task(index, around, [rows[each] for each in around.inside]))
                break
    return found


def constant_baseline(tasks: Sequence[Task], rows: Sequence[Failure]) -> dict[str, Any]:
    """What answering always the middle of the range, and the most frequent component and reason, scores."""
    component = most_frequent(row.component for row in rows)
    reason = most_frequent(row.reason for row in rows)
    scored = []
    for task in tasks:
        answer = {TIME: utc(task.around.middle), COMPONENT: component, REASON: reason}
        scored.append(Scored(task.index, score([answer] * len(task.failures), task.scoring_points)))
    return summary(scored)


def utc(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _range_for(index: str, ranges: Ranges, place: int, draw: Draw) -> Range | None:
    return ranges.timed(place, draw) if TIME in TASKS[index] else ranges.any(place, draw)


def _instruction(start: int, end: int, count: int, asked: Sequence[str]) -> str:
    failed = "one failure was" if count == 1 else f"{count} failures were"
    wanted = [f"the root cause {each}" for each in asked]
    listed = " and ".join([", ".join(wanted[:-1]), wanted[-1]] if len(wanted) > 1 else wanted)
    whose = "the failure" if count == 1 else "each failure, in the order of time"
    return (
        f"Between {utc(start)} and {utc(end)} (UTC), {failed} observed in the system. "
        f"What caused it is unknown. Find {listed} of {whose}."
    )


def _scoring_points(inside: Sequence[Failure], asked: Sequence[str]) -> str:
    lines = []
    for number, failure in enumerate(inside, 1):
        which = "only" if len(inside) == 1 else f"{number}-th"
        lines += [_POINTS[each].format(which=which, answer=failure.answer(each)) for each in asked]
    return "\n".join(lines) + "\n"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
