"""Follows `<pods>/<pod>/stdout.log` of every pod, each line exactly once, also over kills of the collector.

Positions are stored as the checkpoint of the very batch that holds the lines before them.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local_cluster.collector.holes import HolePuncher
from local_cluster.collector.loglines import Line, joined, parse_lines
from local_cluster.collector.names import service_of

FILE_NAME: Final = "stdout.log"
CHUNK_BYTES: Final = 1 << 20  # per pod and poll; a longer line is cut


@dataclass(frozen=True, slots=True)
class Position:
    inode: int
    offset: int


@dataclass(frozen=True, slots=True)
class Tail:
    """What a poll found. Store `columns` with `checkpoint`, then give it to `Tailer.commit`."""

    columns: dict[str, list[Any]]
    positions: Mapping[str, Position]
    behind: bool  # a file had more than was read

    @property
    def checkpoint(self) -> bytes:
        positions = {pod: [position.inode, position.offset] for pod, position in self.positions.items()}
        return json.dumps(positions, separators=(",", ":")).encode()


class Tailer:
    def __init__(self, pods: Path, checkpoint: bytes | None, puncher: HolePuncher | None = None) -> None:
        self._pods = pods
        self._puncher = puncher or HolePuncher()
        stored = json.loads(checkpoint) if checkpoint else {}
        self._positions = {pod: Position(*values) for pod, values in stored.items()}
        self._waiting: dict[str, Position] = {}  # end of an unfinished traceback, as the last poll saw it

    def poll(self, now_us: int) -> Tail:
        columns: dict[str, list[Any]] = {
            name: [] for name in ("timestamp", "service", "pod", "level", "message", "trace_id", "span_id")
        }
        positions, behind = dict(self._positions), False
        for pod, path in self._files():
            try:
                lines, position, more = self._read(pod, path, now_us)
            except (FileNotFoundError, NotADirectoryError):
                continue  # the pod has no output yet, or the entry is no pod
            positions[pod] = position
            behind = behind or more
            _add(columns, pod, lines)
        return Tail(columns, positions, behind)

    def commit(self, tail: Tail) -> None:
        for pod, position in tail.positions.items():
            if self._positions.get(pod) != position:
                self._puncher.release(self._pods / pod / FILE_NAME, position.inode, position.offset)
        self._positions = dict(tail.positions)

    def _files(self) -> Iterator[tuple[str, Path]]:
        try:
            pods = sorted(os.listdir(self._pods))  # noqa: PTH208 - called twice a second, only names are needed
        except FileNotFoundError:
            return
        for pod in pods:
            yield pod, self._pods / pod / FILE_NAME

    def _read(self, pod: str, path: Path, now_us: int) -> tuple[list[Line], Position, bool]:
        state = path.stat()
        known = self._positions.get(pod)
        same_file = known is not None and known.inode == state.st_ino and known.offset <= state.st_size
        start = known.offset if known and same_file else 0
        if state.st_size == start:
            return [], Position(state.st_ino, start), False
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(CHUNK_BYTES)
        whole = _whole_lines(data)
        lines = data[:whole].splitlines(keepends=True)
        rows, unfinished = parse_lines(lines, now_us)
        end = Position(state.st_ino, start + whole)
        if unfinished:
            rows, end = self._unfinished(pod, rows, lines[-unfinished:], end, now_us)
        return rows, end, start + len(data) < state.st_size

    def _unfinished(
        self, pod: str, rows: list[Line], traceback: list[bytes], end: Position, now_us: int
    ) -> tuple[list[Line], Position]:
        """A traceback gets until the next poll to grow its last line; then it is taken as it is."""
        if self._waiting.get(pod) == end:
            del self._waiting[pod]
            return [*rows, joined(traceback, now_us)], end
        self._waiting[pod] = end
        return rows, Position(end.inode, end.offset - sum(map(len, traceback)))


def _whole_lines(data: bytes) -> int:
    """Length of `data` up to its last line end; all of it when a single line fills the chunk."""
    end = data.rfind(b"\n") + 1
    return len(data) if not end and len(data) == CHUNK_BYTES else end


def _add(columns: dict[str, list[Any]], pod: str, lines: list[Line]) -> None:
    if not lines:
        return
    columns["service"] += [service_of(pod)] * len(lines)
    columns["pod"] += [pod] * len(lines)
    for name in ("timestamp", "level", "message", "trace_id", "span_id"):
        columns[name] += [getattr(line, name) for line in lines]
