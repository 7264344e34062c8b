"""How large a dataset may be before it is taken for an attack: checked before anything is unpacked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

GIB: Final = 1 << 30
MAX_JSON: Final = 64 << 20  # bytes of one JSON file: these are read whole
MAX_RECORD: Final = 8 << 20  # bytes of one record of a CSV file

Progress = Callable[[int], None]  # told how many more bytes were read; may raise to stop


@dataclass(frozen=True, slots=True)
class Limits:
    files: int = 100_000
    file_bytes: int = 512 * GIB  # of one file, uncompressed
    total_bytes: int = 1024 * GIB  # of all files, uncompressed
    ratio: int = 400  # uncompressed to compressed size of one file ...
    ratio_from: int = 16 << 20  # ... that is larger than this
