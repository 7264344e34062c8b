"""A dataset from its parts: made in threads, spooled in order, packed into one zip."""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from dataset_builder.engine.disk import require_room, room_in
from dataset_builder.engine.pool import in_order
from dataset_builder.engine.spool import Made, Spool, pack
from dataset_builder.engine.zip64 import ZipWriter, zip_size
from dataset_builder.files import Progress
from dataset_builder.formats.base import Part


def make(parts: Iterable[Part], spool: Spool, *, threads: int, rows: int, progress: Progress) -> None:
    """Append the parts that the spool does not have. Raises DiskFull, guessing its need from the `rows` to come."""
    with room_in(spool.folder, partial(_still_needed, spool, rows)):
        for made in in_order(_make, _missing(parts, spool), threads=threads, idle=progress):
            spool.append(made)
            progress(rows=made.rows, written=made.size)


def assemble(spool: Spool, target: Path, *, folder: str, progress: Progress) -> int:
    """Write the zip, in which all files lie below `folder`; returns its size. Raises DiskFull, and leaves nothing."""
    members = spool.members(folder)
    size = zip_size(members.values())
    require_room(target.parent, size)
    try:
        with room_in(target.parent, lambda: size), target.open("wb", buffering=0) as stream:
            archive = ZipWriter(stream.fileno(), progress)
            for path, member in members.items():
                archive.add(member, spool.content(path))
            archive.close()
            os.fsync(stream.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return size


def _make(part: Part) -> Made:
    return Made(part.key, [pack(chunk) for chunk in part.make()])


def _missing(parts: Iterable[Part], spool: Spool) -> Iterator[Part]:
    seen: set[str] = set()
    for part in parts:
        if part.key in seen:
            raise ValueError(f"two parts have the key {part.key}")
        seen.add(part.key)
        if part.key not in spool.done:
            yield part


def _still_needed(spool: Spool, rows: int) -> int:
    """The rest of the spool, if the rows to come are like those before, and the zip beside it."""
    done = sum(spool.counts.tables.values())
    whole = spool.length * max(rows, done) // max(done, 1)
    return whole - spool.length + whole
