"""CSV of RFC 4180, strictly, in bounded memory, with the place of everything that is wrong.

The content is cut into blocks of whole records. Of each block only the C code of the standard library sees every
field; places are looked for once it is known that something is wrong.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from microservo_sdk.container import Container
from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import MAX_RECORD
from microservo_sdk.moments import EXPECTED, UNITS, is_possible

BLOCK: Final = 1 << 21
Kind = Literal[
    "text",
    "integer",
    "float",
    "optional",  # a number, or nothing
    "length",  # of time, which is neither endless nor negative
    "seconds",
    "whole seconds",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "seconds or milliseconds",
]
LONGEST: Final = 1e15
# Possessive, so that a wrong field costs no backtracking. Field after field, each ended by a line break.
_INTEGER: Final = re.compile(r"(?:-?[0-8]?[0-9]{1,18}\n)*+")
_DECIMAL: Final = re.compile(r"(?:-?[0-9]{1,18}(?:\.[0-9]{1,9})?\n)*+")
_NUMBER: Final = r"-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]{1,3})?"
_SHAPES: Final[Mapping[Kind, tuple[re.Pattern[str], str]]] = {
    "integer": (_INTEGER, "an integer"),
    "float": (re.compile(rf"(?:(?:{_NUMBER}|nan|NaN|-?inf)\n)*+"), "a number"),
    "optional": (re.compile(rf"(?:(?:{_NUMBER}|nan|NaN|-?inf)?\n)*+"), "a number"),
    "length": (re.compile(rf"(?:{_NUMBER}\n)*+"), "a length of time"),
    "seconds": (_DECIMAL, "a time in seconds"),
    "whole seconds": (_INTEGER, "a time in whole seconds"),
    "milliseconds": (_DECIMAL, "a time in milliseconds"),
    "microseconds": (_INTEGER, "a time in microseconds"),
    "nanoseconds": (_INTEGER, "a time in nanoseconds"),
    "seconds or milliseconds": (_INTEGER, "a time in seconds or milliseconds"),
}
_CONVERT: Final[Mapping[Kind, Callable[[str], Any]]] = {
    "float": float,
    "optional": lambda field: float(field or "nan"),
    "length": float,
    "seconds": float,
    "milliseconds": float,
}  # others: int
# The limit is one of the process; a log line may be longer than its default of 128 kB.
csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records, as they stand in the file."""

    data: bytes
    line: int  # of the first record, from 1
    offset: int  # of the first byte


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of a block as columns, in the order of the header."""

    columns: Sequence[Sequence[Any]]
    count: int
    line_of: Callable[[int], int]  # the line on which a row begins, by its number in this block


class CsvFile:
    """One file; `kinds` are the types of its columns by name, text where not named."""

    def __init__(self, container: Container, name: str, kinds: Mapping[str, Kind]) -> None:
        self._container = container
        self.name = name
        self._all = read_header(container, name)
        self.header: list[str] = list(dict.fromkeys(self._all))  # a column that is there twice is told once
        self._kinds: list[Kind] = [kinds.get(column, "text") for column in self._all]

    def rows(self) -> Iterator[Rows]:
        with self._container.open(self.name) as stream:
            for index, block in enumerate(blocks(stream, self.name)):
                yield self._parse(block, skip=1 if index == 0 else 0)

    def _parse(self, block: Block, skip: int) -> Rows:
        def line_of(row: int) -> int:
            return self._located(block)[row + skip][0]

        records = self._records(block)[skip:]
        if not records:
            return Rows([[] for _ in self.header], 0, line_of)
        if set(map(len, records)) != {len(self._all)}:
            raise self._wrong_length(block)
        columns: list[Sequence[Any]] = list(zip(*records, strict=True))
        for index, kind in enumerate(self._kinds):
            if kind != "text":
                columns[index] = self._convert(columns[index], kind, block, index, skip)
        return Rows(self._once(columns, line_of), len(records), line_of)

    def _once(self, columns: list[Sequence[Any]], line_of: Callable[[int], int]) -> list[Sequence[Any]]:
        """One of each name. RCAEval's RE1-OB has its times twice; of copies that differ nobody knows which is true."""
        if len(self.header) == len(self._all):
            return columns
        kept: dict[str, Sequence[Any]] = {}
        for name, values in zip(self._all, columns, strict=True):
            first = kept.setdefault(name, values)
            row = next((row for row, pair in enumerate(zip(first, values, strict=True)) if _differ(*pair)), None)
            if row is not None:
                problem = f"two columns {name!r}, which differ: {str(first[row])[:80]!r} and {str(values[row])[:80]!r}"
                raise DatasetError(problem, file=self.name, line=line_of(row))
        return list(kept.values())

    def _records(self, block: Block) -> list[list[str]]:
        reader = _reader(self._decode(block))
        try:
            return list(reader)
        except csv.Error as error:
            line = block.line + max(reader.line_num - 1, 0)
            raise DatasetError(f"not CSV: {error}", file=self.name, line=line) from error

    def _decode(self, block: Block) -> str:
        try:
            return block.data.decode()
        except UnicodeDecodeError as error:
            line = block.line + block.data.count(b"\n", 0, error.start)
            raise DatasetError("not UTF-8", file=self.name, line=line, offset=block.offset + error.start) from error

    def _convert(self, column: Sequence[str], kind: Kind, block: Block, index: int, skip: int) -> list[Any]:
        shape, expected = _SHAPES[kind]
        text = "\n".join(column) + "\n"
        matched = shape.match(text)
        # A line break inside of a field would look like two fields: then there are more lines than rows.
        if matched is None or matched.end() != len(text) or text.count("\n") != len(column):
            raise self._wrong_field(column, shape, expected, block, index, skip)
        values = list(map(_CONVERT.get(kind, int), column))
        possible = _possible(kind)
        if possible and not (possible(min(values)) and possible(max(values))):
            row = next(row for row, value in enumerate(values) if not possible(value))
            raise self._wrong_value(column[row], kind, block, index, row + skip)
        return values

    def _wrong_length(self, block: Block) -> DatasetError:
        for line, record in self._located(block):
            if len(record) != len(self._all):
                problem = f"{len(record)} fields, expected {len(self._all)} ({','.join(self._all)})"
                return DatasetError(problem[:500], file=self.name, line=line)
        raise AssertionError("called for a block whose records all have the right length")

    def _wrong_field(
        self, column: Sequence[str], shape: re.Pattern[str], expected: str, block: Block, index: int, skip: int
    ) -> DatasetError:
        bad = next(row for row, field in enumerate(column) if "\n" in field or not shape.fullmatch(f"{field}\n"))
        return self._wrong(column[bad], expected, block, index, bad + skip)

    def _wrong_value(self, field: str, kind: Kind, block: Block, index: int, row: int) -> DatasetError:
        expected = f"{EXPECTED} in {kind}" if kind in UNITS else f"a length of time from 0 to {LONGEST:g}"
        return self._wrong(field, expected, block, index, row)

    def _wrong(self, field: str, expected: str, block: Block, index: int, row: int) -> DatasetError:
        problem = f"{self._all[index]}: expected {expected}, found {field[:80]!r}"
        return DatasetError(problem, file=self.name, line=self._located(block)[row][0])

    def _located(self, block: Block) -> list[tuple[int, list[str]]]:
        """Each record with the line it begins on."""
        reader = _reader(self._decode(block))
        found, line = [], block.line
        for record in reader:
            found.append((line, record))
            line = block.line + reader.line_num
        return found


def _possible(kind: Kind) -> Callable[[float], bool] | None:
    """Which values of the right shape can be."""
    if kind in UNITS:
        return partial(is_possible, unit=kind)
    return (lambda value: 0 <= value <= LONGEST) if kind == "length" else None


def _differ(one: Any, other: Any) -> bool:
    return bool(one != other and (one == one or other == other))  # what is not known is no difference


def read_header(container: Container, name: str) -> list[str]:
    """The names of the columns; an index column without a name is ""."""
    with container.open(name) as stream:
        start = _first_record(stream, name)
    try:
        header: list[str] = next(_reader(start.decode()), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(f"no header of a CSV file: {error}", file=name, line=1) from error
    if not header:
        raise DatasetError("empty: it has not even a header", file=name, line=1)
    return header


def blocks(stream: io.RawIOBase, name: str) -> Iterator[Block]:
    """The file in blocks of whole records, about BLOCK bytes each."""
    line, offset, rest, odd = 1, 0, b"", False
    while piece := stream.read(BLOCK):
        end = _last_end(piece, odd)
        odd ^= bool(piece.count(b'"') & 1)
        if end < 0:
            rest += piece
            if len(rest) > MAX_RECORD:
                raise _endless(name, line)
            continue
        data = rest + piece[:end]
        yield Block(data, line, offset)
        line, offset, rest = line + data.count(b"\n"), offset + len(data), piece[end:]
    if odd:
        raise DatasetError("a quoted field is never closed: the file is cut off", file=name, line=line, offset=offset)
    if rest:
        last = line + rest.count(b"\n")
        raise DatasetError("the last line has no end: the file is cut off", file=name, line=last, offset=offset)


def _last_end(piece: bytes, odd: bool) -> int:
    """The place after the last line break outside of quotes, -1 without one; `odd` when a quote is open before it."""
    open_at_end = odd ^ bool(piece.count(b'"') & 1)
    end = len(piece)
    while (place := piece.rfind(b"\n", 0, end)) >= 0:
        open_at_end ^= bool(piece.count(b'"', place, end) & 1)
        if not open_at_end:
            return place + 1
        end = place
    return -1


def _first_record(stream: io.RawIOBase, name: str) -> bytes:
    start = b""
    while b"\n" not in start and len(start) < MAX_RECORD and (piece := stream.read(4096)):
        start += piece
    return start.partition(b"\n")[0] + b"\n" if start else b""


def _reader(text: str) -> Any:
    """Lines end with "\\n" alone, so that their numbers are those that editors show."""
    return csv.reader(io.StringIO(text, newline="\n"), strict=True)


def _endless(name: str, line: int) -> DatasetError:
    return DatasetError(f"a record is longer than {MAX_RECORD} bytes: a quote may be missing", file=name, line=line)
