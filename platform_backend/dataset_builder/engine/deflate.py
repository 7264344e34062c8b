"""Raw deflate in fragments that may be made in any order, and concatenated in theirs."""

from typing import Any, Final

from isal import isal_zlib
from isal.igzip_lib import IsalError

LEVEL: Final = 1  # of igzip: four times as fast as level 1 of zlib, and smaller
RAW: Final = -15  # window bits: no zlib header and checksum, which a zip has no place for
LAST: Final = b"\x03\x00"  # an empty final block: ends what the fragments began
STEP: Final = 1 << 20

Content = bytes | memoryview


def deflate(data: Content) -> bytes:
    """A fragment that refers to nothing before it and ends at a byte boundary, but ends no stream."""
    squeezer = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, RAW)
    return bytes(squeezer.compress(data) + squeezer.flush(isal_zlib.Z_FULL_FLUSH))


def inflate(fragment: Content) -> bytes:
    """The content of a fragment. Raises ValueError when it is none."""
    try:
        return bytes(isal_zlib.decompressobj(RAW).decompress(fragment))
    except IsalError as error:  # type: ignore[misc]  # its stub says object
        raise ValueError(str(error)) from error


def crc32(data: Content, before: int = 0) -> int:
    checksum: Any = isal_zlib.crc32(data, before)
    return int(checksum)
