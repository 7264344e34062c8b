"""How OpenRCA's evaluation scores an answer, and what answering always the same scores on the tasks of a dataset."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

TIME_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
NEAR_S: Final = 60
# What is asked for, and the lines of scoring points that have its answers.
POINTS: Final[Mapping[str, re.Pattern[str]]] = {
    "occurrence datetime": re.compile(
        r"The (?:\d+-th|only) root cause occurrence time is within 1 minutes \(i\.e\., <=1min\) of ([^\n]+)"
    ),
    "component": re.compile(r"The (?:\d+-th|only) predicted root cause component is ([^\n]+)"),
    "reason": re.compile(r"The (?:\d+-th|only) predicted root cause reason is ([^\n]+)"),
}

Answer = Mapping[str, str]  # of one failure: by the keys of POINTS


@dataclass(frozen=True, slots=True)
class Scored:
    task: str
    score: float


def score(answers: Sequence[Answer], scoring_points: str) -> float:
    """From 0 to 1: the share of points in the best order of the answers; 0 for another number of failures."""
    asked = {name: found for name, pattern in POINTS.items() if (found := pattern.findall(scoring_points))}
    if len(answers) != max(map(len, asked.values()), default=0):
        return 0.0
    # Of answers that are all the same there is but one order.
    orders = itertools.permutations(answers) if any(each != answers[0] for each in answers) else [tuple(answers)]
    best = max(_hits(order, asked) for order in orders)
    return round(best / sum(map(len, asked.values())), 2)


def summary(scored: Iterable[Scored]) -> dict[str, Any]:
    """As the manifest has it: how many are right in all they were asked for, and the mean score."""
    by_task: dict[str, list[float]] = {}
    for each in scored:
        by_task.setdefault(each.task, []).append(each.score)
    everything = [value for values in by_task.values() for value in values]
    return {**_line(everything), "by_task": {task: _line(values) for task, values in sorted(by_task.items())}}


def most_frequent(values: Iterable[str]) -> str:
    """Of several the first by the alphabet; "" of none."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value), default="")


def _hits(order: Sequence[Answer], asked: Mapping[str, Sequence[str]]) -> int:
    return sum(
        _is_right(name, answer.get(name, ""), right)
        for name, rights in asked.items()
        for answer, right in zip(order, rights, strict=False)
    )


def _is_right(name: str, answer: str, right: str) -> bool:
    if name != "occurrence datetime":
        return answer == right
    try:
        apart = _moment(answer) - _moment(right)
    except ValueError:
        return False
    return abs(apart.total_seconds()) <= NEAR_S


def _moment(text: str) -> datetime:
    return datetime.strptime(text, TIME_FORMAT)  # noqa: DTZ007 - both sides are in the same zone


def _line(scores: Sequence[float]) -> dict[str, Any]:
    mean = round(sum(scores) / len(scores), 4) if scores else None
    return {"tasks": len(scores), "correct": sum(value == 1 for value in scores), "mean_score": mean}
