"""An application without Django, and its server with little patience, for tests of the server alone.

python -m tests.web_server.small_app unix:PATH
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any

from web_server import limits

LARGE = 32 << 20  # more than the buffers of both ends hold


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/file":
        return _file(environ, start_response)
    if path.startswith("/stream"):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return _stream(path)
    if path == "/busy":
        time.sleep(60)
    content = {
        "/count": lambda: str(_count(environ)).encode(),
        "/small": lambda: b"x" * (limits.ANSWER_BYTES // 4),
        "/large": lambda: b"x" * LARGE,
    }.get(path, lambda: path.encode())()
    start_response("200 OK", [("Content-Length", str(len(content))), ("Content-Type", "text/plain")])
    return [content]


def _stream(path: str) -> Iterable[bytes]:
    """In chunks, as nobody knows its length; one that fails has sent some of them."""
    yield b"first"
    if path == "/stream-that-fails":
        raise RuntimeError("half-way")
    yield b"last"


def _count(environ: dict[str, Any]) -> int:
    """Bytes of the body, read as an upload is."""
    total = 0
    while data := environ["wsgi.input"].read(1 << 18):
        total += len(data)
    return total


def _file(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  the server closes it
    size = int(environ["QUERY_STRING"])
    file.write(b"y" * size)
    file.seek(0)
    start_response("200 OK", [("Content-Length", str(size)), ("Content-Type", "application/octet-stream")])
    found: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
    return found


def main() -> None:
    from gunicorn.app.wsgiapp import run

    limits.HEAD_S, limits.CREDIT_S, limits.LINGER_S = 1.5, 1.5, 1.0  # type: ignore[misc]
    limits.BYTES_PER_S = 64 << 10  # type: ignore[misc]
    limits.HEAD_BYTES, limits.BODY_BYTES, limits.ANSWER_BYTES = 16 << 10, 64 << 10, 1 << 20  # type: ignore[misc]
    worker = ("--worker-class", "web_server.worker.Worker", "--workers", "1", "--threads", "2", "--no-control-socket")
    waits = ("--keep-alive", "2", "--graceful-timeout", "2", "--worker-connections", "60", "--log-level", "warning")
    sys.argv = ["gunicorn", "--bind", sys.argv[1], *worker, *waits, "tests.web_server.small_app:application"]
    run()


if __name__ == "__main__":
    main()
