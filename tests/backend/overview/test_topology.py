"""The map of the shop, made once for all that look."""

import threading
import time

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from faults.models import Injection, Label, State
from overview import topology as module
from overview.topology import MOST_ANSWERS, SharedByWindow, rounded
from systems import selectors as systems
from systems.ports import Pod, Service
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import Span, Window

SECOND = 1_000_000
T0 = 1_760_000_000 * SECOND


def pod(name: str, *, ready: bool) -> Pod:
    return Pod(name, name.rsplit("-", 1)[0], "node", "Running", ready, 0, T0)


@pytest.mark.django_db
def test_faults_are_those_that_last() -> None:
    now = timezone.now()
    common = {"kind": "pod-failure", "duration_s": 60.0, "requested_at": now, "deadline": now}
    running = Injection.objects.create(state=State.ACTIVE, **common)
    Label.objects.create(injection=running, pod="a-0", service="a", kind="pod-failure", start=T0)
    Label.objects.create(injection=running, pod="a-1", service="a", kind="pod-failure", start=T0, end=T0 + SECOND)
    closed = Injection.objects.create(state=State.FAILED, **common)
    Label.objects.create(injection=closed, pod="b-0", service="b", kind="pod-failure", start=T0)
    assert module._faults() == {"a-0": ["pod-failure"]}


@pytest.mark.django_db
def test_services_with_traffic_and_without(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Span(T0, 2000, "t", "a", None, "frontend", "frontend-0", "GET /", "server", "http", 503)
    call = Span(T0, 1000, "t", "b", "a", "frontend", "frontend-0", "/Get", "client", "grpc", 0)
    answer = Span(T0, 900, "t", "c", "b", "cart", "cart-0", "/Get", "server", "grpc", 0)
    monkeypatch.setattr(module, "telemetry_source", lambda: FakeTelemetry(spans=[page, call, answer]))
    monkeypatch.setattr(
        systems, "services", lambda: [Service(name, 1, "grpc", ()) for name in ("quiet", "frontend", "cart")]
    )
    pods = [pod("frontend-0", ready=True), pod("cart-0", ready=True), pod("cart-1", ready=False)]
    monkeypatch.setattr(systems, "pods", lambda: pods)
    monkeypatch.setattr(module, "_faults", lambda: {"cart-1": ["pod-failure", "pod-failure"]})
    body = api.get("/api/v1/topology", {"from": T0, "to": T0 + 11 * SECOND}).json()
    assert (body["from"], body["to"]) == (T0, T0 + 10 * SECOND)
    cart, frontend, quiet = body["nodes"]
    assert cart == {
        "service": "cart",
        "ready": 1,
        "total": 2,
        "rate": 0.1,
        "error_ratio": 0.0,
        "p95": 900.0,
        "faults": ["pod-failure"],
    }
    assert (frontend["error_ratio"], frontend["faults"]) == (1.0, [])
    assert (quiet["total"], quiet["rate"], quiet["error_ratio"], quiet["p95"]) == (0, 0.0, None, None)
    assert [(edge["source"], edge["destination"]) for edge in body["edges"]] == [("frontend", "cart")]


def test_ten_viewers_cost_as_one() -> None:
    made = []

    def make(window: Window) -> dict:
        made.append(window)
        time.sleep(0.05)
        return {"from": window.start}

    shared = SharedByWindow(make)
    windows = [Window(T0 + index, T0 + 60 * SECOND + index) for index in range(10)]
    threads = [threading.Thread(target=shared, args=(window,)) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert made == [Window(T0, T0 + 60 * SECOND)]


def test_made_anew_when_it_is_old_and_kept_in_bounds() -> None:
    now, made = [0.0], []
    shared = SharedByWindow(lambda window: made.append(window) or {}, clock=lambda: now[0])
    shared(Window(T0, T0 + SECOND))
    shared(Window(T0, T0 + SECOND))
    assert len(made) == 1
    now[0] = 6.0
    shared(Window(T0, T0 + SECOND))
    assert len(made) == 2
    for index in range(100):
        shared(Window(T0 + index * 10 * SECOND, T0 + 1000 * 10 * SECOND))
    assert len(shared._entries) == MOST_ANSWERS


def test_a_failure_is_not_kept() -> None:
    answers = iter([RuntimeError("down"), {"nodes": []}])

    def make(window: Window) -> dict:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shared = SharedByWindow(make)
    with pytest.raises(RuntimeError):
        shared(Window(T0, T0 + SECOND))
    assert shared(Window(T0, T0 + SECOND)) == {"nodes": []}


def test_rounded_windows_are_never_empty() -> None:
    assert rounded(Window(T0 + 1, T0 + 2)) == Window(T0, T0 + 5 * SECOND)
