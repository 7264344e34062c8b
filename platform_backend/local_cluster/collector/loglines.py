"""Lines of a pod's output to log rows: JSON objects as our services write them, and whatever else comes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

LEVELS: Final = {
    "TRACE": "DEBUG",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "NOTICE": "INFO",
    "WARN": "WARNING",
    "WARNING": "WARNING",
    "ERROR": "ERROR",
    "CRITICAL": "CRITICAL",
    "FATAL": "CRITICAL",
}
RECORD: Final = '{"timestamp": '  # how a record of our services begins
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
TRACEBACK: Final = "Traceback (most recent call last):"
# Beyond this a traceback is cut in two rather than kept waiting.
TRACEBACK_LINES: Final = 500


@dataclass(frozen=True, slots=True)
class Line:
    timestamp: int
    level: str
    message: str
    trace_id: str | None = None
    span_id: str | None = None


def parse_lines(lines: Sequence[bytes], now_us: int) -> tuple[list[Line], int]:
    """Rows, and how many of the last lines are an unfinished traceback (they are not in the rows)."""
    rows: list[Line] = []
    index = 0
    while index < len(lines):
        text = lines[index].lstrip(b"\0").rstrip().decode("utf-8", "replace")
        if text.startswith(TRACEBACK):
            end = traceback_end(lines, index)
            if end is None:
                return rows, len(lines) - index
            rows.append(joined(lines[index:end], now_us))
            index = end
            continue
        if text:
            rows.append(_json_line(text, now_us) or _after_torn(text, now_us) or Line(now_us, "INFO", text))
        index += 1
    return rows, 0


def traceback_end(lines: Sequence[bytes], start: int) -> int | None:
    """Index after the exception's own line, the first that is not indented; None when it has not come yet."""
    for index in range(start + 1, min(len(lines), start + TRACEBACK_LINES)):
        if lines[index].strip() and not lines[index].startswith((b" ", b"\t")):
            return index + 1
    return start + TRACEBACK_LINES if len(lines) >= start + TRACEBACK_LINES else None


def joined(lines: Sequence[bytes], now_us: int) -> Line:
    """A traceback as one row."""
    text = b"\n".join(line.rstrip() for line in lines).lstrip(b"\0").decode("utf-8", "replace")
    return Line(now_us, "ERROR", text)


def _json_line(text: str, now_us: int) -> Line | None:
    if not text.startswith("{"):
        return None
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    message = fields.get("message")
    if not isinstance(message, str):
        return None
    level = LEVELS.get(str(fields.get("severity", "INFO")).upper(), "INFO")
    timestamp = _microseconds(fields.get("timestamp"), now_us)
    return Line(timestamp, level, _clean(message), _hex_id(fields.get("trace_id")), _hex_id(fields.get("span_id")))


def _after_torn(text: str, now_us: int) -> Line | None:
    """The whole record after the beginning of one that found no room on the disk, which is dropped.

    Inside of a record the mark could not stand: there its quotes are escaped.
    """
    start = text.rfind(RECORD)
    return _json_line(text[start:], now_us) if start > 0 else None


def _clean(text: str) -> str:
    """JSON may escape half of a surrogate pair, which is no text and can't be stored."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _hex_id(value: Any) -> str | None:
    return value if value and isinstance(value, str) and value.isascii() else None


def _microseconds(text: Any, now_us: int) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return now_us
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND
