"""The transactions of services: written whole or not at all, and begun again when the database broke them off.

Of two transactions that wait for each other MariaDB ends one. SQLite has one writer at a time, and no such thing.
"""

import logging
import random
import sqlite3
import time
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS: Final = 5
LONGEST_PAUSE_S: Final = 0.1
DEADLOCK: Final = 1213
LOCK_WAIT: Final = 1205

logger = logging.getLogger(__name__)


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """As Django's decorator. Within another transaction it is part of that one, and that one is begun again."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return _once(function, *args, **kwargs)
            except OperationalError as error:
                if not is_deadlock(error) or transaction.get_connection().in_atomic_block:
                    raise
                logger.info("%s: begun again after a deadlock", function.__qualname__)
            time.sleep(random.uniform(0, LONGEST_PAUSE_S))  # noqa: S311  only to keep two from meeting again
        return _once(function, *args, **kwargs)

    return run


def _once(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    with transaction.atomic():
        return function(*args, **kwargs)


def is_deadlock(error: OperationalError) -> bool:
    return error.args[:1] == (DEADLOCK,)


def is_contention(error: OperationalError) -> bool:
    """Whether it may succeed when tried again: another transaction was in the way for too long."""
    if error.args[:1] in ((DEADLOCK,), (LOCK_WAIT,)):
        return True
    return getattr(error.__cause__, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
