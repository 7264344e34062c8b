"""A Parquet file of a dataset: its footer is checked, its row groups are read one by one."""

import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, Final, Self

from microservo_sdk.chunks import pyarrow
from microservo_sdk.container import CHUNK, Container, require
from microservo_sdk.errors import DatasetError

MAGIC: Final = b"PAR1"
TAIL: Final = 8  # bytes: the footer's length, and the magic
IN_MEMORY: Final = 32 << 20  # bytes of a file that needs no temporary file


class ParquetFile:
    """Needs random access, so the file is copied out of the dataset first, to disk when it is large."""

    def __init__(self, container: Container, name: str) -> None:
        self.name = name
        self._copy = _copied(container, name)
        try:
            self._refuse_cut_off(container.sizes[name])
            with self._located(None):
                self._file = _open(self._copy)
        except DatasetError:
            self._copy.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copy.close()

    @property
    def schema(self) -> Any:
        return self._file.schema_arrow

    @property
    def rows(self) -> int:
        return int(self._file.metadata.num_rows)

    def groups(self) -> Iterator[Any]:
        """Tables, one per row group."""
        for index in range(self._file.num_row_groups):
            offset = self._offset(index)
            with self._located(offset):
                table = self._file.read_row_group(index)
                table.validate(full=True)
            yield table

    def whole(self) -> Any:
        with self._located(None):
            return self._file.read()

    def _offset(self, index: int) -> int | None:
        with self._located(None):
            group = self._file.metadata.row_group(index)
            return int(group.column(0).data_page_offset) if group.num_columns else None

    def _refuse_cut_off(self, size: int) -> None:
        head = self._copy.read(len(MAGIC))
        if head != MAGIC:
            raise DatasetError("not Parquet: it does not begin with PAR1", file=self.name, offset=0)
        self._copy.seek(max(size - TAIL, 0))
        length, magic = struct.unpack("<I4s", self._copy.read(TAIL).rjust(TAIL, b"\0"))
        if magic != MAGIC or length + TAIL + len(MAGIC) > size:
            raise DatasetError("no footer at the end: the file is cut off", file=self.name, offset=max(size - TAIL, 0))
        self._copy.seek(0)

    @contextmanager
    def _located(self, offset: int | None) -> Iterator[None]:
        try:
            yield
        except (pyarrow().ArrowException, OSError, ValueError, OverflowError, MemoryError, struct.error) as error:
            problem = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
            raise DatasetError(f"damaged Parquet: {problem}", file=self.name, offset=offset) from error


def _open(copy: IO[bytes]) -> Any:
    pyarrow()
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(copy, page_checksum_verification=True, thrift_string_size_limit=1 << 26)


def _copied(container: Container, name: str) -> IO[bytes]:
    require(container, name)
    copy: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - its owner closes it
    try:
        with container.open(name) as stream:
            while piece := stream.read(CHUNK):
                copy.write(piece)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy
