"""Who may read what a running copy writes."""

import re
import stat
from pathlib import Path

import psutil


def open_to_others(folder: Path) -> list[str]:
    """What of it anybody else may touch, and sockets and files with a mode of another kind than 0600."""
    found = []
    for path in (folder, *folder.rglob("*")):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:  # gone meanwhile
            continue
        allowed = 0o700 if stat.S_ISDIR(mode) else 0o600
        if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & ~allowed:
            found.append(f"{path}: {stat.filemode(mode)}")
    return found


def umask_of(process: psutil.Process) -> str:
    """As the kernel says."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    match = re.search(r"^Umask:\s+(\d+)$", status, re.MULTILINE)
    return match[1] if match else "ended"
