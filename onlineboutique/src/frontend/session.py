"""Who the user is (a random id in a cookie) and which currency was chosen."""

import uuid
from typing import Final

from aiohttp import web

from frontend.backends import OFFERED

SESSION_COOKIE: Final = "shop_session-id"
CURRENCY_COOKIE: Final = "shop_currency"
DEFAULT_CURRENCY: Final = "USD"
COOKIE_AGE_S: Final = 48 * 3600

USER_ID: Final = web.RequestKey("user_id", str)


def identify(request: web.Request) -> bool:
    """Give the request its user id; whether the user is new. An id that is not one of ours is not trusted."""
    known = _valid_id(request.cookies.get(SESSION_COOKIE, ""))
    request[USER_ID] = known or str(uuid.uuid4())
    return not known


def _valid_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


def remember(request: web.Request, response: web.StreamResponse) -> None:
    set_cookie(response, SESSION_COOKIE, request[USER_ID])


def set_cookie(response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax")


def currency_of(request: web.Request) -> str:
    """The chosen one; the default when the shop does not trade in it (any more)."""
    code = request.cookies.get(CURRENCY_COOKIE, DEFAULT_CURRENCY)
    return code if code in OFFERED else DEFAULT_CURRENCY


def forget_stale_currency(request: web.Request, response: web.StreamResponse) -> None:
    stale = request.cookies.get(CURRENCY_COOKIE, DEFAULT_CURRENCY) not in OFFERED
    if stale and CURRENCY_COOKIE not in response.cookies:
        response.del_cookie(CURRENCY_COOKIE)
