"""Large uploads and downloads keep a thread of the web server each, for long: some threads have to be left."""

from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from typing import Final

from common.errors import Unavailable, said
from platform_backend.config import config

PLACES: Final = max(1, config().web.threads // 2)
_places: Final = BoundedSemaphore(PLACES)


def take_place() -> Callable[[], None]:
    """Gives what gives the place back, once. Raises Unavailable when all are taken."""
    if not _places.acquire(blocking=False):
        raise Unavailable(
            said(
                "transfer.no_place",
                "{places} uploads and downloads are running, which is as many as there may be; try again in a moment.",
                places=PLACES,
            )
        )
    given = Lock()  # taken by the first who gives the place back: two may, the end of a file and that of its answer

    def release() -> None:
        if given.acquire(blocking=False):
            _places.release()

    return release
