"""A dataset whose every file is compared with dataset.json while it is read, so that nothing is read twice."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any

from microservo_sdk.container import CHUNK, Container
from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import Progress
from microservo_sdk.manifest import FileRecord, Manifest


class CheckedContainer:
    """`finished` are the files that were read to the end and are what they should be, as they were found."""

    def __init__(self, container: Container, progress: Progress) -> None:
        self.path = container.path
        self.sizes = container.sizes
        self.ignored = container.ignored
        self.finished: dict[str, FileRecord] = {}
        self._container = container
        self._progress = progress
        self._files: Mapping[str, FileRecord] = {}

    def expect(self, manifest: Manifest) -> None:
        """The files, which are those of the manifest, have the sizes it tells."""
        self._files = manifest.files
        for name, record in sorted(manifest.files.items()):
            if self.sizes[name] != record.size:
                problem = f"{self.sizes[name]} bytes, {record.size} in dataset.json"
                raise DatasetError(problem, file=name, offset=min(self.sizes[name], record.size))

    def open(self, name: str) -> io.RawIOBase:
        return _HashingStream(self, self._container.open(name), name)

    def read_rest(self) -> None:
        """All files nobody has read to the end yet."""
        for name in sorted(self.sizes.keys() - self.finished.keys()):
            with self.open(name) as stream:
                while stream.read(CHUNK):
                    pass

    def close(self) -> None:
        self._container.close()

    def advance(self, size: int) -> None:
        self._progress(size)

    def finish(self, name: str, size: int, sha256: str) -> None:
        """Called at the end of a file."""
        record = self._files.get(name)
        if size != self.sizes[name]:
            raise DatasetError(f"{size} bytes, {self.sizes[name]} when it was listed", file=name, offset=size)
        if record is not None and sha256 != record.sha256:
            problem = f"its content was changed: sha256 {sha256[:12]}…, {record.sha256[:12]}… in dataset.json"
            raise DatasetError(problem, file=name)
        self.finished[name] = FileRecord(size, sha256, record.rows if record else None)


class _HashingStream(io.RawIOBase):
    def __init__(self, owner: CheckedContainer, stream: io.RawIOBase, name: str) -> None:
        self._owner = owner
        self._stream = stream
        self._label = name
        self._size = 0
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._stream.readinto(buffer) or 0
        if count:
            self._hash.update(memoryview(buffer)[:count])
            self._size += count
            self._owner.advance(count)
        elif len(buffer):
            self._owner.finish(self._label, self._size, self._hash.hexdigest())
        return count

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
