"""Clients that take their time, of every sort that once could stop the API."""

import select
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Final

TIMEOUT_S: Final = 30
MANY: Final = 64
UPLOAD: Final = 8 << 20
API: Final = "/api/v1"
SCRIPT: Final = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"


@dataclass(frozen=True, slots=True)
class Target:
    port: int
    token: str
    download: str  # path of something large


def kinds(target: Target) -> Mapping[str, bytes]:
    """What each sends before it falls asleep."""
    bearer = f"Authorization: Bearer {target.token}"
    zipped = ("Content-Type: application/zip", f"Content-Length: {UPLOAD}")
    json = ("Content-Type: application/json", "Content-Length: 500")
    some = b'{"username": "' + b"x" * 50
    return {
        "nothing sent": b"",
        "half a head": _request("POST", f"{API}/session", *json)[:-2],
        "half a body": _request("POST", f"{API}/session", *json) + some,
        "half a body, signed in": _request("POST", f"{API}/tokens", bearer, *json) + some,
        "half an upload": _request("POST", f"{API}/datasets/import", *zipped) + bytes(UPLOAD // 8),
        "half an upload, signed in": _request("POST", f"{API}/datasets/import", bearer, *zipped) + bytes(UPLOAD // 8),
        "reads nothing of a script": _request("GET", SCRIPT),
        "reads nothing of a list, signed in": _request("GET", f"{API}/schema", bearer),
        "reads nothing of a download, signed in": _request("GET", target.download, bearer),
    }


def _request(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


@contextmanager
def held(target: Target, sent: bytes, count: int = MANY) -> Iterator[list[socket.socket]]:
    """So many of them, connected until the end."""
    with ExitStack() as all_of_them:
        yield [all_of_them.enter_context(closing(_client(target, sent))) for _ in range(count)]


def _client(target: Target, sent: bytes) -> socket.socket:
    client = socket.socket()
    client.settimeout(TIMEOUT_S)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", target.port))
    try:
        client.sendall(sent)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it was told already that nobody wants to hear the rest
    return client


def is_silent(client: socket.socket) -> bool:
    """Whether the server has neither answered nor closed."""
    return not select.select([client], [], [], 0)[0]
