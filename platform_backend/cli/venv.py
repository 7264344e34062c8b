"""Whose .venv it is, and what of it can be used. Standard library only.

Nothing that another tool or person has made is ever changed: it is named in one line, with what to do.
"""

import os
import re
import shutil
import stat
import sys
from pathlib import Path
from typing import Final

from cli.console import CliError

# Written before anything else, so that a half-made one is known as ours.
MARK: Final = "microservo.made"
STAMP: Final = "microservo.stamp"  # its locks; there only while it is whole
OLDEST: Final = (3, 11)
_VERSION: Final = re.compile(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", re.MULTILINE)
_NAMED: Final = re.compile(r"^python(\d+)\.(\d+)$")

Version = tuple[int, int]


def refuse_foreign(repo: Path, venv: Path) -> None:
    """Raises CliError (exit code 2) when it is not ours to use or to change."""
    try:
        kind = venv.lstat().st_mode
    except FileNotFoundError:
        return
    if not venv.is_dir():
        what = f"is a link to {venv.readlink()}, where no folder is" if stat.S_ISLNK(kind) else "is no folder"
        raise _refusal(venv, what)
    owner = venv.stat().st_uid
    # root, and who owns the checkout, decide what we run anyway.
    if owner not in (os.geteuid(), repo.stat().st_uid, 0):
        raise _refusal(venv, f"belongs to user {owner}, who could change what runs here")
    if not _is_ours(venv):
        raise _refusal(venv, f"was not made by ./microservo (it has no {STAMP})")


def _is_ours(venv: Path) -> bool:
    """Also an empty folder, such as the mount point of a volume: there is nothing to lose."""
    return (venv / MARK).is_file() or (venv / STAMP).is_file() or not any(venv.iterdir())


def _refusal(venv: Path, what: str) -> CliError:
    return CliError(f"{venv} {what}; move it away, then start again: mv {venv} {venv}.other", code=2)


def refuse_closed(repo: Path, venv: Path) -> None:
    """Raises CliError (exit code 2) when it has to be changed, and that is not allowed."""
    folder = venv if venv.exists() else repo
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CliError(f"{folder} can't be written to, and ./microservo has to install packages in {venv}", code=2)


def stamped(venv: Path) -> frozenset[str]:
    """Digests of the locks that it holds; none when it is not whole."""
    try:
        return frozenset((venv / STAMP).read_text(encoding="ascii").split())
    except (OSError, ValueError):  # ValueError: not text
        return frozenset()


def python_version(venv: Path) -> Version | None:
    """For which Python it was made; None when its interpreter is gone, no program, or has become another version."""
    python = venv / "bin" / "python"
    try:
        found = _VERSION.search((venv / "pyvenv.cfg").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if found is None or not os.access(python, os.X_OK):
        return None
    version = int(found[1]), int(found[2])
    # The link may lead to a name like /usr/bin/python3, which an upgrade of the system has pointed elsewhere.
    now = _NAMED.match(Path(os.path.realpath(python)).name)
    if version < OLDEST or (now is not None and (int(now[1]), int(now[2])) != version):
        return None
    return version


def own_version() -> Version:
    return sys.version_info[0], sys.version_info[1]


def begin(venv: Path) -> None:
    """Empty, and marked as ours. A link or mount point stays one."""
    venv.mkdir(exist_ok=True)
    for entry in venv.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    (venv / MARK).touch()
