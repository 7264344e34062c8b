"""What a caller sends wrong is refused with the right status and a warning: it is no error of the service."""

import json
import socket
from collections.abc import Callable
from typing import Any

import grpc
import httpx
import pytest

from frontend.backends import OFFERED
from frontend.middleware import _USER_ERRORS
from shoplib import hipstershop_pb2_grpc as stubs
from shoplib.errors import CALLERS_FAULT
from shoplib.hipstershop_pb2 import (
    AddItemRequest,
    CartItem,
    ChargeRequest,
    CreditCardInfo,
    CurrencyConversionRequest,
    EmptyCartRequest,
    GetCartRequest,
    GetProductRequest,
    Money,
    PlaceOrderRequest,
)

PRODUCT = "66VCHSJNUP"
SERVICES = ("frontend", "cartservice", "checkoutservice", "currencyservice", "paymentservice", "productcatalogservice")


@pytest.fixture
def new_lines(shop: Any) -> Callable[[], list[dict[str, str]]]:
    """What the services have written since the test began."""
    before = {service: len(shop.logs(service)) for service in SERVICES}
    return lambda: [line for service in SERVICES for line in shop.logs(service)[before[service] :]]


def of_level(lines: list[dict[str, str]], *levels: str) -> list[tuple[str, str]]:
    return [(line["service"], line["message"]) for line in lines if line["severity"] in levels]


def test_a_stale_currency_cookie_is_dropped_to_the_default(
    browser: httpx.Client, new_lines: Callable[[], list[dict[str, str]]]
) -> None:
    browser.cookies.set("shop_currency", "XXX", domain="127.0.0.1")
    page = browser.get("/")
    assert page.status_code == 200
    assert "$18.9" in page.text
    assert "shop_currency" not in browser.cookies
    assert of_level(new_lines(), "WARNING", "ERROR", "CRITICAL") == []


@pytest.mark.parametrize("code", ["XXX", "BGN", "", "usd", "'; DROP TABLE", "ÜÜÜ"])
def test_any_currency_that_is_not_offered_is_stale(browser: httpx.Client, code: str) -> None:
    cookie = f"shop_currency={code}".encode()
    answer = browser.get("/", headers=[(b"Cookie", cookie)])
    assert answer.status_code == 200
    assert 'shop_currency=""' in answer.headers.get("set-cookie", "")


def test_a_currency_chosen_instead_of_a_stale_one_stays(browser: httpx.Client) -> None:
    browser.cookies.set("shop_currency", "XXX", domain="127.0.0.1")
    assert "¥" in browser.post("/setCurrency", data={"currency_code": "JPY"}).text
    assert "¥" in browser.get("/").text


def test_what_the_shop_offers_is_known_to_its_currency_service() -> None:
    from currencyservice.rates import PER_EURO

    assert set(OFFERED) <= set(PER_EURO)


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("GET", "/product/NOSUCHTHING", None, 404),
        ("GET", "/product/%00%ff%f0%9f", None, 404),
        ("POST", "/cart", {"product_id": "NOSUCHTHING", "quantity": "1"}, 404),
        ("POST", "/cart", {"product_id": PRODUCT, "quantity": "0"}, 422),
        ("POST", "/cart", {"product_id": PRODUCT, "quantity": "-1"}, 422),
        ("POST", "/cart", {"product_id": PRODUCT, "quantity": "99999999999999999999"}, 422),
        ("POST", "/cart", {}, 422),
        ("POST", "/setCurrency", {"currency_code": "XXX"}, 422),
        ("POST", "/cart/checkout", {"credit_card_number": "1234"}, 422),
        ("POST", "/cart/checkout", {"credit_card_expiration_year": "2020"}, 422),
        ("POST", "/cart/checkout", {"zip_code": "abc"}, 422),
        ("GET", "/no/such/page", None, 404),
        ("DELETE", "/cart", None, 405),
    ],
)
def test_a_visitors_mistake_is_a_warning(
    browser: httpx.Client,
    order_form: dict[str, str],
    new_lines: Callable[[], list[dict[str, str]]],
    method: str,
    path: str,
    form: dict[str, str] | None,
    status: int,
) -> None:
    if path.endswith("checkout"):
        browser.post("/cart", data={"product_id": PRODUCT, "quantity": "1"})
        form = order_form | (form or {})
    page = browser.request(method, path, data=form)
    assert page.status_code == status
    assert 'id="error"' in page.text
    assert of_level(new_lines(), "ERROR", "CRITICAL") == []
    assert "frontend" in {service for service, _ in of_level(new_lines(), "WARNING")}


def test_a_refused_card_is_a_warning_of_each_service_that_it_passed(
    browser: httpx.Client, order_form: dict[str, str], new_lines: Callable[[], list[dict[str, str]]]
) -> None:
    browser.post("/cart", data={"product_id": PRODUCT, "quantity": "1"})
    page = browser.post("/cart/checkout", data=order_form | {"credit_card_number": "378282246310005"})
    assert page.status_code == 422
    warned = {service for service, message in of_level(new_lines(), "WARNING") if "only VISA" in message}
    assert warned == {"paymentservice", "checkoutservice", "frontend"}


def test_an_order_of_an_empty_cart_is_a_warning(
    browser: httpx.Client, order_form: dict[str, str], new_lines: Callable[[], list[dict[str, str]]]
) -> None:
    assert browser.post("/cart/checkout", data=order_form).status_code == 422
    assert of_level(new_lines(), "ERROR", "CRITICAL") == []
    assert {service for service, _ in of_level(new_lines(), "WARNING")} == {"checkoutservice", "frontend"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("application/x-www-form-urlencoded", b"currency_code=\xff\xfe"),
        ("application/x-www-form-urlencoded; charset=no-such", b"currency_code=EUR"),
        ("application/json", b'{"currency_code": "EUR"}'),
        ("", b"currency_code=EUR"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(
    browser: httpx.Client, new_lines: Callable[[], list[dict[str, str]]], content_type: str, body: bytes
) -> None:
    page = browser.post("/setCurrency", content=body, headers={"Content-Type": content_type})
    assert page.status_code == 422
    assert of_level(new_lines(), "ERROR", "CRITICAL") == []


def test_a_form_that_is_too_large_is_refused(
    browser: httpx.Client, new_lines: Callable[[], list[dict[str, str]]]
) -> None:
    assert browser.post("/cart", data={"product_id": "x" * 100_000}).status_code == 413
    assert of_level(new_lines(), "ERROR", "CRITICAL") == []


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_a_request_that_is_not_http_is_a_warning(
    shop: Any, new_lines: Callable[[], list[dict[str, str]]], request_head: bytes
) -> None:
    host, _, port = shop.address("frontend").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request_head)
        assert connection.recv(4096).split()[1] in (b"400", b"404")
    assert of_level(new_lines(), "ERROR", "CRITICAL") == []


def a_cart_item(quantity: int = 1, product_id: str = PRODUCT, user_id: str = "somebody") -> AddItemRequest:
    return AddItemRequest(user_id=user_id, item=CartItem(product_id=product_id, quantity=quantity))


def a_conversion(amount: Money, to_code: str = "EUR") -> CurrencyConversionRequest:
    return CurrencyConversionRequest(**{"from": amount}, to_code=to_code)


INVALID, MISSING, NOT_NOW = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
)


@pytest.mark.parametrize(
    ("service", "stub", "method", "request_", "code"),
    [
        ("cartservice", "CartService", "AddItem", a_cart_item(0), INVALID),
        ("cartservice", "CartService", "AddItem", a_cart_item(2**31 - 1), INVALID),
        ("cartservice", "CartService", "AddItem", a_cart_item(product_id=""), INVALID),
        ("cartservice", "CartService", "AddItem", a_cart_item(user_id=""), INVALID),
        ("cartservice", "CartService", "GetCart", GetCartRequest(), INVALID),
        ("cartservice", "CartService", "EmptyCart", EmptyCartRequest(), INVALID),
        ("currencyservice", "CurrencyService", "Convert", a_conversion(Money(currency_code="XXX", units=1)), INVALID),
        ("currencyservice", "CurrencyService", "Convert", a_conversion(Money(currency_code="USD"), "XXX"), INVALID),
        (
            "currencyservice",
            "CurrencyService",
            "Convert",
            a_conversion(Money(currency_code="USD", units=2**63 - 1), "IDR"),
            INVALID,
        ),
        (
            "currencyservice",
            "CurrencyService",
            "Convert",
            a_conversion(Money(currency_code="USD", units=1, nanos=-5)),
            INVALID,
        ),
        ("paymentservice", "PaymentService", "Charge", ChargeRequest(credit_card=CreditCardInfo()), INVALID),
        ("productcatalogservice", "ProductCatalogService", "GetProduct", GetProductRequest(id="no"), MISSING),
        ("checkoutservice", "CheckoutService", "PlaceOrder", PlaceOrderRequest(user_id="nobody"), NOT_NOW),
        ("checkoutservice", "CheckoutService", "PlaceOrder", PlaceOrderRequest(), INVALID),
    ],
    ids=lambda value: getattr(value, "name", None) or type(value).__name__,
)
def test_a_service_refuses_with_the_right_status_and_a_warning(
    shop: Any,
    new_lines: Callable[[], list[dict[str, str]]],
    service: str,
    stub: str,
    method: str,
    request_: Any,
    code: grpc.StatusCode,
) -> None:
    with grpc.insecure_channel(shop.address(service)) as channel, pytest.raises(grpc.RpcError) as refused:
        getattr(getattr(stubs, f"{stub}Stub")(channel), method)(request_, timeout=10)
    assert refused.value.code() is code  # type: ignore[attr-defined]
    assert of_level(new_lines(), "ERROR", "CRITICAL") == []
    assert service in {name for name, _ in of_level(new_lines(), "WARNING")}


def test_front_and_services_agree_on_what_is_the_callers_fault() -> None:
    assert set(_USER_ERRORS) == CALLERS_FAULT


def test_a_failure_of_the_service_stays_an_error(
    shop: Any, browser: httpx.Client, order_form: dict[str, str], new_lines: Callable[[], list[dict[str, str]]]
) -> None:
    browser.post("/cart", data={"product_id": PRODUCT, "quantity": "1"})
    shop.kill("paymentservice")
    assert browser.post("/cart/checkout", data=order_form).status_code == 500
    assert {service for service, _ in of_level(new_lines(), "ERROR")} == {"checkoutservice", "frontend"}


def test_no_log_line_has_a_secret_of_the_visitor(shop: Any, browser: httpx.Client, order_form: dict[str, str]) -> None:
    browser.post("/cart", data={"product_id": PRODUCT, "quantity": "1"})
    browser.post("/cart/checkout", data=order_form | {"credit_card_number": "4432-8015-6152-0455"})
    text = json.dumps([line for service in SERVICES for line in shop.logs(service)])
    assert "8015-6152" not in text
    assert "80156152" not in text
