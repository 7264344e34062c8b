"""A zip written front to back from members whose content is compressed, counted and checked already.

Zip64 records stand where a number needs them, as PKWARE's APPNOTE 6.3 (4.5.3, 4.3.14) has it. Times and modes are
fixed, so equal members make equal bytes.
"""

import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from dataset_builder.engine.disk import write_all

STORED: Final = 0
DEFLATED: Final = 8

_LIMIT: Final = 0xFFFFFFFF  # stands for "see the zip64 record", so it is no size itself
_COUNT_LIMIT: Final = 0xFFFF
_UTF8: Final = 0x800
_DATE: Final = 0x21  # 1980-01-01, the earliest a zip can hold
_UNIX: Final = 3 << 8  # made by, wherever it is built
_MODE: Final = 0o100644 << 16
_PLAIN: Final = 20  # version needed
_ZIP64: Final = 45
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_END: Final = struct.Struct("<4s4H2LH")
_STEP: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    method: int
    crc: int
    compressed: int
    size: int


@dataclass(frozen=True, slots=True)
class Source:
    """Compressed bytes: given, or `length` bytes of an open file."""

    data: bytes = b""
    descriptor: int = -1
    offset: int = 0
    length: int = 0


class ZipWriter:
    """Writes to an open file, which the caller owns; complete when `close` returns."""

    def __init__(self, descriptor: int, step: Callable[[], None]) -> None:
        self._out, self._step = descriptor, step
        self._position = 0
        self._members: list[tuple[Member, int]] = []

    def add(self, member: Member, content: Iterable[Source]) -> None:
        offset = self._position
        self._write(_local_header(member))
        begun = self._position
        for source in content:
            self._copy(source)
        if self._position - begun != member.compressed:
            raise ValueError(f"{member.name}: {self._position - begun} bytes, not {member.compressed}")
        self._members.append((member, offset))

    def close(self) -> int:
        """Returns the size of the zip."""
        start = self._position
        for member, offset in self._members:
            self._write(_central_header(member, offset))
        self._write(_end(len(self._members), start, self._position - start))
        return self._position

    def _copy(self, source: Source) -> None:
        if source.data:
            self._write(source.data)
            return
        offset, end = source.offset, source.offset + source.length
        while offset < end:
            copied = os.sendfile(self._out, source.descriptor, offset, min(end - offset, _STEP))
            if not copied:
                raise ValueError(f"a file ends {end - offset} bytes too early")
            offset += copied
            self._position += copied
            self._step()

    def _write(self, data: bytes) -> None:
        write_all(self._out, data)
        self._position += len(data)


def zip_size(members: Iterable[Member]) -> int:
    """The size of a zip of these members, to the byte."""
    position = directory = count = 0
    for member in members:
        directory += len(_central_header(member, position))
        position += len(_local_header(member)) + member.compressed
        count += 1
    return position + directory + len(_end(count, position, directory))


def _local_header(member: Member) -> bytes:
    name = member.name.encode()
    large = member.size >= _LIMIT or member.compressed >= _LIMIT
    extra = struct.pack("<2H2Q", 1, 16, member.size, member.compressed) if large else b""
    sizes = (_LIMIT, _LIMIT) if large else (member.compressed, member.size)
    version = _ZIP64 if large else _PLAIN
    fixed = _LOCAL.pack(b"PK\3\4", version, _UTF8, member.method, 0, _DATE, member.crc, *sizes, len(name), len(extra))
    return fixed + name + extra


def _central_header(member: Member, offset: int) -> bytes:
    name = member.name.encode()
    numbers = (member.size, member.compressed, offset)
    large = [number for number in numbers if number >= _LIMIT]
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    size, compressed, place = (min(number, _LIMIT) for number in numbers)
    version = _ZIP64 if large else _PLAIN
    fixed = _CENTRAL.pack(
        b"PK\1\2", _UNIX | version, version, _UTF8, member.method, 0, _DATE, member.crc, compressed, size,
        len(name), len(extra), 0, 0, 0, _MODE, place,
    )  # fmt: skip
    return fixed + name + extra


def _end(count: int, start: int, size: int) -> bytes:
    """The end of a zip whose directory of `count` members begins at `start`."""
    few = min(count, _COUNT_LIMIT)
    end = _END.pack(b"PK\5\6", 0, 0, few, few, min(size, _LIMIT), min(start, _LIMIT), 0)
    if few < _COUNT_LIMIT and size < _LIMIT and start < _LIMIT:
        return end
    record = _END64.pack(b"PK\6\6", _END64.size - 12, _UNIX | _ZIP64, _ZIP64, 0, 0, count, count, size, start)
    return record + _LOCATOR.pack(b"PK\6\7", 0, start + size, 1) + end
