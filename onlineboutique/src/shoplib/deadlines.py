"""The deadline of the call being served. Calls made on its behalf must not outlive it."""

import time
from contextvars import ContextVar
from typing import Final

# On the monotonic clock; None where nobody waits with a deadline.
_served_until: Final[ContextVar[float | None]] = ContextVar("served_until", default=None)

SHORTEST_S: Final = 0.001


def serve_for(seconds: float | None) -> None:
    """Called once at the start of an RPC with what its caller still grants."""
    _served_until.set(None if seconds is None else time.monotonic() + seconds)


def at_most(seconds: float) -> float:
    """`seconds`, or what is left of the deadline of the call being served if that is less."""
    until = _served_until.get()
    if until is None:
        return seconds
    return max(SHORTEST_S, min(seconds, until - time.monotonic()))
