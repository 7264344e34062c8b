"""What the terminal shows: errors, progress lines and tables. Standard library only.

All that is printed comes through here, and none of it raw: names, reasons and log lines are other people's.
"""

import errno
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self, TextIO

from common.plain import LINES, plain

# A log file or pipe gets a progress line only this often, a terminal at each change.
_PIPE_INTERVAL: Final = 10.0


class CliError(Exception):
    """One line for the user: what is wrong and what to do. `code` is the exit code."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(text: str = "") -> None:
    print(plain(text, keep=LINES), flush=True)


def complain(text: str) -> None:
    print(f"microservo: {plain(text, keep=LINES)}", file=sys.stderr, flush=True)


def disk_is_full(error: OSError, folder: object) -> bool:
    """Whether that is what went wrong; it is said then."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return False
    complain(f"{error.filename or folder}: {error.strerror}; free some space there and call this again")
    return True


@dataclass(slots=True)
class Progress:
    """One line that is rewritten in place on a terminal, and repeated now and then elsewhere."""

    title: str
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    started: float = field(default_factory=time.monotonic)
    _shown: float = field(default=float("-inf"), init=False)
    _phase: str = field(default="", init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stream.isatty():
            self.stream.write("\r\033[K")
            self.stream.flush()

    def show(self, text: str, *, phase: str = "") -> None:
        """`phase` is the part of the text whose change is worth a line in a log file."""
        now = time.monotonic()
        line = plain(f"{self.title}: {text} ({now - self.started:.0f} s)")
        if self.stream.isatty():
            self.stream.write("\r\033[K" + line[: shutil.get_terminal_size().columns - 1])
        elif phase != self._phase or now - self._shown >= _PIPE_INTERVAL:
            self.stream.write(line + "\n")
            self._shown = now
        self._phase = phase
        self.stream.flush()


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as their widest cell; those in `right` are aligned to the right."""
    shown = [[plain(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(header))]
    lines = []
    for row in shown:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def human_span(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} m"


def human_bytes(size: float) -> str:
    if size < 10_000:
        return f"{size:.0f} B"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000 or unit == "GB":
            break
    return f"{size:.1f} {unit}"


def clock(microseconds: int | None) -> str:
    """Local time to the millisecond; the files have microseconds."""
    if microseconds is None:
        return "-"
    moment = datetime.fromtimestamp(microseconds / 1e6).astimezone()
    return moment.isoformat(sep=" ", timespec="milliseconds")
