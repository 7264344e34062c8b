"""Lines of a pod's output to log rows: JSON, logfmt and plain records, the store's lines, and whatever else comes.

A record gives its time, level and trace; what is left is its message. A traceback is part of the plain record right
before it; where there is none, it is a row of its own.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    "DBG": "DEBUG",
    "INF": "INFO",
    "WRN": "WARNING",
    "ERR": "ERROR",
}
RECORD: Final = '{"timestamp": '  # how a record of our services begins
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
TRACEBACK: Final = "Traceback (most recent call last):"
LOGFMT: Final = re.compile(r'([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|\S*)(?: |$)')
PLAIN: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?) +\[?([A-Za-z]{3,8})\]?:? +(\S.*)",
    re.DOTALL,
)
PLAIN_IDS: Final = re.compile(r" \{trace_id=([0-9a-f]{32}) span_id=([0-9a-f]{16})\}$")
# As Valkey and Redis write: pid, role, local time, a mark for the level.
STORE: Final = re.compile(r"\d+:[CMSX] (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}) ([.*#-]) (\S.*)")
STORE_LEVELS: Final = {".": "DEBUG", "-": "DEBUG", "*": "INFO", "#": "WARNING"}
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
    follows = False  # the row before is a plain record, which the next line may go on with
    while index < len(lines):
        text = lines[index].lstrip(b"\0").rstrip().decode("utf-8", "replace")
        if text.startswith(TRACEBACK):
            end = traceback_end(lines, index)
            begins = index - follows
            if follows:
                rows.pop()
            if end is None:
                return rows, len(lines) - begins
            rows.append(joined(lines[begins:end], now_us))
            index, follows = end, False
            continue
        plain = _plain_line(text, now_us)
        if text:
            rows.append(plain or _record(text, now_us) or _after_torn(text, now_us) or Line(now_us, "INFO", text))
        follows = plain is not None
        index += 1
    return rows, 0


def traceback_end(lines: Sequence[bytes], start: int) -> int | None:
    """Index after the exception's own line, the first that is not indented; None when it has not come yet."""
    for index in range(start + 1, min(len(lines), start + TRACEBACK_LINES)):
        if lines[index].strip() and not lines[index].startswith((b" ", b"\t")):
            return index + 1
    return start + TRACEBACK_LINES if len(lines) >= start + TRACEBACK_LINES else None


def joined(lines: Sequence[bytes], now_us: int) -> Line:
    """A traceback as one row, with the plain record before it if it has one."""
    text = b"\n".join(line.rstrip() for line in lines).lstrip(b"\0").decode("utf-8", "replace")
    head, _, traceback = text.partition("\n")
    record = _plain_line(head, now_us)
    return replace(record, message=f"{record.message}\n{traceback}") if record else Line(now_us, "ERROR", text)


def _record(text: str, now_us: int) -> Line | None:
    """Of one of the styles that have no lines after the first."""
    if text.startswith("{"):
        return _json_line(text, now_us)
    return _store_line(text, now_us) if text[:1].isdigit() else _logfmt_line(text, now_us)


def _plain_line(text: str, now_us: int) -> Line | None:
    match = PLAIN.fullmatch(text) if text[:1].isdigit() else None
    level = LEVELS.get(match[2].upper()) if match else None
    if match is None or level is None:
        return None
    message, ids = match[3], PLAIN_IDS.search(match[3])
    timestamp = _microseconds(match[1].replace(",", "."), now_us)
    if ids is None:
        return Line(timestamp, level, message)
    return Line(timestamp, level, message[: ids.start()], ids[1], ids[2])


def _logfmt_line(text: str, now_us: int) -> Line | None:
    """A line that is pairs from end to end, with a message and a level among them."""
    pairs, end = {}, 0
    while match := LOGFMT.match(text, end):
        pairs[match[1]], end = match[2], match.end()
    level = LEVELS.get(pairs.get("level", "").upper())
    message = pairs.get("msg")
    if end < len(text) or message is None or level is None:
        return None
    timestamp = _microseconds(pairs.get("time", pairs.get("ts")), now_us)
    return Line(
        timestamp, level, _clean(_unquoted(message)), _hex_id(pairs.get("trace_id")), _hex_id(pairs.get("span_id"))
    )


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:  # quoted by rules that are not JSON's
        return value[1:-1]


def _store_line(text: str, now_us: int) -> Line | None:
    match = STORE.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.strptime(match[1], "%d %b %Y %H:%M:%S.%f").astimezone()
    except (ValueError, OverflowError):
        return None
    return Line((moment - EPOCH) // MICROSECOND, STORE_LEVELS[match[2]], match[3])


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
