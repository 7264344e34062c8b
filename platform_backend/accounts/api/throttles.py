"""Guessing passwords is slow: failures are counted per address and per user name."""

import time
from typing import Final

from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

FAILURES: Final = 10
WINDOW_S: Final = 60


def check(request: Request, username: str) -> None:
    """Raises Throttled when this address or user name failed too often within the current minute."""
    if any(cache.get(key, 0) >= FAILURES for key in _keys(request, username)):
        raise Throttled(wait=WINDOW_S - time.time() % WINDOW_S)


def count_failure(request: Request, username: str) -> None:
    for key in _keys(request, username):
        cache.add(key, 0, timeout=2 * WINDOW_S)
        cache.incr(key)


def _keys(request: Request, username: str) -> tuple[str, str]:
    window = int(time.time() // WINDOW_S)
    # hex: a user name may hold what a cache key may not
    name = username.encode()[:100].hex()
    return f"signin:{window}:address:{request.META.get('REMOTE_ADDR')}", f"signin:{window}:name:{name}"
