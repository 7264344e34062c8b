"""The files of a dataset, in a folder or in a zip, by their path inside the dataset."""

import io
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from microservo_sdk.contents import contents
from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import MAX_JSON, Limits
from microservo_sdk.names import refuse_collisions, refuse_unsafe

CHUNK: Final = 1 << 20


class Container(Protocol):
    """Several threads may read at once; every stream is a file of its own."""

    path: Path
    sizes: Mapping[str, int]  # bytes of each file of the dataset, uncompressed
    ignored: Sequence[str]  # litter beside them

    def open(self, name: str) -> io.RawIOBase:
        """The content of one file. What is wrong with it is raised as DatasetError, while reading too."""
        ...

    def close(self) -> None: ...


class FolderContainer:
    """An unpacked dataset."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        found = _walk(path, limits)
        refuse_collisions(found, limits)
        chosen = contents(found, str(path))
        self._root = path / chosen.prefix
        self.sizes: Mapping[str, int] = {chosen.inside(name): found[name] for name in chosen.names}
        self.ignored = chosen.ignored

    def open(self, name: str) -> "FileStream":
        require(self, name)
        return FileStream(self._root / name, name)

    def close(self) -> None:
        """Nothing is kept open."""


class FileStream(io.RawIOBase):
    """A file whose errors are DatasetErrors that name it."""

    def __init__(self, path: Path, name: str) -> None:
        self._label = name
        try:
            # Not through a link, which could have replaced the file since it was listed.
            self._file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0)
        except OSError as error:
            raise DatasetError(f"can't be opened: {error.strerror}", file=name, hint="check the file") from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return self._file.readinto(buffer) or 0
        except OSError as error:
            offset = self._file.tell()
            raise DatasetError(
                f"can't be read: {error.strerror}", file=self._label, offset=offset, hint="check the disk"
            ) from error

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def require(container: Container, name: str) -> None:
    if name not in container.sizes:
        raise DatasetError("this file is missing", file=name)


def read_whole(container: Container, name: str, *, limit: int = MAX_JSON) -> bytes:
    """A small file at once."""
    require(container, name)
    if container.sizes[name] > limit:
        raise DatasetError(f"larger than the {limit} bytes it may have", file=name)
    pieces = []
    with container.open(name) as stream:
        while piece := stream.read(CHUNK):
            pieces.append(piece)
    return b"".join(pieces)


def _walk(path: Path, limits: Limits) -> dict[str, int]:
    found: dict[str, int] = {}
    for folder, folders, files in os.walk(path, onerror=_unreadable):
        for name in [*folders, *files]:
            full = Path(folder) / name
            relative = full.relative_to(path).as_posix()
            kind = full.lstat().st_mode
            if stat.S_ISDIR(kind):
                continue
            if not stat.S_ISREG(kind):
                raise DatasetError("a link, or not a file", file=relative, hint="put the file itself there")
            refuse_unsafe(relative)
            found[relative] = full.lstat().st_size
            if len(found) > limits.files:
                raise DatasetError(f"more than {limits.files} files", file=str(path), hint="name the dataset's folder")
    return found


def _unreadable(error: OSError) -> None:
    raise DatasetError(f"can't be read: {error.strerror}", file=str(error.filename), hint="check it") from error
