"""The hot file: an append-only Arrow IPC stream, readable while it grows and after its writer was killed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from telemetry_store.appended import AppendedFile
from telemetry_store.layout import CHECKPOINT


@dataclass(frozen=True, slots=True)
class HotContents:
    batches: tuple[pa.RecordBatch, ...]
    checkpoint: bytes | None  # of the newest batch that has one


class HotWriter:
    """Appends batches; each is in the page cache, thus safe from a kill, when `append` returns."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._file = AppendedFile(path)
        self._buffer = io.BytesIO()
        self._stream = pa.ipc.new_stream(self._buffer, schema)

    @property
    def can_grow(self) -> bool:
        """Not when an append failed and left its half, nor when it was the first: the schema comes only with that."""
        return self._file.size > 0 and not self._file.torn

    def append(self, batch: pa.RecordBatch, checkpoint: bytes | None) -> None:
        """Raises OSError; nothing of the batch can be read then."""
        metadata = None if checkpoint is None else {CHECKPOINT: checkpoint}
        self._stream.write_batch(batch, custom_metadata=metadata)
        self._flush()
        self.rows += batch.num_rows

    def close(self) -> None:
        try:
            self._stream.close()
            self._flush()
        finally:
            self._file.close()

    def _flush(self) -> None:
        data = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        self._file.append(data)


def read_hot(path: Path) -> HotContents:
    """Every whole batch; a torn tail ends the reading. Raises FileNotFoundError."""
    batches, checkpoint = [], None
    for batch, metadata in _whole_batches(path):
        batches.append(batch)
        checkpoint = metadata or checkpoint
    return HotContents(tuple(batches), checkpoint)


def _whole_batches(path: Path) -> Iterator[tuple[pa.RecordBatch, bytes | None]]:
    if not path.stat().st_size:
        return
    with pa.memory_map(str(path)) as source:
        try:
            with pa.ipc.open_stream(source) as stream:
                for batch, metadata in stream.iter_batches_with_custom_metadata():
                    yield batch, metadata.get(CHECKPOINT) if metadata else None
        except (pa.ArrowInvalid, EOFError, OSError):
            return  # the writer was killed in the middle of a batch, or is writing it now
