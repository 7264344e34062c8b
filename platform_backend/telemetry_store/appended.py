"""A file that only grows, by what was written whole: a full disk never leaves a part behind that could become whole."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class AppendedFile:
    """One writer at a time."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self._descriptor).st_size
        self.torn = False  # there is a part of something at its end, which could not be cut off

    def append(self, data: bytes | bytearray) -> None:
        """All of it, or nothing when it raises OSError."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self.torn = True
            os.ftruncate(self._descriptor, self.size)
            self.torn = False
            raise
        self.size += len(data)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()
