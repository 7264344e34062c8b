"""Sends spans to the collector as OTLP over HTTP.

OpenTelemetry's own exporter was not taken: each function that runs in a forked process makes pages its own, and the
HTTP client under it costs 3 MB in each pod.
"""

import http.client
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

TIMEOUT_S: Final = 10.0  # for a batch, all attempts together
FIRST_PAUSE_S: Final = 0.25  # doubled before each further attempt
PATH: Final = "/v1/traces"
HEADERS: Final = {"Content-Type": "application/x-protobuf"}
# The OTLP specification's answers after which a batch may be sent again.
RETRYABLE: Final = frozenset({429, 502, 503, 504})


class Exporter(SpanExporter):
    """Keeps one connection open. Silent when a batch is lost: a service's logs tell of the service."""

    def __init__(self, endpoint: str, headers: Mapping[str, str]) -> None:
        """As OTEL_EXPORTER_OTLP_ENDPOINT (http://host:port) and OTEL_EXPORTER_OTLP_HEADERS have them."""
        url = urlsplit(endpoint)
        self._connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT_S)
        self._path = url.path.rstrip("/") + PATH
        self._headers = {**headers, **HEADERS}
        self._stopping = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Tries again while the collector is away or asks for it."""
        body = encode_spans(spans).SerializeToString()
        deadline = time.monotonic() + TIMEOUT_S
        pause = FIRST_PAUSE_S
        while (status := self._send(body)) in RETRYABLE:
            if time.monotonic() + pause > deadline or self._stopping.wait(pause):
                break
            pause *= 2
        return SpanExportResult.SUCCESS if status == http.client.OK else SpanExportResult.FAILURE

    def _send(self, body: bytes) -> int:
        """The status; 503 when there was no answer, which also closes the connection."""
        try:
            self._connection.request("POST", self._path, body, self._headers)
            response = self._connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return http.client.SERVICE_UNAVAILABLE
        return response.status

    def shutdown(self) -> None:
        """A waiting export gives up. The connection is left to the thread that uses it."""
        self._stopping.set()
