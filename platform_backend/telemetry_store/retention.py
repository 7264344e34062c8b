"""Deletes the oldest segments: by age, and by the size of the whole store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from telemetry_store.layout import Segment, list_folder
from telemetry_store.schemas import TABLES


@dataclass(frozen=True, slots=True)
class Retention:
    hours: float
    gigabytes: float


def expired(folder: Path, retention: Retention, *, now_us: int) -> list[Segment]:
    """What is to be deleted, oldest first. The newest segment of each table stays: it holds the checkpoint."""
    candidates = sorted(_candidates(folder), key=lambda segment: segment.last)
    oldest_kept = now_us - int(retention.hours * 3_600_000_000)
    excess = _size(folder) - int(retention.gigabytes * 1e9)
    doomed = []
    for segment in candidates:
        if segment.last >= oldest_kept and excess <= 0:
            break
        excess -= segment.path.stat().st_size
        doomed.append(segment)
    return doomed


def delete(segments: Iterable[Segment]) -> None:
    for segment in segments:
        segment.path.unlink(missing_ok=True)


def _candidates(folder: Path) -> Iterator[Segment]:
    for table in TABLES:
        yield from list_folder(folder / table).segments[:-1]


def _size(folder: Path) -> int:
    """Of sealed segments; a hot file is small and can't be deleted anyway."""
    return sum(path.stat().st_size for table in TABLES for path in (folder / table).glob("seg-*.parquet"))
