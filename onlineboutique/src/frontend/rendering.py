"""Templates, compiled when this module is imported, so that forked processes share them."""

from pathlib import Path
from typing import Any, Final

import jinja2
from aiohttp import web

from frontend.backends import OFFERED
from frontend.session import currency_of
from shoplib import money

HERE: Final = Path(__file__).parent

_SYMBOLS: Final = {"USD": "$", "EUR": "€", "CAD": "C$", "JPY": "¥", "GBP": "£", "TRY": "₺"}
_PAGES: Final = ("home", "product", "cart", "order", "error")


def price(amount: Any) -> str:
    code, _, number = money.text(amount).partition(" ")
    return _SYMBOLS.get(code, f"{code} ") + number


def _compiled() -> dict[str, jinja2.Template]:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, auto_reload=False, trim_blocks=True
    )
    environment.filters["price"] = price
    return {page: environment.get_template(f"{page}.html") for page in (*_PAGES, "base")}


_TEMPLATES: Final = _compiled()


def page(request: web.Request, name: str, *, status: int = 200, **values: Any) -> web.Response:
    values.setdefault("currencies", OFFERED)
    html = _TEMPLATES[name].render(currency=currency_of(request), **values)
    return web.Response(text=html, content_type="text/html", status=status)
