"""When a session or token was last used, written at most once a minute: a poll must not be a write."""

import time
from typing import Final

EVERY_S: Final = 60
MOST: Final = 10_000
_written: dict[str, float] = {}


def is_news(key: str) -> bool:
    """Whether the last note of this session or token is old enough for another. Each process keeps its own count."""
    now = time.monotonic()
    if now - _written.get(key, -EVERY_S) < EVERY_S:
        return False
    if len(_written) >= MOST:
        _written.clear()
    _written[key] = now
    return True
