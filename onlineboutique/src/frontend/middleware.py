"""Around every page: session, span, log line, error page."""

import logging
import time
from typing import Final

import grpc
from aiohttp import web
from aiohttp.typedefs import Handler
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind

from frontend.forms import BadInput
from frontend.rendering import page
from frontend.session import forget_stale_currency, identify, remember
from shoplib.behaviour import Behaviour
from shoplib.callers import HEADER, may_call
from shoplib.errors import Refused, describe
from shoplib.tracing import TRACER, mark_failed

HEALTH: Final = "/_healthz"
BEHAVIOUR: Final = web.AppKey("behaviour", Behaviour)
UNTRACED: Final = (HEALTH, "/static/", "/favicon.ico")

# Refusals that are the user's to mend (errors.CALLERS_FAULT); every other failed call is ours.
_USER_ERRORS: Final = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.OUT_OF_RANGE: 422,
    grpc.StatusCode.FAILED_PRECONDITION: 422,
    grpc.StatusCode.NOT_FOUND: 404,
}

logger = logging.getLogger("frontend")


@web.middleware
async def turn_strangers_away(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost: nothing is logged or traced of those who are not the shop's (shoplib/callers.py)."""
    if request.path == HEALTH or may_call(request.headers.get(HEADER)):
        return await handler(request)
    return web.Response(status=401, text=f"send the token of this shop as {HEADER}\n")


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith(UNTRACED):
        return await handler(request)
    is_new_user = identify(request)
    # A root span always: a trace that began in somebody's browser would have a parent that is not in the data.
    with TRACER.start_as_current_span(_name(request), Context(), SpanKind.SERVER, _attributes(request)) as span:
        response = await _answer(request, handler, span)
        if is_new_user:
            remember(request, response)
        forget_stale_currency(request, response)
    return response


async def _answer(request: web.Request, handler: Handler, span: Span) -> web.StreamResponse:
    started = time.perf_counter()
    response = await _page_or_error(request, handler)
    span.set_attribute("http.response.status_code", response.status)
    if response.status >= 500:
        mark_failed(span, response.reason or "")
    took_ms = (time.perf_counter() - started) * 1000
    logger.info(
        "request complete: %s %s status=%d took_ms=%.0f", request.method, request.path, response.status, took_ms
    )
    return response


async def _page_or_error(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        await request.app[BEHAVIOUR].before(_name(request))
        return await handler(request)
    except web.HTTPException as answer:
        return _plain(request, answer)
    except BadInput as error:
        return error_page(request, 422, str(error))
    except grpc.aio.AioRpcError as error:
        return error_page(request, _USER_ERRORS.get(error.code(), 500), describe(error))
    except Refused as refused:
        return error_page(request, 503, refused.message)
    except Exception as error:
        logger.exception("request error: %s %s", request.method, request.path)
        return error_page(request, 500, f"internal error: {type(error).__name__}")


def _plain(request: web.Request, answer: web.HTTPException) -> web.StreamResponse:
    """Redirects as they are; refusals of the router (no such page or method) as a page."""
    if answer.status >= 400:
        return error_page(request, answer.status, answer.reason)
    return web.Response(status=answer.status, headers={"Location": answer.headers["Location"]})


def error_page(request: web.Request, status: int, message: str) -> web.Response:
    log = logger.error if status >= 500 else logger.warning
    log("request error: %s %s: %s", request.method, request.path, message)
    return page(request, "error", status=status, code=status, message=message)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "/{path}"


def _name(request: web.Request) -> str:
    return f"{request.method} {_route(request)}"


def _attributes(request: web.Request) -> dict[str, str]:
    return {
        "http.request.method": request.method,
        "http.route": _route(request),
        "url.path": request.path,
        "url.scheme": request.scheme,
    }
