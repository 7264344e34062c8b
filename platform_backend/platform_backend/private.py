"""What belongs to one user alone: the umask of every process, and the folders that hold state.

Sign-in sessions, tokens and the control sockets are as good as a password, and other people have accounts on the same
machine. So each file is private by itself, and not only by the folder that it lies in.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from platform_backend.config import ConfigError

UMASK: Final = 0o077
FOLDER: Final = 0o700
_OTHERS: Final = 0o077
_LOST_AND_FOUND: Final = "lost+found"  # of a file system that was made for the state folder; it is root's

# What the user's own files follow, who called us with it.
_users_umask: int = UMASK


def become_private() -> None:
    """From here on what this process and its children make is private. Call it first."""
    global _users_umask
    _users_umask = os.umask(UMASK)


@contextmanager
def as_the_user_has_it() -> Iterator[None]:
    """For what is written on the user's behalf, outside of the state folder: an export follows the user's own umask."""
    before = os.umask(_users_umask)
    try:
        yield
    finally:
        os.umask(before)


def private_folder(folder: Path) -> None:
    """Make it, or close it to others if it is there. Raises ConfigError when it is not ours."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)
        # By descriptor, and never through a link: what is looked at is what is changed.
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if _owner(folder) not in (None, os.geteuid()):
            raise _strangers(folder) from None
        raise ConfigError(f"{folder}: {error.strerror}; set state_dir to a folder you may write") from None
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid():
            raise _strangers(folder)
        if stat.S_IMODE(found.st_mode) != FOLDER:
            os.fchmod(descriptor, FOLDER)
    finally:
        os.close(descriptor)


def private_tree(folder: Path) -> None:
    """Close to others whatever lies below: a hand or an older version may have left it open. Raises ConfigError."""
    for root, folders, files in os.walk(folder):
        if _LOST_AND_FOUND in folders:
            folders.remove(_LOST_AND_FOUND)
        for name in (*folders, *files):
            with suppress(FileNotFoundError):  # gone meanwhile
                _close(Path(root, name))


def _close(path: Path) -> None:
    found = path.lstat()
    if found.st_uid != os.geteuid():
        raise _strangers(path)
    mode = stat.S_IMODE(found.st_mode)
    if mode & _OTHERS and not stat.S_ISLNK(found.st_mode):
        path.chmod(mode & ~_OTHERS)


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except OSError:
        return None


def _strangers(path: Path) -> ConfigError:
    owner = _owner(path)
    return ConfigError(
        f"{path}: belongs to {_name(owner)}, and you are {_name(os.geteuid())}; "
        "set state_dir to a folder of yours, or have this one given to you (chown -R)"
    )


def _name(uid: int | None) -> str:
    if uid is None:
        return "nobody known"
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"
