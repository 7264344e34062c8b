"""A dataset in a zip, read in place. Every way in which a zip can be damaged, or lie, ends in a DatasetError."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

from microservo_sdk.container import require
from microservo_sdk.contents import Contents, contents
from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import GIB, Limits
from microservo_sdk.names import ORIGIN, printable, refuse_collisions, refuse_unsafe

DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a method of compression that does not exist
    RuntimeError,  # encrypted
    OSError,
    ValueError,
    OverflowError,
    IndexError,  # of a member without a name
    struct.error,
)
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED: Final = 0x1
DEFLATE_AT_MOST: Final = 1032  # no byte of deflate can stand for more
LOCAL_HEADER: Final = 30  # bytes, as those below
END_RECORD: Final = 22
MAX_COMMENT: Final = 65_535
ZIP64_LOCATOR: Final = 20
ZIP64_RECORD: Final = 56
MAX_DIRECTORY: Final = 256 << 20  # bytes of the list of members, which is read whole


class ZipContainer:
    """Only the central directory is kept in memory."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        infos, chosen = _members(path, limits)
        self._members = {chosen.inside(name): infos[name] for name in chosen.names}
        self._archive = _open(path)
        self.sizes: Mapping[str, int] = {name: info.file_size for name, info in self._members.items()}
        self.ignored = chosen.ignored

    def open(self, name: str) -> "MemberStream":
        require(self, name)
        info = self._members[name]
        try:
            return MemberStream(self._archive.open(info), name, info.file_size)
        except DAMAGED as error:
            raise _damaged(error, name, 0) from error

    def close(self) -> None:
        self._archive.close()


class MemberStream(io.RawIOBase):
    """One member. Its CRC is compared at its end; it never gives more bytes than its header declares."""

    def __init__(self, member: IO[bytes], name: str, size: int) -> None:
        self._member = member
        self._label = name
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._member.read(len(buffer))
        except DAMAGED as error:
            raise _damaged(error, self._label, self._position) from error
        if not piece and len(buffer) and self._position < self._size:
            raise DatasetError(
                f"ends early: {self._position} of {self._size} bytes", file=self._label, offset=self._position
            )
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._member.close()
        super().close()


def _open(path: Path) -> zipfile.ZipFile:
    with _reading(path):
        return zipfile.ZipFile(path)


def _members(path: Path, limits: Limits) -> tuple[dict[str, zipfile.ZipInfo], Contents]:
    """The members by name, once none of them can do harm, and which of them are the dataset's."""
    with _reading(path):
        _refuse_directory(path)
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
            directory = archive.start_dir
            folders = [info.filename.rstrip("/") for info in archive.infolist() if info.filename.endswith("/")]
    for name in [*(info.filename for info in infos), *folders]:
        refuse_unsafe(name)
    refuse_collisions((info.filename for info in infos), limits)
    for info in infos:
        _refuse_member(info, limits)
    _refuse_bomb(infos, directory, path, limits)
    members = {info.filename: info for info in infos}
    return members, contents(members, path.name)


def _refuse_directory(path: Path) -> None:
    """The list of members is read into memory whole: refuse one of a size that no dataset has."""
    with path.open("rb") as stream:
        size = _directory_size(stream, path.stat().st_size)
    if size > MAX_DIRECTORY:
        raise DatasetError(f"its list of members has {size} bytes", file=path.name, hint=ORIGIN)


def _directory_size(stream: BinaryIO, length: int) -> int:
    """As the end record tells; 0 without one, which zipfile then complains of."""
    start = max(length - END_RECORD - MAX_COMMENT, 0)
    stream.seek(start)
    tail = stream.read()
    whole = tail[-END_RECORD:].startswith(b"PK\5\6")
    place = len(tail) - END_RECORD if whole else tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < END_RECORD:
        return 0
    (size,) = struct.unpack_from("<L", tail, place + 12)
    if size != 0xFFFFFFFF or start + place < ZIP64_LOCATOR:
        return int(size)
    stream.seek(start + place - ZIP64_LOCATOR)
    _, _, offset, _ = struct.unpack("<4sLQL", stream.read(ZIP64_LOCATOR))
    stream.seek(offset)
    record = stream.read(ZIP64_RECORD)
    return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == ZIP64_RECORD else 0


def _refuse_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = printable(info.filename)
    kind = info.external_attr >> 16
    if info.create_system == 3 and stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        raise DatasetError("a link, or not a file", file=name, offset=info.header_offset, hint=ORIGIN)
    if info.flag_bits & ENCRYPTED:
        raise DatasetError("it is encrypted", file=name, offset=info.header_offset, hint="decrypt the dataset first")
    if info.compress_type not in METHODS:
        raise DatasetError(
            f"compressed by method {info.compress_type}, which is not known here",
            file=name,
            offset=info.header_offset,
            hint="pack the dataset again, with deflate",
        )
    if info.file_size > limits.file_bytes:
        raise DatasetError(f"{info.file_size} bytes, more than {limits.file_bytes}", file=name, hint=ORIGIN)
    _refuse_ratio(info, name, limits)


def _refuse_ratio(info: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    ratio = info.file_size / max(info.compress_size, 1)
    if (info.file_size > limits.ratio_from and ratio > limits.ratio) or ratio > DEFLATE_AT_MOST + 1024:
        raise DatasetError(f"a zip bomb: {ratio:.0f} times as large as its packed form", file=name, hint=ORIGIN)


def _refuse_bomb(infos: list[zipfile.ZipInfo], directory: int, path: Path, limits: Limits) -> None:
    """Members that share their bytes, and more bytes than any dataset has."""
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise DatasetError(f"{total // GIB} GiB unpacked is too much", file=path.name, hint=ORIGIN)
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise DatasetError(
                "it overlaps the member before it",
                file=printable(info.filename),
                offset=info.header_offset,
                hint=ORIGIN,
            )
        end = info.header_offset + LOCAL_HEADER + info.compress_size
        if end > directory:
            raise DatasetError(
                "it reaches beyond the end of the archive", file=printable(info.filename), offset=info.header_offset
            )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        size = path.stat().st_size if path.exists() else None
        raise DatasetError(
            f"not a whole zip: {error}", file=path.name, offset=size, hint="it may be cut off: download it again"
        ) from error


def _damaged(error: Exception, name: str, offset: int) -> DatasetError:
    return DatasetError(f"damaged in the zip: {error or type(error).__name__}", file=name, offset=offset)
