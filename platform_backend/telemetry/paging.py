"""The bounds of queries; the same for every adapter."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from common.errors import UserError, said
from telemetry.ports import AroundQuery
from telemetry.records import Window

MAX_LIMIT: Final = 1000
MAX_AROUND: Final = 500
LONGEST_REGEX: Final = 200
# Prometheus refuses more points per series; so do we everywhere, and no chart could show them.
MAX_POINTS: Final = 11_000


def check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise UserError(
            said("page.limit", "limit is {limit}; choose 1 to {max_limit}", limit=limit, max_limit=MAX_LIMIT),
            fields={"limit": [f"must be 1 to {MAX_LIMIT}"]},
        )


def check_around(query: AroundQuery) -> None:
    for name in ("before", "after"):
        value = getattr(query, name)
        if not 0 <= value <= MAX_AROUND:
            raise UserError(
                said("page.around", "{name} is {value}; choose 0 to {most}", name=name, value=value, most=MAX_AROUND),
                fields={name: [f"must be 0 to {MAX_AROUND}"]},
            )


def longest_of(limit: int) -> int:
    """How many of so many points are the longest ones."""
    return -(-limit // 4)


def check_step(window: Window, step: int) -> None:
    """`step` in microseconds must cut the window into at most MAX_POINTS."""
    if step <= 0:
        raise UserError(
            said("step.not_positive", "step is {step} µs; it must be positive", step=step),
            fields={"step": ["must be positive"]},
        )
    points = -(-(window.end - window.start) // step)
    if points > MAX_POINTS:
        message = f"a step of {step / 1e6:g} s makes {points} points per series, more than {MAX_POINTS}"
        raise UserError(
            said("step.too_small", "{message}; choose a larger step or a shorter window", message=message),
            fields={"step": ["too small"]},
        )


def check_regex(pattern: str) -> None:
    """It must be one of RE2, which pyarrow has too; that has neither lookaround nor references to groups."""
    if len(pattern) > LONGEST_REGEX:
        problem = f"it has {len(pattern)} characters, and {LONGEST_REGEX} are the most"
    else:
        problem = _regex_problem(pattern)
    if problem:
        raise UserError(
            said("regex.invalid", "regex is not a regular expression that can be used: {problem}", problem=problem),
            fields={"regex": [problem]},
        )


def _regex_problem(pattern: str) -> str:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        return str(error).removeprefix("Invalid regular expression: ")
    return ""


def by_key(labels: Sequence[str]) -> list[list[str]]:
    """The choices of "key=value" that each key has."""
    found: dict[str, list[str]] = {}
    for pair in labels:
        found.setdefault(pair.partition("=")[0], []).append(pair)
    return list(found.values())
