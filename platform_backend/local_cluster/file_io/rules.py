"""Which file operations of a pod are hit, and what becomes of them. Pure but for the dice."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from local_cluster.file_io.abi import Method


@dataclass(frozen=True, slots=True)
class IoRule:
    """Either `delay_s` or `errno` is set. `methods` empty: all; `path` as the pod sees it, empty: all its volumes."""

    percent: float
    delay_s: float = 0.0
    errno: int = 0
    methods: frozenset[Method] = frozenset()
    path: str = ""

    def concerns(self, method: Method) -> bool:
        return not self.methods or method in self.methods

    def strikes(self) -> bool:
        """Decided for each operation by itself."""
        return random.random() * 100 < self.percent  # noqa: S311

    def __str__(self) -> str:
        what = f"delayed by {self.delay_s * 1000:g} ms" if self.delay_s else f"failed with errno {self.errno}"
        which = ", ".join(sorted(self.methods)) or "every operation"
        return f"{self.percent:g} % of {which} on {self.path or 'all files'} {what}"


def matches(pattern: str, path: str) -> bool:
    """The file itself, all files below a folder, or a pattern with * and ?; an empty pattern means all."""
    return not pattern or path.startswith(pattern.rstrip("/") + "/") or path == pattern or fnmatchcase(path, pattern)


def as_seen(path: str, mounts: Mapping[str, Path]) -> str | None:
    """A file's path as the pod sees it; None when it is in none of its volumes."""
    for mount, folder in mounts.items():
        root = str(folder)
        if path == root or path.startswith(root + "/"):
            return mount.rstrip("/") + path[len(root) :]
    return None
