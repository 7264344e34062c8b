"""Traces with right parents from every service, and logs that carry their ids."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

PRODUCT = "66VCHSJNUP"
SERVER, CLIENT = 2, 3

# Callee → (caller, method) of an order and of a product page.
EXPECTED = {
    "adservice": ("frontend", "AdService/GetAds"),
    "cartservice": ("checkoutservice", "CartService/EmptyCart"),
    "checkoutservice": ("frontend", "CheckoutService/PlaceOrder"),
    "currencyservice": ("checkoutservice", "CurrencyService/Convert"),
    "emailservice": ("checkoutservice", "EmailService/SendOrderConfirmation"),
    "paymentservice": ("checkoutservice", "PaymentService/Charge"),
    "productcatalogservice": ("recommendationservice", "ProductCatalogService/ListProducts"),
    "recommendationservice": ("frontend", "RecommendationService/ListRecommendations"),
    "shippingservice": ("checkoutservice", "ShippingService/ShipOrder"),
}


def newest_trace(shop: Any, needle: str) -> str:
    return next(line["trace_id"] for line in reversed(shop.logs("frontend")) if needle in line["message"])


def spans_of(visit: tuple[Any, list[str]]) -> list[Any]:
    shop, traces = visit
    return [span for trace in traces for span in shop.received.of_trace(trace)]


@pytest.mark.parametrize("service", EXPECTED)
def test_a_server_span_has_the_callers_client_span_as_parent(visit: tuple[Any, list[str]], service: str) -> None:
    caller, method = EXPECTED[service]
    spans = {span.span_id: span for span in spans_of(visit)}
    served = [
        span
        for span in spans.values()
        if (span.service, span.kind, span.name) == (service, SERVER, f"/hipstershop.{method}")
    ]
    parents = [spans[span.parent_id] for span in served]
    assert caller in {parent.service for parent in parents}
    for parent, span in zip(parents, served, strict=True):
        assert (parent.kind, parent.name, parent.trace_id) == (CLIENT, span.name, span.trace_id)
        assert parent.attributes["rpc.grpc.status_code"] == span.attributes["rpc.grpc.status_code"] == 0


def test_a_client_span_lies_inside_the_span_that_made_the_call(visit: tuple[Any, list[str]]) -> None:
    spans = {span.span_id: span for span in spans_of(visit)}
    for span in spans.values():
        if span.kind == CLIENT:
            assert spans[span.parent_id].kind == SERVER
            assert spans[span.parent_id].service == span.service


def test_only_pages_are_roots(visit: tuple[Any, list[str]]) -> None:
    roots = [span for span in spans_of(visit) if not span.parent_id]
    assert {(span.service, span.name, span.kind) for span in roots} == {
        ("frontend", name, SERVER) for name in ("GET /product/{id}", "POST /cart", "POST /cart/checkout")
    }
    by_name = {span.name: span.attributes for span in roots}
    assert by_name["GET /product/{id}"]["http.response.status_code"] == 200
    assert by_name["GET /product/{id}"]["http.route"] == "/product/{id}"
    assert by_name["POST /cart"]["http.response.status_code"] == 302


def test_the_store_is_in_the_trace(visit: tuple[Any, list[str]]) -> None:
    stored = {span.name: span for span in spans_of(visit) if span.attributes.get("db.system") == "redis"}
    assert set(stored) == {"HGETALL", "HINCRBY", "DEL"}
    assert {span.service for span in stored.values()} == {"cartservice"}


def test_every_parent_is_known(visit: tuple[Any, list[str]]) -> None:
    spans = spans_of(visit)
    ids = {span.span_id for span in spans}
    assert [span for span in spans if span.parent_id and span.parent_id not in ids] == []


def test_health_checks_are_not_traced(shop: Any) -> None:
    assert not any("Health" in span.name or "healthz" in span.name for span in shop.received.all())


def test_a_trace_begun_elsewhere_is_not_continued(shop: Any, poll: Callable[..., Any]) -> None:
    foreign = "0af7651916cd43dd8448eb211c80319c"
    httpx.get(f"{shop.url}/cart", headers={"traceparent": f"00-{foreign}-b7ad6b7169203331-01"}, timeout=20)
    trace_id = newest_trace(shop, "GET /cart ")
    poll(lambda: shop.received.of_trace(trace_id))
    assert trace_id != foreign
    assert shop.received.of_trace(foreign) == []


def test_every_log_line_is_json_with_all_fields(visit: tuple[Any, list[str]]) -> None:
    shop, _ = visit
    for service in (*EXPECTED, "frontend"):
        lines = shop.logs(service)
        assert lines
        for line in lines:
            assert set(line) == {"timestamp", "severity", "message", "service", "pod", "trace_id", "span_id"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["timestamp"])
            assert (line["service"], line["pod"]) == (service, f"{service}-0")


def test_every_service_logs_inside_the_trace(visit: tuple[Any, list[str]]) -> None:
    shop, traces = visit
    spans = {span.span_id: span for span in spans_of(visit)}
    for service in (*EXPECTED, "frontend"):
        mine = [line for line in shop.logs(service) if line["trace_id"] in traces]
        assert mine, f"{service} wrote nothing about the visit"
        for line in mine:
            assert spans[line["span_id"]].service == service
