"""File names of the store: `<folder>/<table>/hot-<seq>.arrows` and `seg-<seq>-<first>-<last>-<rows>.parquet`."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".tmp-"
CHECKPOINT: Final = b"microservo.checkpoint"  # metadata key of hot batches and of segments
LOCK_NAME: Final = "writer.lock"
REQUESTS: Final = "seal-requests"

_HOT: Final = re.compile(r"^hot-(\d{8,})\.arrows$")
_SEGMENT: Final = re.compile(r"^seg-(\d{8,})-(-?\d+)-(-?\d+)-(\d+)\.parquet$")


@dataclass(frozen=True, slots=True)
class HotFile:
    seq: int
    path: Path


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed file; `first` and `last` are the timestamps of its oldest and newest row."""

    seq: int
    first: int
    last: int
    rows: int
    path: Path

    def overlaps(self, start: int, end: int) -> bool:
        return self.first < end and self.last >= start

    def lies_within(self, start: int, end: int) -> bool:
        return start <= self.first and self.last < end


@dataclass(frozen=True, slots=True)
class Listing:
    """What a table's folder holds, each row in exactly one of its files."""

    segments: tuple[Segment, ...]
    hot: tuple[HotFile, ...]  # only those without a segment yet


def hot_path(folder: Path, seq: int) -> Path:
    return folder / f"hot-{seq:08d}.arrows"


def segment_path(folder: Path, seq: int, first: int, last: int, rows: int) -> Path:
    return folder / f"seg-{seq:08d}-{first}-{last}-{rows}.parquet"


def temporary_path(folder: Path, seq: int) -> Path:
    return folder / f"{TEMPORARY}{seq:08d}.parquet"


def request_folder(folder: Path) -> Path:
    """Of a table: one file each asks its writer to seal."""
    return folder / REQUESTS


def parse_names(folder: Path, names: Iterable[str]) -> Listing:
    """Both kinds by sequence number. A hot file whose segment exists has been sealed and is left out."""
    segments, hot = [], []
    for name in names:
        if match := _SEGMENT.match(name):
            seq, first, last, rows = map(int, match.groups())
            segments.append(Segment(seq, first, last, rows, folder / name))
        elif match := _HOT.match(name):
            hot.append(HotFile(int(match[1]), folder / name))
    sealed = {segment.seq for segment in segments}
    segments.sort(key=lambda segment: segment.seq)
    pending = sorted((file for file in hot if file.seq not in sealed), key=lambda file: file.seq)
    return Listing(tuple(segments), tuple(pending))


def list_folder(folder: Path) -> Listing:
    """A consistent listing. Reading a folder is not atomic: a hand-over from hot to segment in the middle of it
    may hide both names, so read until two readings agree."""
    previous: list[str] | None = None
    while True:
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - only names are needed, and there may be thousands
        except FileNotFoundError:
            return Listing((), ())
        if names == previous:
            return parse_names(folder, names)
        previous = names
