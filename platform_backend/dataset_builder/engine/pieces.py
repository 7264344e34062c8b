"""Reading back what lies in the spool, and the sums of a file that grows piece by piece."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from dataset_builder.engine.deflate import crc32, inflate
from dataset_builder.engine.journal import Piece
from dataset_builder.files import FileEntry

STEP: Final = 1 << 20


class SpooledFile:
    """One file of the dataset."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.crc = self.size = self.length = 0
        self._rows: int | None = None
        self._sha256 = hashlib.sha256()

    def read(self, content: Iterable[bytes | memoryview]) -> int:
        """Take what follows into the sums; returns the CRC-32 of it alone."""
        alone = 0
        for step in content:
            self._sha256.update(step)
            self.crc, alone = crc32(step, self.crc), crc32(step, alone)
        return alone

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.size += piece.size
        self.length += piece.end - piece.start
        if piece.rows is not None:
            self._rows = (self._rows or 0) + piece.rows

    def entry(self, path: str) -> FileEntry:
        return FileEntry(path, self.size, self._sha256.hexdigest(), self._rows)


class PieceReader:
    """Owns the files that pieces name, but not the spool."""

    def __init__(self, folder: Path, spool: int) -> None:
        self._folder, self._spool = folder, spool
        self._opened: dict[str, int] = {}

    def descriptor(self, file: str) -> int:
        """Of a file relative to the folder; empty: the spool."""
        if not file:
            return self._spool
        if file not in self._opened:
            self._opened[file] = os.open(self._folder / file, os.O_RDONLY | os.O_CLOEXEC)
        return self._opened[file]

    def content(self, piece: Piece, *, deflated: bool) -> Iterator[bytes]:
        """Uncompressed. Raises ValueError when it is not there or damaged."""
        if not deflated:
            yield from self._steps(piece)
        elif piece.size:
            yield inflate(b"".join(self._steps(piece)))

    def _steps(self, piece: Piece) -> Iterator[bytes]:
        descriptor, position = self.descriptor(piece.file), piece.start
        while position < piece.end:
            step = os.pread(descriptor, min(STEP, piece.end - position), position)
            if not step:
                raise ValueError(f"{piece.path}: its bytes from {position} on are missing")
            yield step
            position += len(step)

    def close(self) -> None:
        for descriptor in self._opened.values():
            os.close(descriptor)
        self._opened.clear()
