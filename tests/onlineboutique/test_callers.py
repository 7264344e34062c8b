"""With a token, the shop answers its own and nobody else, and strangers leave no trace in its telemetry."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from shoplib import callers
from shoplib.hipstershop_pb2 import Empty
from shoplib.hipstershop_pb2_grpc import CurrencyServiceStub

from .conftest import SRC, eventually, free_port

TOKEN = "of-this-instance"
RIGHT = {callers.HEADER: TOKEN}
WRONG = [{}, {callers.HEADER: ""}, {callers.HEADER: "of-another"}, {"authorization": TOKEN}]


@contextmanager
def running(service: str, log: Path, receiver_port: int, **env: str) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(SRC),
        "PYTHONUNBUFFERED": "1",
        "PORT": str(port),
        "CALLER_TOKEN": TOKEN,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver_port}",
        **env,
    }
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", f"{service}.main"], env=environment, stdout=output)
    try:
        eventually(lambda: b"listening on" in log.read_bytes())
        yield port
    finally:
        process.terminate()
        process.wait(20)


def lines(log: Path) -> list[str]:
    return [json.loads(line)["message"] for line in log.read_text().splitlines()]


@pytest.mark.parametrize("metadata", WRONG)
def test_a_service_turns_strangers_away_without_a_trace(
    tmp_path: Path, receiver: Any, poll: Callable[..., Any], metadata: dict[str, str]
) -> None:
    received, port = receiver
    log = tmp_path / "log"
    with (
        running("currencyservice", log, port, SERVICE_NAME=f"currency-of-{id(metadata)}") as at,
        grpc.insecure_channel(f"127.0.0.1:{at}") as channel,
    ):
        before = lines(log)
        call = CurrencyServiceStub(channel).GetSupportedCurrencies
        with pytest.raises(grpc.RpcError) as refused:
            call(Empty(), timeout=10, metadata=tuple(metadata.items()))
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED  # type: ignore[attr-defined]
        assert lines(log) == before
        assert call(Empty(), timeout=10, metadata=tuple(RIGHT.items())).currency_codes
        service = f"currency-of-{id(metadata)}"
        poll(lambda: [span for span in received.all() if span.service == service])
        assert len([span for span in received.all() if span.service == service]) == 1


def test_health_is_told_to_everybody(tmp_path: Path, receiver: Any) -> None:
    with (
        running("currencyservice", tmp_path / "log", receiver[1]) as at,
        grpc.insecure_channel(f"127.0.0.1:{at}") as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_the_front_turns_strangers_away_without_a_trace(shop: Any, tmp_path: Path, receiver: Any) -> None:
    """Its backends ask for no token here, and get it all the same."""
    log = tmp_path / "log"
    addresses = {key: value for key, value in shop.environment_of("frontend").items() if key.endswith("_ADDR")}
    with running("frontend", log, receiver[1], **addresses) as port:
        before = lines(log)
        url = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{url}/_healthz").text == "ok"
        for headers in WRONG:
            answer = httpx.get(f"{url}/", headers=headers)
            assert answer.status_code == 401
            assert "set-cookie" not in answer.headers
        assert lines(log) == before
        assert httpx.get(f"{url}/", headers=RIGHT, timeout=20).status_code == 200


def test_only_the_shops_own_change_the_load(shop: Any, tmp_path: Path, receiver: Any) -> None:
    log = tmp_path / "log"
    address = shop.address("frontend")
    with running("loadgenerator", log, receiver[1], FRONTEND_ADDR=address, LOAD_RATE="0") as port:
        url = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{url}/_healthz").status_code == 200
        for headers in WRONG:
            assert httpx.put(f"{url}/load", json={"rate": 1000}, headers=headers).status_code == 401
            assert httpx.get(f"{url}/load", headers=headers).status_code == 401
        assert httpx.get(f"{url}/load", headers=RIGHT).json()["rate"] == 0.0
        assert httpx.put(f"{url}/load", json={"rate": 1}, headers=RIGHT).json()["rate"] == 1.0


def test_calls_carry_the_token_and_nothing_writes_it_down(shop: Any, tmp_path: Path, receiver: Any) -> None:
    """A front with the token, before a catalogue with the same: the page works only if the calls carry it."""
    received, otlp = receiver
    catalogue, front = tmp_path / "catalogue", tmp_path / "front"
    addresses = {key: value for key, value in shop.environment_of("frontend").items() if key.endswith("_ADDR")}
    with running("productcatalogservice", catalogue, otlp) as at:
        addresses["PRODUCT_CATALOG_SERVICE_ADDR"] = f"127.0.0.1:{at}"
        with running("frontend", front, otlp, **addresses) as port:
            page = httpx.get(f"http://127.0.0.1:{port}/product/66VCHSJNUP", headers=RIGHT, timeout=20)
    assert page.status_code == 200
    assert TOKEN not in page.text
    assert TOKEN not in catalogue.read_text() + front.read_text()
    assert TOKEN not in repr(received.all())


def test_the_standard_variable_gives_the_exporter_its_headers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from shoplib import tracing
    from shoplib.environment import Identity

    made: list[dict[str, str]] = []

    class Noted:
        def __init__(self, endpoint: str, headers: dict[str, str]) -> None:
            made.append(dict(headers))

        def export(self, spans: Any) -> None:
            """None are made here."""

        def shutdown(self) -> None:
            """Nothing to end."""

    monkeypatch.setattr(tracing, "Exporter", Noted)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc,x-more=1")
    tracing.start(Identity("a", "a-0", "n")).shutdown()
    assert made == [{"authorization": "Bearer abc", "x-more": "1"}]
