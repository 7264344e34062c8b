"""Columns of telemetry as numpy arrays, and what figures are taken from. Vectorised: no Python per row."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ERROR_LEVELS: Final = ("ERROR", "CRITICAL")
CPU: Final = "container_cpu_usage_seconds_total"
MEMORY: Final = "container_memory_working_set_bytes"
NANOSECONDS: Final = 1_000_000_000

Numbers = npt.NDArray[np.int64]


def encoded(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    """Each text by its number, and the texts."""
    if not len(column):
        return np.empty(0, np.int64), []
    found = column.dictionary_encode().unify_dictionaries().combine_chunks()
    return found.indices.to_numpy(zero_copy_only=False).astype(np.int64), found.dictionary.to_pylist()


def mask(column: pa.ChunkedArray, *values: str) -> npt.NDArray[np.bool_]:
    """Where the column has one of these values: looked up once for each different text."""
    codes, texts = encoded(column)
    return np.isin(np.array(texts, dtype=object), values)[codes]


def numbers(column: pa.ChunkedArray) -> Numbers:
    return column.to_numpy().astype(np.int64, copy=False)
