"""A finished dataset folder as one zip whose bytes depend on the content only."""

import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from datasets.files import Progress

CHUNK: Final = 1 << 20
LEVEL: Final = 1  # four times as fast as the default, a fifth larger
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold
MODE: Final = 0o100644 << 16
LARGE: Final = 1 << 31


def pack(*, folder: Path, paths: Iterable[str], target: Path, progress: Progress) -> int:
    """Zip the files `paths` of `folder` below a folder of the same name; returns the size in bytes."""
    with target.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            for path in sorted(paths):
                _add(archive, folder / path, f"{folder.name}/{path}", progress)
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()


def _add(archive: zipfile.ZipFile, source: Path, name: str, progress: Progress) -> None:
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, wherever it is built
    entry.external_attr = MODE
    large = source.stat().st_size >= LARGE
    with source.open("rb") as file, archive.open(entry, "w", force_zip64=large) as member:
        while chunk := file.read(CHUNK):
            member.write(chunk)
            progress()
