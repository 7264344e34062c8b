"""Which parts of a dataset are in the spool: one line of JSON each, in the order of the spool.

    {"fingerprint": "...", "version": 1}                                        what is being built
    {"part": "log/00001", "end": 52133, "pieces": [["log/log.csv", "", 0, 52133, 9, 3421, 17, "logs", ""]]}

A line counts once it is whole, and only if those before it do. Lines are not forced to disk: a kill loses none, and
after a crash of the machine the checksums of the pieces tell whether their bytes made it.
"""

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

from dataset_builder.engine.disk import write_all

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one file of the dataset, as it lies on disk: bytes [start, end) of the spool or another file."""

    path: str
    file: str  # relative to the spool's folder; empty: the spool
    start: int
    end: int
    size: int  # uncompressed
    crc: int  # of the uncompressed content
    rows: int | None
    table: str
    metric: str


@dataclass(frozen=True, slots=True)
class Entry:
    part: str
    end: int  # of the spool, with this part
    pieces: tuple[Piece, ...]


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)  # nothing is left to write when it is closed

    def begin(self, fingerprint: str) -> None:
        self._file.truncate(0)
        self._line({"fingerprint": fingerprint, "version": VERSION})

    def add(self, entry: Entry) -> None:
        pieces = [astuple(piece) for piece in entry.pieces]
        self._line({"part": entry.part, "end": entry.end, "pieces": pieces})

    def entries(self, fingerprint: str) -> list[Entry] | None:
        """Those of an earlier process that built the same; None if it was something else. Cuts off a torn end."""
        whole = 0
        found: list[Entry] | None = None
        for line, record in _whole_lines(self._path.read_bytes()):
            if found is None:
                if record != {"fingerprint": fingerprint, "version": VERSION}:
                    return None
                found = []
            else:
                found.append(_entry(record))
            whole += len(line)
        self._file.truncate(whole)
        return found

    def _line(self, record: dict[str, Any]) -> None:
        write_all(self._file.fileno(), json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        self._file.close()


def _whole_lines(content: bytes) -> Iterator[tuple[bytes, Any]]:
    for line in content.splitlines(keepends=True):
        try:
            record = json.loads(line)
        except ValueError:
            return
        if not line.endswith(b"\n"):
            return
        yield line, record


def _entry(record: dict[str, Any]) -> Entry:
    return Entry(record["part"], record["end"], tuple(Piece(*piece) for piece in record["pieces"]))
