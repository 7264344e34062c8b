"""Log lines of the platform: one line each, whatever callers put into names and addresses. Standard library only."""

import logging
from typing import Any

from common.plain import LINES, plain


class PlainFormatter(logging.Formatter):
    """A message is one line, without control characters; a traceback has its own lines below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return plain(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return plain(super().formatException(ei), keep=LINES)

    def formatStack(self, stack_info: str) -> str:
        return plain(super().formatStack(stack_info), keep=LINES)


def to_stderr(line: str, *, level: int = logging.WARNING) -> None:
    """For processes without Django."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter(line))
    logging.basicConfig(level=level, handlers=[handler])
