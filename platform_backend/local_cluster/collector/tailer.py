"""Follows `<pods>/<pod>/stdout.log` of every pod, each line exactly once, also over kills of the collector.

Positions are stored as the checkpoint of the very batch that holds the lines before them.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from local_cluster.collector.holes import HolePuncher
from local_cluster.collector.jsonlines import FEWEST_LINES, looks_regular, parse_blocks
from local_cluster.collector.loglines import Line, joined, parse_lines
from local_cluster.collector.names import service_of
from telemetry_store.writer import Columns

FILE_NAME: Final = "stdout.log"
CHUNK_BYTES: Final = 1 << 20  # per pod and poll; a longer line is cut


@dataclass(frozen=True, slots=True)
class Position:
    inode: int
    offset: int


@dataclass(frozen=True, slots=True)
class Tail:
    """What a poll found. Store `columns` with `checkpoint`, then give it to `Tailer.commit`."""

    columns: Columns
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
        positions, behind = dict(self._positions), False
        regular: dict[str, bytes] = {}
        columns = _empty_columns()
        for pod, path in self._files():
            try:
                block, end, more = self._read(pod, path)
            except (FileNotFoundError, NotADirectoryError):
                continue  # the pod has no output yet, or the entry is no pod
            behind = behind or more
            if looks_regular(block):
                regular[pod] = block
            else:
                rows, end = self._parse(pod, block, end, now_us)
                _add(columns, pod, rows)
            positions[pod] = end
        return Tail(_with_regular(columns, regular, now_us), positions, behind)

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

    def _read(self, pod: str, path: Path) -> tuple[bytes, Position, bool]:
        """New whole lines, where they end, and whether there is more."""
        state = path.stat()
        known = self._positions.get(pod)
        same_file = known is not None and known.inode == state.st_ino and known.offset <= state.st_size
        start = known.offset if known and same_file else 0
        if state.st_size == start:
            return b"", Position(state.st_ino, start), False
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(CHUNK_BYTES)
        whole = _whole_lines(data)
        return data[:whole], Position(state.st_ino, start + whole), start + len(data) < state.st_size

    def _parse(self, pod: str, block: bytes, end: Position, now_us: int) -> tuple[list[Line], Position]:
        lines = block.splitlines(keepends=True)
        rows, unfinished = parse_lines(lines, now_us)
        if unfinished:
            return self._unfinished(pod, rows, lines[-unfinished:], end, now_us)
        return rows, end

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


def _empty_columns() -> dict[str, list[Any]]:
    return {name: [] for name in ("timestamp", "service", "pod", "level", "message", "trace_id", "span_id")}


def _add(columns: dict[str, list[Any]], pod: str, lines: list[Line]) -> None:
    if not lines:
        return
    columns["service"] += [service_of(pod)] * len(lines)
    columns["pod"] += [pod] * len(lines)
    for name in ("timestamp", "level", "message", "trace_id", "span_id"):
        columns[name] += [getattr(line, name) for line in lines]


def _with_regular(columns: dict[str, list[Any]], blocks: Mapping[str, bytes], now_us: int) -> Columns:
    """Those lines after the others: at once if they are many, else one by one."""
    counts = {pod: block.count(b"\n") for pod, block in blocks.items()}
    parsed = parse_blocks(list(blocks.values())) if sum(counts.values()) >= FEWEST_LINES else None
    if parsed is None:
        for pod, block in blocks.items():
            _add(columns, pod, parse_lines(block.splitlines(keepends=True), now_us)[0])
        return columns
    parsed["pod"] = pa.array([pod for pod, count in counts.items() for _ in range(count)], pa.string())
    parsed["service"] = pa.array([service_of(pod) for pod, count in counts.items() for _ in range(count)], pa.string())
    if not columns["timestamp"]:
        return parsed
    return {name: pa.concat_arrays([pa.array(columns[name], values.type), values]) for name, values in parsed.items()}
