"""Secrets of this installation: made at first start, one file each, readable by their owner alone."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def secret(path: Path, make: Callable[[], str]) -> str:
    """What `path` holds; when it does not exist it is first made, once, however many processes ask."""
    if not path.exists():
        _create(path, make())
    return path.read_text(encoding="utf-8").strip()


def _create(path: Path, value: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # fails if another process was first, unlike a rename
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()


def replace_secret(path: Path, value: str) -> None:
    """Write a secret that changes; readers see the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value + "\n")
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
