"""Who may call a service: anybody, or where CALLER_TOKEN is set, only who sends it.

On a laptop every local user reaches every port of 127.0.0.1, so the local cluster gives its pods a token. In Kubernetes
the network sees to it, and there is none.
"""

import hmac
import os
from typing import Final

HEADER: Final = "x-caller-token"


def credentials() -> dict[str, str]:
    """What a call has to send besides."""
    token = _token()
    return {HEADER: token} if token else {}


def may_call(sent: str | bytes | None) -> bool:
    """`sent`: the header's value."""
    token = _token().encode()
    given = sent.encode(errors="replace") if isinstance(sent, str) else sent or b""
    return not token or hmac.compare_digest(given, token)


def _token() -> str:
    return os.environ.get("CALLER_TOKEN", "")
