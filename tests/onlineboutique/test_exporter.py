"""Spans reach a collector that is away for a while, and a batch that can't be sent is given up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult

from shoplib.exporter import Exporter


@contextmanager
def collector(statuses: list[int], *, port: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Answers with one status after the other; yields its port and what it received."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(statuses.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The tests' output has no use for it."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port, received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_span() -> ReadableSpan:
    with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span("a") as span:
        pass
    assert isinstance(span, ReadableSpan)
    return span


def test_a_busy_collector_gets_the_batch_again() -> None:
    with collector([503, 200]) as (port, received):
        assert Exporter(f"http://127.0.0.1:{port}", {}).export([a_span()]) is SpanExportResult.SUCCESS
        assert len(received) == 2
        assert received[0] == received[1]


def test_a_refused_batch_is_not_sent_again() -> None:
    with collector([400]) as (port, received):
        assert Exporter(f"http://127.0.0.1:{port}", {}).export([a_span()]) is SpanExportResult.FAILURE
        assert len(received) == 1


def test_a_collector_that_comes_back_is_found() -> None:
    with collector([200]) as (port, _):
        exporter = Exporter(f"http://127.0.0.1:{port}", {})
        assert exporter.export([a_span()]) is SpanExportResult.SUCCESS
    sent: list[SpanExportResult] = []
    away = threading.Thread(target=lambda: sent.append(exporter.export([a_span()])))
    away.start()
    with collector([200], port=port) as (_, received):
        away.join(timeout=20)
        assert sent == [SpanExportResult.SUCCESS]
        assert len(received) == 1


def test_shutdown_ends_the_attempts() -> None:
    with collector([]) as (port, _):
        exporter = Exporter(f"http://127.0.0.1:{port}", {})
    exporter.shutdown()
    assert exporter.export([a_span()]) is SpanExportResult.FAILURE
