"""The files of a dataset while it is written: each is hashed, measured and its rows counted on the way to disk."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

BUFFER: Final = 1 << 18


class Progress(Protocol):
    """Told of every step of a build; raises to stop it (cancelled, or taken over)."""

    def __call__(self, *, rows: int = 0, written: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One finished file. `rows` is None for a file that is no table."""

    path: str  # inside the dataset, with forward slashes
    size: int  # bytes
    sha256: str
    rows: int | None = None


class TableFile:
    """A table being written. Not atomic: the whole folder is published at once, or never."""

    def __init__(self, path: str, stream: BinaryIO, progress: Progress) -> None:
        self.path = path
        self.rows = 0
        self._size = 0
        self._stream = stream
        self._hash = hashlib.sha256()
        self._progress = progress

    def write(self, data: bytes | memoryview, *, rows: int) -> None:
        self._stream.write(data)
        self._hash.update(data)
        self.rows += rows
        self._size += len(data)
        self._progress(rows=rows, written=len(data))

    def close(self) -> FileEntry:
        self._stream.close()
        return FileEntry(path=self.path, size=self._size, sha256=self._hash.hexdigest(), rows=self.rows)

    def discard(self) -> None:
        self._stream.close()


class DatasetFolder:
    """Owns the files below `root` until it is left; `entries` are the finished ones."""

    def __init__(self, root: Path, progress: Progress) -> None:
        self.root = root
        self._progress = progress
        self._entries: dict[str, FileEntry] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        return dict(sorted(self._entries.items()))

    def open_table(self, path: str) -> TableFile:
        target = self._prepare(path)
        file = TableFile(path, target.open("wb", buffering=BUFFER), self._progress)
        self._open.callback(file.discard)
        return file

    def close_table(self, file: TableFile) -> None:
        self._entries[file.path] = file.close()

    @contextmanager
    def table(self, path: str) -> Iterator[TableFile]:
        file = self.open_table(path)
        yield file
        self.close_table(file)

    def add(self, path: str, content: bytes) -> None:
        """A small file that is no table."""
        self._prepare(path).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        self._entries[path] = FileEntry(path=path, size=len(content), sha256=digest)
        self._progress(written=len(content))

    def _prepare(self, path: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target
