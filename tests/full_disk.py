"""Full disks for tests: a small file system of its own where that is allowed, and a limit of the process elsewhere."""

import os
import resource
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

BALLAST = "ballast"


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """What this process writes beyond that offset of a file fails, after the part that fits has landed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@dataclass(frozen=True)
class SmallDisk:
    folder: Path

    def fill(self) -> None:
        """To the last byte."""
        with (self.folder / BALLAST).open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 512, 1):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    @contextmanager
    def kept_full(self) -> Iterator[None]:
        """Whatever is given back is taken at once, until this ends."""
        over = threading.Event()

        def fill() -> None:
            while not over.wait(0.1):
                self.fill()

        self.fill()
        filler = threading.Thread(target=fill)
        filler.start()
        try:
            yield
        finally:
            over.set()
            filler.join()
            self.free()

    def free(self) -> None:
        (self.folder / BALLAST).unlink()

    @property
    def left(self) -> int:
        return os.statvfs(self.folder).f_bavail


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A file system of that size on this folder; skips the test, and says so, where nobody may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("a small disk needs the command mount")
    if done.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=30)
