"""Patience with slow clients: an end to it, so that none holds a thread and a dataset for ever."""

from typing import Final

from rest_framework.request import Request

STALLED_S: Final = 60.0


def bound_waiting(request: Request) -> None:
    """A client that neither takes nor sends a byte for a minute is gone. Servers without a socket to set are left."""
    connection = request._request.META.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(STALLED_S)
