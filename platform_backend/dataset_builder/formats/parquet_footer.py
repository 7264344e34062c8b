"""The footer of a Parquet file without the key-value metadata of whoever wrote it.

The footer is a struct `FileMetaData` in Thrift's compact protocol, the file's length of it and a magic word:
https://github.com/apache/parquet-format, https://github.com/apache/thrift (doc/specs/thrift-compact-protocol.md).
Everything before it stays where it is, so that no offset in it changes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAGIC: Final = b"PAR1"
TAIL: Final = 8  # the length and the magic word
ROWS_FIELD: Final = 3
METADATA_FIELD: Final = 5

_BOOLEANS: Final = (1, 2)
_INTEGERS: Final = (4, 5, 6)
_BYTE: Final = 3
_DOUBLE: Final = 7
_BINARY: Final = 8
_LISTS: Final = (9, 10)
_STRUCT: Final = 12


class NotParquet(ValueError):
    """The message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Footer:
    start: int  # its place in the file
    content: bytes


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    kind: int
    start: int  # of the header
    value: int  # where the value begins
    end: int


def read_footer(path: Path) -> Footer:
    """Raises NotParquet."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - TAIL, 0))
        tail = file.read(TAIL)
        start = _footer_start(tail, size)
        file.seek(start)
        return Footer(start, file.read(size - TAIL - start))


def split_footer(content: memoryview) -> Footer:
    """Of a file in memory."""
    start = _footer_start(bytes(content[-TAIL:]), len(content))
    return Footer(start, bytes(content[start:-TAIL]))


def rows_of(footer: Footer) -> int:
    field = next(each for each in _fields(footer.content) if each.number == ROWS_FIELD)
    value, _ = _varint(footer.content, field.value)
    return value >> 1  # zigzag; a count is not negative


def without_metadata(footer: Footer) -> bytes:
    """What ends the file in place of the footer."""
    content, made, number = footer.content, bytearray(), 0
    for field in _fields(content):
        if field.number != METADATA_FIELD:
            made.append((field.number - number) << 4 | field.kind)
            made += content[field.value : field.end]
            number = field.number
    made.append(0)
    return bytes(made) + len(made).to_bytes(4, "little") + MAGIC


def _footer_start(tail: bytes, size: int) -> int:
    start = size - TAIL - int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or start < len(MAGIC):
        raise NotParquet(f"no Parquet footer at the end of {size} bytes")
    return start


def _fields(content: bytes) -> list[_Field]:
    """Those of the outermost struct; their numbers are close together and small, so that a header is one byte."""
    fields, position, number = [], 0, 0
    try:
        while kind := content[position] & 15:
            delta = content[position] >> 4
            if not delta:
                raise NotParquet(f"a field at {position} of the footer has a long number")
            number += delta
            end = _skip(content, position + 1, kind)
            fields.append(_Field(number, kind, position, position + 1, end))
            position = end
    except IndexError:
        raise NotParquet("the footer is cut off") from None
    return fields


def _skip(content: bytes, position: int, kind: int) -> int:
    """Where a value of this kind ends."""
    if kind in _BOOLEANS:
        return position
    if kind in _INTEGERS:
        return _skip_varint(content, position)
    if kind == _BINARY:
        length, position = _varint(content, position)
        return position + length
    if kind == _STRUCT:
        return _skip_struct(content, position)
    if kind in _LISTS:
        return _skip_list(content, position)
    if kind in (_BYTE, _DOUBLE):
        return position + (1 if kind == _BYTE else 8)
    raise NotParquet(f"a value at {position} of the footer is of the unknown kind {kind}")


def _skip_struct(content: bytes, position: int) -> int:
    while kind := content[position] & 15:
        long_number = not content[position] >> 4
        position += 1
        if long_number:
            position = _skip_varint(content, position)
        position = _skip(content, position, kind)
    return position + 1


def _skip_list(content: bytes, position: int) -> int:
    size, kind = content[position] >> 4, content[position] & 15
    position += 1
    if size == 15:
        size, position = _varint(content, position)
    if kind in _BOOLEANS:
        return position + size  # in a list each takes a byte
    for _ in range(size):
        position = _skip(content, position, kind)
    return position


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        value |= (byte & 127) << shift
        position += 1
        if byte < 128:
            return value, position
        shift += 7


def _skip_varint(content: bytes, position: int) -> int:
    while content[position] >= 128:
        position += 1
    return position + 1
