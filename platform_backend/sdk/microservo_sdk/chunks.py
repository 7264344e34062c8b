"""Pieces of a table: Python columns from text files, Arrow from Parquet. Both select, cut and convert alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final, Literal, Protocol, Self

from microservo_sdk.errors import DatasetError
from microservo_sdk.selection import Selection

As = Literal["pandas", "arrow", "python"]
TYPES: Final[Mapping[str, type]] = {
    "timestamp": int,
    "duration": int,
    "status_code": int,
    "log_id": int,
    "value": float,
}


class Chunk(Protocol):
    @property
    def rows(self) -> int: ...

    def select(self, wanted: Selection) -> "Chunk": ...

    def cut(self, start: int, stop: int) -> "Chunk": ...

    def to(self, kind: As) -> Any:
        """A pandas DataFrame, a pyarrow Table, or a dict of lists."""
        ...


@dataclass(frozen=True, slots=True)
class PythonChunk:
    """Columns of equal length by name."""

    columns: Mapping[str, Sequence[Any]]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def select(self, wanted: Selection) -> "PythonChunk":
        conditions = [
            list(map(wanted.accepts(name), self.columns[name])) for name in wanted.restricted if name in self.columns
        ]
        if not conditions:
            return self
        mask = list(map(all, zip(*conditions, strict=True)))
        return PythonChunk({name: list(compress(values, mask)) for name, values in self.columns.items()})

    def cut(self, start: int, stop: int) -> "PythonChunk":
        return PythonChunk({name: values[start:stop] for name, values in self.columns.items()})

    def to(self, kind: As) -> Any:
        if kind == "python":
            return {name: list(values) for name, values in self.columns.items()}
        return self._arrow() if kind == "arrow" else self._pandas()

    def _arrow(self) -> Any:
        arrow = pyarrow()
        types = {int: arrow.int64(), float: arrow.float64(), str: arrow.string()}
        return arrow.table(
            {name: arrow.array(values, types[_type(name, values)]) for name, values in self.columns.items()}
        )

    def _pandas(self) -> Any:
        library = pandas()
        # Before version 3 pandas has no type for texts of which some are missing.
        text = "str" if int(library.__version__.partition(".")[0]) >= 3 else "object"
        types = {int: "int64", float: "float64", str: text}
        return library.DataFrame(
            {name: library.Series(values, dtype=types[_type(name, values)]) for name, values in self.columns.items()}
        )

    @classmethod
    def joined(cls, chunks: "Sequence[PythonChunk]") -> Self:
        first = chunks[0].columns
        return cls({name: [value for chunk in chunks for value in chunk.columns[name]] for name in first})


def _type(name: str, values: Sequence[Any]) -> type:
    """That of the column, also when it has no value in this chunk."""
    return next((type(value) for value in values if value is not None), TYPES.get(name, str))


@dataclass(frozen=True, slots=True)
class ArrowChunk:
    table: Any  # pyarrow.Table

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def select(self, wanted: Selection) -> "ArrowChunk":
        condition = wanted.expression(self.table.column_names)
        return self if condition is None else ArrowChunk(self.table.filter(condition))

    def cut(self, start: int, stop: int) -> "ArrowChunk":
        return ArrowChunk(self.table.slice(start, stop - start))

    def to(self, kind: As) -> Any:
        if kind == "python":
            return self.table.to_pydict()
        return self.table if kind == "arrow" else self.table.to_pandas()

    @classmethod
    def joined(cls, chunks: "Sequence[ArrowChunk]") -> Self:
        return cls(pyarrow().concat_tables([chunk.table for chunk in chunks]))


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """All of one kind: a dataset gives Python columns, or Arrow, never both."""
    if len(chunks) == 1:
        return chunks[0]
    if isinstance(chunks[0], ArrowChunk):
        return ArrowChunk.joined([chunk for chunk in chunks if isinstance(chunk, ArrowChunk)])
    return PythonChunk.joined([chunk for chunk in chunks if isinstance(chunk, PythonChunk)])


def stacked(chunks: Iterable[Chunk], kind: As) -> Any:
    """All chunks as one table; each is converted at once, which takes a fraction of the memory of Python's objects."""
    if kind == "python":
        return joined(list(chunks)).to(kind)
    tables = [chunk.to(kind) for chunk in chunks]
    if len(tables) == 1:
        return tables[0]
    return pyarrow().concat_tables(tables) if kind == "arrow" else pandas().concat(tables, ignore_index=True)


def resized(chunks: Iterable[Chunk], rows: int) -> Iterator[Chunk]:
    """The same rows in chunks of exactly `rows`, but for the last."""
    held: list[Chunk] = []
    count = 0
    for chunk in chunks:
        if not chunk.rows:
            continue
        held.append(chunk)
        count += chunk.rows
        if count < rows:
            continue
        whole = joined(held)
        whole_chunks = count // rows
        for index in range(whole_chunks):
            yield whole.cut(index * rows, (index + 1) * rows)
        count -= whole_chunks * rows
        held = [whole.cut(whole_chunks * rows, whole.rows)] if count else []
    if held:
        yield joined(held)


def pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise DatasetError("pandas is not installed", hint="pip install 'microservo-sdk[pandas]'") from error
    return pandas


def pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.compute
    except ImportError as error:
        raise DatasetError("pyarrow is not installed", hint="pip install 'microservo-sdk[arrow]'") from error
    return pyarrow
