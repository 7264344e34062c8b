"""OpenRCA's answers and questions: record.csv, one row a failure, and query.csv, one task about each.

Only text and numbers; what is asked about which failure follows from the injection's id, not from chance.
"""

import csv
import hashlib
import io
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dataset_builder.labels import MICROSECONDS, Injection

RECORD_COLUMNS: Final = ("level", "component", "timestamp", "datetime", "reason")
QUERY_COLUMNS: Final = ("task_index", "instruction", "scoring_points")
TASK_COLUMNS: Final = ("task_index", "instruction")
# The evaluation tries every order of the answers, so a task asks about few: the time range shrinks until it does.
RANGES_MIN: Final = (30, 15, 10, 5, 2, 1)
FAILURES_AT_MOST: Final = 3

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


def query_csv(rows: Sequence[Failure], *, answers: bool = True) -> bytes:
    """A task for each failure, in the order of record.csv; without answers there is nothing to withhold."""
    tasks = [_task(row, rows) for row in rows]
    columns = QUERY_COLUMNS if answers else TASK_COLUMNS
    return _csv(columns, (task[: len(columns)] for task in tasks))


def time_range(failure: Failure, rows: Sequence[Failure]) -> tuple[int, int, list[Failure]]:
    """[start, end) in UTC seconds on whole multiples of its length, and all failures in it; `rows` are sorted."""
    for minutes in RANGES_MIN:
        start = failure.timestamp - failure.timestamp % (60 * minutes)
        first, last = (bisect_left(rows, moment, key=_moment) for moment in (start, start + 60 * minutes))
        inside = list(rows[first:last])
        if len(inside) <= FAILURES_AT_MOST:
            break
    return start, start + 60 * minutes, inside


def _moment(failure: Failure) -> int:
    return failure.timestamp


def utc(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _task(failure: Failure, rows: Sequence[Failure]) -> tuple[str, str, str]:
    start, end, inside = time_range(failure, rows)
    index = _choice(failure)
    return index, _instruction(start, end, len(inside), TASKS[index]), _scoring_points(inside, TASKS[index])


def _choice(failure: Failure) -> str:
    key = f"{failure.injection_id}/{failure.component}".encode()
    return list(TASKS)[int.from_bytes(hashlib.sha256(key).digest()[:8]) % len(TASKS)]


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
