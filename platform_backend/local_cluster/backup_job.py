"""A backup in a pod with volumes: packs SOURCES into the folder INTO and verifies what it wrote, for SECONDS.

Each round reads all there is, as a backup of a store that goes on changing does; the last round's archive stays until
the next backup. What it tells goes to the pod's log.
"""

import hashlib
import os
import shutil
import sys
import tarfile
import time
from pathlib import Path
from typing import Final

PIECE: Final = 1 << 18


def main() -> int:
    sources = [Path(each) for each in os.environ["SOURCES"].split(":")]
    into = Path(os.environ["INTO"])
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    until = time.monotonic() + float(os.environ["SECONDS"])
    rounds = 0
    while not rounds or time.monotonic() < until:
        rounds += 1
        began = time.monotonic()
        size, packed = _back_up(sources, into / "backup.tar.xz")
        seconds = time.monotonic() - began
        sys.stdout.write(f"backup {rounds}: {size} bytes read, {packed} written and verified in {seconds:.3f} s\n")
        sys.stdout.flush()
    return 0


def _back_up(sources: list[Path], archive: Path) -> tuple[int, int]:
    """Bytes read, and bytes of the archive. A file that goes meanwhile is left out."""
    read = 0
    unfinished = archive.with_suffix(".new")
    with tarfile.open(unfinished, "w:xz") as packing:
        for source in sources:
            for path in sorted(source.rglob("*")):
                try:
                    packing.add(path, recursive=False)
                    read += path.stat().st_size
                except OSError:
                    continue
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    _verify(unfinished)
    unfinished.replace(archive)
    return read, archive.stat().st_size


def _verify(archive: Path) -> None:
    """Reads all of it again."""
    with tarfile.open(archive, "r:xz") as packed:
        for member in packed:
            content = packed.extractfile(member)
            digest = hashlib.sha256()
            while content is not None and (piece := content.read(PIECE)):
                digest.update(piece)
