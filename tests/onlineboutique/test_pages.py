"""The shop's pages, as a browser sees them."""

import re

import httpx
import pytest

PRODUCT = "66VCHSJNUP"


def add(browser: httpx.Client, quantity: str = "2") -> httpx.Response:
    return browser.post("/cart", data={"product_id": PRODUCT, "quantity": quantity})


def test_home_lists_the_products_with_prices(browser: httpx.Client) -> None:
    page = browser.get("/")
    assert page.status_code == 200
    assert len(re.findall(r'class="card product"', page.text)) == 9
    assert "$18.98" in page.text or "$18.99" in page.text


def test_product_page_has_recommendations_and_an_ad(browser: httpx.Client) -> None:
    page = browser.get(f"/product/{PRODUCT}")
    assert page.status_code == 200
    assert "Tank Top" in page.text
    recommended = re.findall(r'class="card recommendation" href="/product/(\w+)"', page.text)
    assert len(recommended) == 4
    assert PRODUCT not in recommended
    assert 'class="ad"' in page.text


def test_pictures_and_style_are_served(browser: httpx.Client) -> None:
    page = browser.get("/")
    for path in {*re.findall(r'src="(/static/[^"]+)"', page.text), "/static/shop.css"}:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].split(";")[0] in ("image/svg+xml", "text/css")


def test_pictures_need_no_font(browser: httpx.Client) -> None:
    for path in set(re.findall(r'src="(/static/[^"]+)"', browser.get("/").text)):
        picture = browser.get(path).text
        assert "<text" not in picture, path
        assert len(re.findall(r"<(path|circle|ellipse|rect)", picture)) >= 4, path
        assert len(picture) < 2000, path


def test_the_icon_is_there_on_the_first_visit(browser: httpx.Client) -> None:
    [icon] = re.findall(r'<link rel="icon" href="([^"]+)"', browser.get("/").text)
    assert browser.get(icon).headers["content-type"].startswith("image/svg+xml")
    for_old_browsers = browser.get("/favicon.ico")
    assert for_old_browsers.status_code == 200
    assert for_old_browsers.headers["content-type"] == "image/vnd.microsoft.icon"
    assert for_old_browsers.content[:4] == b"\0\0\1\0"
    assert "set-cookie" not in for_old_browsers.headers


def test_what_is_added_is_in_the_cart(browser: httpx.Client) -> None:
    assert add(browser).url.path == "/cart"
    page = add(browser)
    assert '<b id="cart-size">4</b>' in page.text
    emptied = browser.post("/cart/empty")
    assert "cart-size" not in emptied.text
    assert "Your cart is empty" in browser.get("/cart").text


def test_each_visitor_has_an_own_cart(browser: httpx.Client) -> None:
    add(browser)
    browser.cookies.clear()
    assert "Your cart is empty" in browser.get("/cart").text


def test_prices_follow_the_chosen_currency(browser: httpx.Client) -> None:
    page = browser.post("/setCurrency", data={"currency_code": "JPY"})
    assert page.url.path == "/"
    assert "¥" in page.text
    assert "$" not in re.sub(r"<option.*?</option>", "", page.text)


def test_an_order_is_confirmed_and_empties_the_cart(browser: httpx.Client, order_form: dict[str, str]) -> None:
    add(browser)
    page = browser.post("/cart/checkout", data=order_form)
    assert page.status_code == 200
    assert re.search(r'id="order-id">[0-9a-f-]{36}<', page.text)
    assert re.search(r'id="tracking-id">[A-Z]{2}-\d+-\d+<', page.text)
    # Two tank tops and shipping: 2 x 18.99 + 8.99, converted through the euro and rounded down.
    assert re.search(r'id="total">\$46\.9[67]<', page.text)
    assert "Your cart is empty" in browser.get("/cart").text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("credit_card_number", "4432-8015-6152-0455", "credit card info is invalid"),
        ("credit_card_number", "378282246310005", "only VISA or MasterCard"),
        ("credit_card_expiration_year", "2020", "expired on 1/2020"),
        ("zip_code", "abc", "zip_code is"),
        ("email", " ", "email is missing"),
    ],
)
def test_an_order_that_the_user_must_mend(
    browser: httpx.Client, order_form: dict[str, str], field: str, value: str, told: str
) -> None:
    add(browser)
    page = browser.post("/cart/checkout", data={**order_form, field: value})
    assert page.status_code == 422
    assert told in page.text
    assert "cart-size" in browser.get("/cart").text


def test_an_order_without_anything_in_the_cart_is_refused(browser: httpx.Client, order_form: dict[str, str]) -> None:
    page = browser.post("/cart/checkout", data=order_form)
    assert page.status_code == 422
    assert "the cart is empty" in page.text


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("GET", "/product/NOSUCHTHING", None, 404),
        ("GET", "/no/such/page", None, 404),
        ("DELETE", "/cart", None, 405),
        ("GET", "/static/../main.py", None, 404),
        ("POST", "/cart", {"product_id": PRODUCT, "quantity": "11"}, 422),
        ("POST", "/cart", {"product_id": PRODUCT, "quantity": "²"}, 422),
        ("POST", "/cart", {"product_id": "NOSUCHTHING", "quantity": "1"}, 404),
        ("POST", "/setCurrency", {"currency_code": "XXX"}, 422),
    ],
)
def test_bad_requests_get_a_page_that_says_so(
    browser: httpx.Client, method: str, path: str, form: dict[str, str] | None, status: int
) -> None:
    page = browser.request(method, path, data=form)
    assert page.status_code == status
    assert "Traceback" not in page.text


def test_input_is_escaped(browser: httpx.Client) -> None:
    page = browser.post("/setCurrency", data={"currency_code": "<script>alert(1)</script>"})
    assert "<script>" not in page.text


def test_a_forged_session_is_replaced(browser: httpx.Client) -> None:
    browser.cookies.set("shop_session-id", "../../etc/passwd", domain="127.0.0.1")
    answer = browser.get("/")
    assert answer.status_code == 200
    assert "shop_session-id" in answer.headers["set-cookie"]
