"""Hashes that decide what a knob keeps: the same for a row wherever and whenever it is looked at.

Of a whole number it is splitmix64(number xor key); of text, splitmix64 folded over its UTF-8 bytes as little-endian
64-bit words (zeros at the end) and then over its length. The key is made of the seed and of what is being decided,
so that two knobs with one seed decide independently. Bits are spread well, but this is no cryptography.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Words = npt.NDArray[np.uint64]

SPACE: Final = 1 << 64
WORD: Final = 8  # bytes
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))


def key_of(seed: int, purpose: str) -> int:
    return int(_fold(_mix(np.array([seed % SPACE], np.uint64)), _words([purpose.encode()]))[0])


def hash_numbers(key: int, numbers: pa.ChunkedArray | pa.Array) -> Words:
    """Of whole numbers without nulls."""
    return _mix(_plain(numbers).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64) ^ np.uint64(key))


def hash_texts(key: int, texts: pa.ChunkedArray | pa.Array) -> Words:
    """Of texts without nulls, plain or as a dictionary."""
    array = _plain(texts)
    if pa.types.is_dictionary(array.type):
        return _hash_plain(key, array.dictionary)[array.indices.to_numpy(zero_copy_only=False)]
    return _hash_plain(key, array)


def hash_text(key: int, *parts: str) -> int:
    """Of several texts in their order; none of them may hold a NUL."""
    return int(_fold(np.array([key], np.uint64), _words(["\0".join(parts).encode()]))[0])


def _hash_plain(key: int, texts: pa.Array) -> Words:
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    hashes = np.empty(len(texts), np.uint64)
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        chosen = texts if len(places) == len(texts) else texts.take(pa.array(places))
        hashes[places] = _fold(np.full(len(places), key, np.uint64), _padded(_bytes(chosen), int(length), len(places)))
    return hashes


def _fold(hashes: Words, words: tuple[Words, int]) -> Words:
    """`words`: a row of words for each hash, and the length in bytes of every text."""
    rows, length = words
    for column in range(rows.shape[1]):
        hashes = _mix(hashes ^ rows[:, column])
    return _mix(hashes ^ np.uint64(length))


def _mix(state: Words) -> Words:
    """splitmix64: wraps around, as unsigned integers of numpy do."""
    state = state + _GOLDEN
    state = (state ^ (state >> _SHIFTS[0])) * _FIRST
    state = (state ^ (state >> _SHIFTS[1])) * _SECOND
    return state ^ (state >> _SHIFTS[2])


def _words(texts: Iterable[bytes]) -> tuple[Words, int]:
    """Of texts of one length."""
    whole = list(texts)
    return _padded(np.frombuffer(b"".join(whole), np.uint8), len(whole[0]), len(whole))


def _padded(flat: npt.NDArray[np.uint8], length: int, count: int) -> tuple[Words, int]:
    width = -(-length // WORD) * WORD
    padded = np.zeros((count, width), np.uint8)
    padded[:, :length] = flat.reshape(count, length)
    return padded.view("<u8").astype(np.uint64, copy=False), length


def _bytes(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """The texts' bytes, one after another."""
    offsets, data = texts.buffers()[1:]
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    bounds = np.frombuffer(offsets, kind)[texts.offset : texts.offset + len(texts) + 1]
    if data is None or bounds[0] == bounds[-1]:
        return np.empty(0, np.uint8)
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]


def _plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
