"""What a user, a trace and a log show when a part of the shop is down or slow."""

import signal
from collections.abc import Callable
from typing import Any

import httpx
import pytest

PRODUCT = "66VCHSJNUP"


def trace_of(shop: Any, service: str, needle: str, since: int = 0) -> str:
    """The trace of the newest log line of `service` that has `needle` in it."""
    found = [line for line in shop.logs(service)[since:] if needle in line["message"]]
    assert found, f"no line of {service} has {needle!r}"
    return str(found[-1]["trace_id"])


def all_parents_known(spans: list[Any]) -> bool:
    ids = {span.span_id for span in spans}
    return bool(spans) and all(span.parent_id in ids for span in spans if span.parent_id)


def test_a_failing_payment_fails_the_order(
    shop: Any, browser: httpx.Client, order_form: dict[str, str], poll: Callable[..., Any]
) -> None:
    browser.post("/cart", data={"product_id": PRODUCT, "quantity": "1"})
    shop.kill("paymentservice")
    page = browser.post("/cart/checkout", data=order_form)
    assert page.status_code == 500
    assert "failed to charge card" in page.text
    assert "UNAVAILABLE" in page.text

    errors = [line for line in shop.logs("checkoutservice") if line["severity"] == "ERROR"]
    assert "[PlaceOrder] failed to charge card" in errors[-1]["message"]
    assert any(line["trace_id"] == errors[-1]["trace_id"] for line in shop.logs("frontend"))

    def failed_spans() -> dict[tuple[str, str], Any]:
        spans = shop.received.of_trace(errors[-1]["trace_id"])
        return {(span.service, span.name): span for span in spans if span.failed}

    # Each service sends its spans by itself, in its own time.
    expected = {
        ("frontend", "POST /cart/checkout"),
        ("checkoutservice", "/hipstershop.PaymentService/Charge"),
        ("checkoutservice", "/hipstershop.CheckoutService/PlaceOrder"),
    }
    poll(lambda: expected <= set(failed_spans()))
    failed = failed_spans()
    assert failed["frontend", "POST /cart/checkout"].attributes["http.response.status_code"] == 500
    charge = failed["checkoutservice", "/hipstershop.PaymentService/Charge"]
    assert charge.attributes["rpc.grpc.status_code"] == 14
    assert failed["checkoutservice", "/hipstershop.CheckoutService/PlaceOrder"].attributes["rpc.grpc.status_code"] == 14
    assert ("checkoutservice", "/hipstershop.CartService/GetCart") not in failed

    assert '<b id="cart-size">1</b>' in browser.get("/cart").text
    shop.start("paymentservice")
    poll(lambda: browser.post("/cart/checkout", data=order_form).status_code == 200)


@pytest.mark.parametrize(
    ("service", "box", "other_box", "call", "warning"),
    [
        ("adservice", 'class="ad"', "recommendation", "/hipstershop.AdService/GetAds", "failed to retrieve ads"),
        (
            "recommendationservice",
            'class="card recommendation"',
            'class="ad"',
            "/hipstershop.RecommendationService/ListRecommendations",
            "failed to get product recommendations",
        ),
    ],
)
def test_a_failing_extra_only_leaves_its_box_empty(
    shop: Any,
    browser: httpx.Client,
    poll: Callable[..., Any],
    service: str,
    box: str,
    other_box: str,
    call: str,
    warning: str,
) -> None:
    assert box in browser.get(f"/product/{PRODUCT}").text
    shop.kill(service)
    page = browser.get(f"/product/{PRODUCT}")
    assert page.status_code == 200
    assert box not in page.text
    assert other_box in page.text
    trace_id = trace_of(shop, "frontend", warning)
    poll(lambda: any(span.name == call and span.failed for span in shop.received.of_trace(trace_id)))
    assert not any(span.failed for span in shop.received.of_trace(trace_id) if span.name.startswith("GET"))


def test_an_order_stands_although_its_mail_fails(shop: Any, browser: httpx.Client, order_form: dict[str, str]) -> None:
    browser.post("/cart", data={"product_id": PRODUCT, "quantity": "1"})
    shop.kill("emailservice")
    assert browser.post("/cart/checkout", data=order_form).status_code == 200
    assert any("failed to send order confirmation" in line["message"] for line in shop.logs("checkoutservice"))


def test_a_needed_service_that_is_down_gives_an_error_page(shop: Any, browser: httpx.Client) -> None:
    shop.kill("productcatalogservice")
    page = browser.get("/")
    assert page.status_code == 500
    assert "Uh, oh!" in page.text


def test_calls_to_a_hanging_service_end_at_their_deadline_with_whole_traces(
    shop: Any, browser: httpx.Client, poll: Callable[..., Any]
) -> None:
    """Recommendations are cancelled or time out half-way; the spans of both sides must still come."""
    shop.kill("productcatalogservice", signal.SIGSTOP)
    try:
        page = browser.get("/cart")
    finally:
        shop.kill("productcatalogservice", signal.SIGCONT)
    assert page.status_code == 200
    assert 'class="card recommendation"' not in page.text
    trace_id = trace_of(shop, "frontend", "failed to get product recommendations")
    call = "/hipstershop.ProductCatalogService/ListProducts"
    # The catalogue works off what it was asked before it was stopped, or drops it; either way parents are known.
    poll(lambda: any(span.name == call and span.failed for span in shop.received.of_trace(trace_id)))
    poll(lambda: any(span.name == "GET /cart" for span in shop.received.of_trace(trace_id)))
    assert all_parents_known(shop.received.of_trace(trace_id))


def test_a_cancelled_call_keeps_its_spans(shop: Any, order_form: dict[str, str], poll: Callable[..., Any]) -> None:
    """The caller gives up before checkout is done: checkout is cancelled while it waits for the cart."""
    import grpc

    from shoplib.hipstershop_pb2 import PlaceOrderRequest
    from shoplib.hipstershop_pb2_grpc import CheckoutServiceStub

    shop.kill("cartservice", signal.SIGSTOP)
    try:
        with (
            grpc.insecure_channel(shop.address("checkoutservice")) as channel,
            pytest.raises(grpc.RpcError, match="DEADLINE_EXCEEDED"),
        ):
            CheckoutServiceStub(channel).PlaceOrder(PlaceOrderRequest(user_id="impatient"), timeout=0.3)
    finally:
        shop.kill("cartservice", signal.SIGCONT)
    trace_id = trace_of(shop, "checkoutservice", "user_id=impatient")

    def failed() -> set[str]:
        return {span.name for span in shop.received.of_trace(trace_id) if span.failed}

    poll(lambda: failed() >= {"/hipstershop.CheckoutService/PlaceOrder", "/hipstershop.CartService/GetCart"})
    assert all_parents_known(shop.received.of_trace(trace_id))
