"""`logs`: the output of a part or a pod, its end or as it grows."""

import argparse
import time
from collections import deque
from pathlib import Path
from typing import Final

from cli.console import CliError, say
from platform_backend.config import Config, config

_POLL_SECONDS: Final = 0.3


def run(arguments: argparse.Namespace) -> int:
    files = log_files(config())
    if not arguments.name:
        say("\n".join(sorted(files)) or "There are no logs yet.")
        return 0
    if arguments.name not in files:
        known = ", ".join(sorted(files)) or "none yet"
        raise CliError(f"no log of {arguments.name!r}; known: {known}", code=2)
    _show(files[arguments.name], arguments.lines, follow=arguments.follow)
    return 0


def log_files(settings: Config) -> dict[str, Path]:
    """By name: parts of the platform, processes of the local cluster, pods."""
    found = {path.stem: path for path in settings.logs_dir.glob("*.log")}
    for path in settings.cluster_dir.glob("*.log"):
        found.setdefault(path.stem, path)
    for path in settings.cluster_dir.glob("pods/*/stdout.log"):
        found[path.parent.name] = path
    return found


def _show(path: Path, lines: int, *, follow: bool) -> None:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in deque(file, maxlen=lines):
            say(line.rstrip("\n"))
        place = file.tell()
    while follow:
        time.sleep(_POLL_SECONDS)
        place = _show_added(path, place)


def _show_added(path: Path, place: int) -> int:
    """Rotated or emptied files are read from their new beginning."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return 0
    with path.open(encoding="utf-8", errors="replace") as file:
        file.seek(place if place <= size else 0)
        for line in file:
            say(line.rstrip("\n"))
        return file.tell()
