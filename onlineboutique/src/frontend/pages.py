"""The pages of the shop."""

import asyncio
import logging
import mimetypes
from typing import Any, Final

from aiohttp import web

from frontend import forms
from frontend.backends import Backends
from frontend.rendering import HERE, page
from frontend.session import CURRENCY_COOKIE, SESSION_COOKIE, USER_ID, currency_of, set_cookie
from shoplib import money
from shoplib.hipstershop_pb2 import CartItem, Money

BACKENDS: Final = web.AppKey("backends", Backends)

logger = logging.getLogger("frontend")


def _static_files() -> dict[str, tuple[str, bytes]]:
    """(content type, content) by path below static/. A dozen small files: memory is simpler than a file server."""
    root = HERE / "static"
    return {
        str(path.relative_to(root)): (mimetypes.guess_type(path.name)[0] or "text/plain", path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


_STATIC: Final = _static_files()


async def home(request: web.Request) -> web.Response:
    logger.info("home currency=%s", currency_of(request))
    backends, currency = request.app[BACKENDS], currency_of(request)
    currencies, products, cart, ads = await asyncio.gather(
        backends.currencies(), backends.products(), backends.cart_of(request[USER_ID]), backends.ads(())
    )
    prices = await backends.converted((product.price_usd for product in products), currency)
    listed = list(zip(products, prices, strict=True))
    return page(request, "home", listed=listed, currencies=currencies, ads=ads, cart_size=_pieces(cart))


async def product(request: web.Request) -> web.Response:
    product_id = request.match_info["id"]
    backends, currency = request.app[BACKENDS], currency_of(request)
    logger.info("serving product page id=%s currency=%s", product_id, currency)
    found, currencies, cart = await asyncio.gather(
        backends.product(product_id), backends.currencies(), backends.cart_of(request[USER_ID])
    )
    cost, recommended, ads = await asyncio.gather(
        backends.convert(found.price_usd, currency),
        backends.recommendations(request[USER_ID], [product_id]),
        backends.ads(found.categories),
    )
    shown: dict[str, Any] = {"product": found, "cost": cost, "recommended": recommended, "ads": ads}
    return page(request, "product", currencies=currencies, cart_size=_pieces(cart), **shown)


async def view_cart(request: web.Request) -> web.Response:
    backends, currency, user_id = request.app[BACKENDS], currency_of(request), request[USER_ID]
    logger.info("view user cart")
    currencies, cart = await asyncio.gather(backends.currencies(), backends.cart_of(user_id))
    shipping, recommended, lines = await asyncio.gather(
        backends.shipping_cost(cart, currency),
        backends.recommendations(user_id, [item.product_id for item in cart]),
        asyncio.gather(*(_line(backends, item, currency) for item in cart)),
    )
    total = shipping
    for line in lines:
        total = money.add(total, line["cost"])
    shown: dict[str, Any] = {"lines": lines, "shipping": shipping, "total": total, "recommended": recommended}
    return page(request, "cart", currencies=currencies, cart_size=_pieces(cart), **shown)


async def _line(backends: Backends, item: CartItem, currency: str) -> dict[str, Any]:
    found = await backends.product(item.product_id)
    each: Money = await backends.convert(found.price_usd, currency)
    return {"product": found, "quantity": item.quantity, "cost": money.multiply(each, item.quantity)}


async def add_to_cart(request: web.Request) -> web.Response:
    backends = request.app[BACKENDS]
    product_id, quantity = forms.cart_item(await forms.read(request))
    logger.info("adding to cart product=%s quantity=%d", product_id, quantity)
    found = await backends.product(product_id)
    await backends.add_to_cart(request[USER_ID], found.id, quantity)
    return _see("/cart")


async def empty_cart(request: web.Request) -> web.Response:
    logger.info("emptying cart")
    await request.app[BACKENDS].empty_cart(request[USER_ID])
    return _see("/")


async def checkout(request: web.Request) -> web.Response:
    backends = request.app[BACKENDS]
    wanted = forms.order(await forms.read(request), request[USER_ID], currency_of(request))
    logger.info("placing order")
    order = await backends.place_order(wanted)
    logger.info("order placed order=%s", order.order_id)
    paid = order.shipping_cost
    for line in order.items:
        paid = money.add(paid, money.multiply(line.cost, line.item.quantity))
    recommended = await backends.recommendations(request[USER_ID], [line.item.product_id for line in order.items])
    return page(request, "order", order=order, paid=paid, recommended=recommended, cart_size=0)


async def set_currency(request: web.Request) -> web.Response:
    code = forms.currency(await forms.read(request))
    logger.info("setting currency curr.new=%s curr.old=%s", code, currency_of(request))
    response = _see("/")
    set_cookie(response, CURRENCY_COOKIE, code)
    return response


async def logout(request: web.Request) -> web.Response:
    logger.info("logging out")
    response = _see("/")
    response.del_cookie(CURRENCY_COOKIE)
    response.del_cookie(SESSION_COOKIE)
    return response


async def healthz(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def static(request: web.Request) -> web.Response:
    return _file(request.match_info["path"])


async def favicon(request: web.Request) -> web.Response:
    """Asked for by browsers that don't read the page's link to the icon."""
    return _file("favicon.ico")


def _file(path: str) -> web.Response:
    try:
        content_type, content = _STATIC[path]
    except KeyError:
        raise web.HTTPNotFound from None
    return web.Response(body=content, content_type=content_type, headers={"Cache-Control": "max-age=3600"})


def _see(path: str) -> web.Response:
    return web.Response(status=302, headers={"Location": path})


def _pieces(cart: list[CartItem]) -> int:
    return sum(item.quantity for item in cart)


ROUTES: Final = (
    web.get("/", home),
    web.get("/product/{id}", product),
    web.get("/cart", view_cart),
    web.post("/cart", add_to_cart),
    web.post("/cart/empty", empty_cart),
    web.post("/cart/checkout", checkout),
    web.post("/setCurrency", set_currency),
    web.get("/logout", logout),
    web.get("/_healthz", healthz),
    web.get("/static/{path:.+}", static),
    web.get("/favicon.ico", favicon),
)
