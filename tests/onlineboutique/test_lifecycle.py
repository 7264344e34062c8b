"""Health, graceful stop, and what a service says when it can't start."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

SRC = Path(__file__).resolve().parents[2] / "onlineboutique" / "src"
SERVICES = (
    "adservice",
    "cartservice",
    "checkoutservice",
    "currencyservice",
    "emailservice",
    "paymentservice",
    "productcatalogservice",
    "recommendationservice",
    "shippingservice",
)


def run(service: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    base = {key: value for key, value in os.environ.items() if not key.endswith("_ADDR") and key != "PORT"}
    return subprocess.run(
        [sys.executable, "-m", f"{service}.main"],
        env={**base, "PYTHONPATH": str(SRC), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_health_is_served(shop: Any, service: str) -> None:
    with grpc.insecure_channel(shop.address(service)) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(service=""), timeout=3)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_the_front_has_a_health_page(shop: Any) -> None:
    assert httpx.get(f"{shop.url}/_healthz", timeout=3).text == "ok"


@pytest.mark.parametrize("service", ["frontend", "checkoutservice", "cartservice"])
def test_sigterm_ends_a_service_and_its_log_says_so(shop: Any, service: str) -> None:
    shop.kill(service, signal.SIGTERM)
    assert shop.logs(service)[-1]["message"] == "stopped"


def test_a_request_in_flight_is_answered_after_sigterm(shop: Any, poll: Callable[..., Any]) -> None:
    """The catalogue hangs for a while, the front is told to stop meanwhile, and its user still gets the page."""
    answers: list[int] = []
    shop.kill("productcatalogservice", signal.SIGSTOP)
    try:
        before = len(shop.logs("frontend"))
        user = threading.Thread(target=lambda: answers.append(httpx.get(f"{shop.url}/", timeout=20).status_code))
        user.start()
        poll(lambda: any(line["message"].startswith("home") for line in shop.logs("frontend")[before:]))
        front = shop.pid("frontend")
        os.kill(front, signal.SIGTERM)
        time.sleep(0.3)  # time in which a front that does not care would be gone
    finally:
        shop.kill("productcatalogservice", signal.SIGCONT)
    user.join(20)
    assert answers == [200]
    poll(lambda: not Path(f"/proc/{front}").exists())


def test_spans_are_sent_before_the_end(shop: Any) -> None:
    """The exporter's second is not over yet when the service is stopped."""
    httpx.get(f"{shop.url}/product/66VCHSJNUP", timeout=20)
    trace_id = next(line["trace_id"] for line in reversed(shop.logs("adservice")) if line["trace_id"])
    shop.kill("adservice", signal.SIGTERM)
    assert "adservice" in {span.service for span in shop.received.of_trace(trace_id)}


@pytest.mark.parametrize(
    ("service", "environment", "missing"),
    [
        ("adservice", {}, "PORT"),
        ("cartservice", {"PORT": "1"}, "REDIS_ADDR"),
        ("checkoutservice", {"PORT": "1"}, "CART_SERVICE_ADDR"),
        ("loadgenerator", {"PORT": "1"}, "FRONTEND_ADDR"),
    ],
)
def test_a_missing_variable_is_named(service: str, environment: dict[str, str], missing: str) -> None:
    ended = run(service, environment)
    assert ended.returncode == 1
    assert f"environment variable {missing} is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_ends_the_service() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run("adservice", {"PORT": port})
    assert ended.returncode != 0
    assert port in ended.stderr


def test_preloading_starts_no_thread() -> None:
    """A fork copies only one thread; a lock that another one holds would stay locked for ever."""
    code = "import threading, shoplib.preload; print(threading.active_count())"
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "1"
