"""The content of a dataset while it is made: compressed, in one file that only grows, with a journal beside it.

    <folder>/spool        the pieces of all files, in the order in which they were finished
    <folder>/journal      see `journal`

A file of the dataset is the sequence of its pieces. What is compressed already, and lies in a file that stays, is
never copied here: the piece names it.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from dataset_builder.engine.deflate import LAST, deflate
from dataset_builder.engine.disk import write_all
from dataset_builder.engine.journal import Entry, Journal, Piece
from dataset_builder.engine.pieces import PieceReader, SpooledFile
from dataset_builder.engine.zip64 import DEFLATED, STORED, Member, Source
from dataset_builder.files import FileEntry, Progress
from dataset_builder.formats.base import Chunk, FileRange, RowCounts
from telemetry_store.schemas import TABLES, TableName

SPOOL: Final = "spool"
JOURNAL: Final = "journal"
STORED_SUFFIXES: Final = (".parquet",)  # compressed as they are


@dataclass(frozen=True, slots=True)
class Packed:
    """A chunk, and its content as it goes to disk; None when that is the chunk's data itself."""

    chunk: Chunk
    deflated: bytes | None

    @property
    def size(self) -> int:
        data = self.chunk.data
        return data.end - data.start if isinstance(data, FileRange) else len(memoryview(data))


@dataclass(frozen=True, slots=True)
class Made:
    """A finished part."""

    key: str
    chunks: Sequence[Packed]

    @property
    def rows(self) -> int:
        """Of the tables."""
        return sum(packed.chunk.rows or 0 for packed in self.chunks if packed.chunk.table)

    @property
    def size(self) -> int:
        return sum(packed.size for packed in self.chunks)


def is_stored(path: str) -> bool:
    return path.endswith(STORED_SUFFIXES)


def pack(chunk: Chunk) -> Packed:
    """The expensive part of writing a chunk, for any thread."""
    if is_stored(chunk.path):
        return Packed(chunk, None)
    if isinstance(chunk.data, FileRange):
        raise ValueError(f"{chunk.path}: only {', '.join(STORED_SUFFIXES)} files take ranges of other files")
    content = memoryview(chunk.data)
    return Packed(chunk, deflate(content) if len(content) else b"")


class Spool:
    """Goes on with what an earlier one of the same fingerprint left in the folder, and empties any other.

    Used by one thread of one process at a time.
    """

    def __init__(self, folder: Path, fingerprint: str, progress: Progress) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.done: set[str] = set()
        self._files: dict[str, SpooledFile] = {}
        self._end = 0
        self._out = os.open(folder / SPOOL, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._reader = PieceReader(folder, self._out)
        self._journal = Journal(folder / JOURNAL)
        if not self._resumed(fingerprint, progress):
            self._begin(fingerprint)

    @property
    def length(self) -> int:
        """Bytes on disk."""
        return self._end

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        return {path: file.entry(path) for path, file in sorted(self._files.items())}

    @property
    def counts(self) -> RowCounts:
        tables: Counter[str] = Counter()
        metrics: Counter[str] = Counter()
        for piece in (piece for file in self._files.values() for piece in file.pieces if piece.table):
            tables[piece.table] += piece.rows or 0
            if piece.metric:
                metrics[piece.metric] += piece.rows or 0
        known: dict[TableName, int] = {table: tables[table] for table in TABLES}
        return RowCounts(tables=known, metrics=dict(sorted(metrics.items())))

    def append(self, made: Made) -> None:
        """On return a kill loses nothing of it."""
        pieces = tuple(piece for packed in made.chunks for piece in self._written(packed))
        self._journal.add(Entry(made.key, self._end, pieces))
        self.done.add(made.key)

    def add(self, path: str, content: bytes) -> None:
        """A file about the others, which is made anew after a kill."""
        self._write(pack(Chunk(path, content)))

    def members(self, folder: str) -> Mapping[str, Member]:
        """By path, for a zip in which everything lies below `folder`."""
        return {path: _member(f"{folder}/{path}", path, file) for path, file in sorted(self._files.items())}

    def content(self, path: str) -> Iterator[Source]:
        """The bytes of a member."""
        for piece in self._files[path].pieces:
            yield Source(b"", self._reader.descriptor(piece.file), piece.start, piece.end - piece.start)
        if not is_stored(path):
            yield Source(LAST)

    def close(self) -> None:
        self._journal.close()
        self._reader.close()
        os.close(self._out)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _written(self, packed: Packed) -> Iterator[Piece]:
        chunk = packed.chunk
        if chunk.header and chunk.path not in self._files:
            yield self._write(pack(Chunk(chunk.path, chunk.header, rows=0)))
        yield self._write(packed)

    def _write(self, packed: Packed) -> Piece:
        chunk = packed.chunk
        file = self._files.setdefault(chunk.path, SpooledFile())
        if isinstance(chunk.data, FileRange):
            piece = self._named(chunk, chunk.data)
            crc = file.read(self._reader.content(piece, deflated=False))
        else:
            content = memoryview(chunk.data)
            piece = self._spooled(chunk, content, content if packed.deflated is None else packed.deflated)
            crc = file.read([content])
        piece = replace(piece, crc=crc)
        file.add(piece)
        return piece

    def _spooled(self, chunk: Chunk, content: memoryview, on_disk: bytes | memoryview) -> Piece:
        start, self._end = self._end, self._end + len(on_disk)
        write_all(self._out, on_disk)
        return _piece(chunk, "", start, self._end, size=len(content))

    def _named(self, chunk: Chunk, where: FileRange) -> Piece:
        file = os.path.relpath(where.path, self.folder)
        return _piece(chunk, file, where.start, where.end, size=where.end - where.start)

    def _begin(self, fingerprint: str) -> None:
        self.done.clear()
        self._files.clear()
        self._end = 0
        os.ftruncate(self._out, 0)
        self._journal.begin(fingerprint)

    def _resumed(self, fingerprint: str, progress: Progress) -> bool:
        """Whether there was something to go on with, and all of it is as it was written."""
        entries = self._journal.entries(fingerprint)
        if entries is None or any(not self._replayed(entry, progress) for entry in entries):
            return False
        self._end = entries[-1].end if entries else 0
        os.ftruncate(self._out, self._end)
        # Only now: what is not whole is made, and counted, again.
        pieces = [piece for entry in entries for piece in entry.pieces]
        progress(
            rows=sum(piece.rows or 0 for piece in pieces if piece.table), written=sum(piece.size for piece in pieces)
        )
        return True

    def _replayed(self, entry: Entry, progress: Progress) -> bool:
        for piece in entry.pieces:
            file = self._files.setdefault(piece.path, SpooledFile())
            try:
                crc = file.read(self._reader.content(piece, deflated=not is_stored(piece.path)))
            except (ValueError, FileNotFoundError):
                return False
            if crc != piece.crc:
                return False
            file.add(piece)
            progress()
        self.done.add(entry.part)
        return True


def _piece(chunk: Chunk, file: str, start: int, end: int, *, size: int) -> Piece:
    return Piece(chunk.path, file, start, end, size, 0, chunk.rows, chunk.table or "", chunk.metric)


def _member(name: str, path: str, file: SpooledFile) -> Member:
    if is_stored(path):
        return Member(name, STORED, file.crc, file.length, file.size)
    return Member(name, DEFLATED, file.crc, file.length + len(LAST), file.size)
