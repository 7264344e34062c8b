"""Opaque page cursors, and the bounds of queries; the same for every adapter."""

import base64
import json
from typing import Final

from common.errors import UserError
from telemetry.records import Window

MAX_LIMIT: Final = 1000
# Prometheus refuses more points per series; so do we everywhere, and no chart could show them.
MAX_POINTS: Final = 11_000


def encode_cursor(timestamp: int, key: int | str) -> str:
    """Continues after the row with this timestamp and, among rows of the same time, this key."""
    return base64.urlsafe_b64encode(json.dumps([timestamp, key]).encode()).decode().rstrip("=")


def decode_log_cursor(cursor: str) -> tuple[int, int]:
    timestamp, key = _decode(cursor)
    if not isinstance(key, int):
        raise _bad_cursor()
    return timestamp, key


def decode_trace_cursor(cursor: str) -> tuple[int, str]:
    timestamp, key = _decode(cursor)
    if not isinstance(key, str):
        raise _bad_cursor()
    return timestamp, key


def check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise UserError(f"limit is {limit}; choose 1 to {MAX_LIMIT}", fields={"limit": [f"must be 1 to {MAX_LIMIT}"]})


def check_step(window: Window, step: int) -> None:
    """`step` in microseconds must cut the window into at most MAX_POINTS."""
    if step <= 0:
        raise UserError(f"step is {step} µs; it must be positive", fields={"step": ["must be positive"]})
    points = -(-(window.end - window.start) // step)
    if points > MAX_POINTS:
        message = f"a step of {step / 1e6:g} s makes {points} points per series, more than {MAX_POINTS}"
        raise UserError(f"{message}; choose a larger step or a shorter window", fields={"step": ["too small"]})


def _decode(cursor: str) -> tuple[int, object]:
    try:
        decoded = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError:
        raise _bad_cursor() from None
    if not isinstance(decoded, list) or len(decoded) != 2 or not isinstance(decoded[0], int):
        raise _bad_cursor()
    return decoded[0], decoded[1]


def _bad_cursor() -> UserError:
    message = "cursor is not one that this query gave; begin again without it"
    return UserError(message, fields={"cursor": ["not a cursor of this query"]})
