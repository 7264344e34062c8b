"""What is known of a dataset's files, and who is told of their making."""

from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Told of every step of a build; raises to stop it (cancelled, or taken over). Bytes are uncompressed.

    `rows` and `written` are what has come since the last word; rows are those of the tables, of which there will be
    `total` in all, once that is known.
    """

    def __call__(self, *, rows: int = 0, written: int = 0, total: int | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One finished file. `rows` is None for a file that is no table."""

    path: str  # inside the dataset, with forward slashes
    size: int  # bytes
    sha256: str
    rows: int | None = None
