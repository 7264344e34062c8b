"""A disk without room, of which files and the database tell in many words."""

import errno
import shutil
from typing import Final

from django.db import DatabaseError

from common.errors import said
from platform_backend.config import config

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
# SQLite needs some pages for its journal and its index of that; with less it can't even read.
LEAST_ROOM: Final = 1 << 20
# Without the folder: whoever asks without having signed in may read it.
MESSAGE: Final = said(
    "disk.full", "The disk of the platform's state folder is full. Free some space there: all goes on by itself then."
)


def is_full(error: BaseException | None) -> bool:
    """Whether that is why something failed."""
    if isinstance(error, OSError):
        return error.errno in FULL
    return isinstance(error, DatabaseError) and shutil.disk_usage(config().state).free < LEAST_ROOM
