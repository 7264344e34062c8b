"""JSON logs on stdout, one object a line, each with the trace and span in which it was written."""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from shoplib.environment import Identity

TraceIds = Callable[[], tuple[str, str]]


def no_trace() -> tuple[str, str]:
    return "", ""


class JsonFormatter(logging.Formatter):
    """`trace_ids` gives (trace_id, span_id) in hex, empty outside of a trace."""

    def __init__(self, identity: Identity, trace_ids: TraceIds) -> None:
        super().__init__()
        self._identity = identity
        self._trace_ids = trace_ids

    def format(self, record: logging.LogRecord) -> str:
        trace_id, span_id = self._trace_ids()
        fields = {
            "timestamp": _rfc3339(record.created),
            "severity": record.levelname,
            "message": self._message(record),
            "service": self._identity.service,
            "pod": self._identity.pod,
            "trace_id": trace_id,
            "span_id": span_id,
        }
        return json.dumps(fields)

    def _message(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        return message


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def configure(identity: Identity, trace_ids: TraceIds = no_trace) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(identity, trace_ids))
    # Nothing here needs to know the thread or process of a record; asking costs time on every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    set_levels()
    logging.basicConfig(handlers=[handler], force=True)


def set_levels() -> None:
    """Done again it costs nothing, so do it before forking: a changed level resets every logger there is."""
    _set_level("", logging.INFO)
    # Not its complaints about a collector that restarts: a dataset's logs tell of the shop, not of who collects them.
    _set_level("opentelemetry", logging.CRITICAL)


def _set_level(name: str, level: int) -> None:
    logger = logging.getLogger(name)
    if logger.level != level:
        logger.setLevel(level)
