"""Logs on stdout, each record with the trace and span in which it was written, in the style that LOG_STYLE names.

json    one object a line; the default
logfmt  time=… level=info msg="…" trace_id=… span_id=…
plain   2026-01-05 09:00:00.123456 INFO  [logger] message {trace_id=… span_id=…}, a traceback on the lines after it
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from shoplib.environment import Identity

TraceIds = Callable[[], tuple[str, str]]


def no_trace() -> tuple[str, str]:
    return "", ""


class Formatter(logging.Formatter):
    """`trace_ids` gives (trace_id, span_id) in hex, empty outside of a trace."""

    def __init__(self, identity: Identity, trace_ids: TraceIds) -> None:
        super().__init__()
        self._identity = identity
        self._trace_ids = trace_ids

    def _traceback(self, record: logging.LogRecord) -> str:
        return "\n" + self.formatException(record.exc_info) if record.exc_info else ""


class JsonFormatter(Formatter):
    def format(self, record: logging.LogRecord) -> str:
        trace_id, span_id = self._trace_ids()
        fields = {
            "timestamp": _iso(record.created) + "Z",
            "severity": record.levelname,
            "message": record.getMessage() + self._traceback(record),
            "service": self._identity.service,
            "pod": self._identity.pod,
            "trace_id": trace_id,
            "span_id": span_id,
        }
        return json.dumps(fields)


class LogfmtFormatter(Formatter):
    def format(self, record: logging.LogRecord) -> str:
        message = json.dumps(record.getMessage() + self._traceback(record))
        ids = _pairs(self._trace_ids())
        level = record.levelname.lower()
        return f"time={_iso(record.created)}Z level={level} msg={message} logger={record.name}{ids and ' ' + ids}"


class PlainFormatter(Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = _iso(record.created).replace("T", " ")
        ids = _pairs(self._trace_ids())
        message = record.getMessage().replace("\n", "\\n")
        head = f"{moment} {record.levelname:<7} [{record.name}] {message}{ids and ' {' + ids + '}'}"
        return head + self._traceback(record)


STYLES: Final = {"json": JsonFormatter, "logfmt": LogfmtFormatter, "plain": PlainFormatter}


def _pairs(ids: tuple[str, str]) -> str:
    trace_id, span_id = ids
    return f"trace_id={trace_id} span_id={span_id}" if trace_id else ""


def _iso(seconds: float) -> str:
    """In UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").removesuffix("+00:00")


def formatter(identity: Identity, trace_ids: TraceIds) -> Formatter:
    style = os.environ.get("LOG_STYLE", "json")
    if style not in STYLES:
        sys.exit(f"LOG_STYLE is {style!r}; expected one of {', '.join(STYLES)}")
    return STYLES[style](identity, trace_ids)


def configure(identity: Identity, trace_ids: TraceIds = no_trace) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(identity, trace_ids))
    # Nothing here needs to know the thread or process of a record; asking costs time on every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    set_levels(identity.service)
    logging.basicConfig(handlers=[handler], force=True)


def set_levels(*services: str) -> None:
    """Done again it costs nothing, so do it before forking: a changed level resets every logger there is."""
    _set_level("", logging.INFO)
    for service in services:
        _set_level(service, logging.DEBUG)
    # Not its complaints about a collector that restarts: a dataset's logs tell of the shop, not of who collects them.
    _set_level("opentelemetry", logging.CRITICAL)


def _set_level(name: str, level: int) -> None:
    logger = logging.getLogger(name)
    if logger.level != level:
        logger.setLevel(level)
