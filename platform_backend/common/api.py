"""What every API view shares: problem details (RFC 9457), cursor pages, input checks."""

import logging
import sys
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common import full_disk
from common.errors import Said, Unavailable, UserError, said
from common.transactions import is_contention

logger = logging.getLogger(__name__)

PROBLEM: Final = "application/problem+json"
NOTHING_HERE: Final = said("request.no_such_address", "There is nothing at this address.")
BAD_REQUEST: Final = said("request.bad", "The request is not valid, or its host name is not in web.allowed_hosts.")
FORBIDDEN: Final = said("request.forbidden", "You may not do this.")
INVALID: Final = said("input.invalid", "The input is not valid; see errors.")
LONGEST_MESSAGE: Final = 2000
Errors = Mapping[str, list[str]]
S = TypeVar("S", bound=serializers.BaseSerializer[Any])


def problem(status: int, detail: Said, errors: Errors | None = None, **extra: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": detail.code,
        "params": dict(detail.params),
    }
    if errors:
        body["errors"] = {name: [_short(each) for each in messages] for name, messages in errors.items()}
        body["error_codes"] = {name: [_code(each) for each in messages] for name, messages in errors.items()}
    return body | extra


def _short(message: str) -> str:
    """A message may quote what it is about, which may be large."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _code(message: str) -> str:
    """Of a field's message: REST framework's own, or that of `said`."""
    return str(getattr(message, "code", None) or "invalid")


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's hook: any exception of a view as problem details."""
    set_rollback()
    if isinstance(exc, OperationalError) and is_contention(exc):
        exc = Unavailable(
            said("database.busy", "The database is busy with other writes; nothing was changed. Try again.")
        )
    if isinstance(exc, UserError):
        body, headers = problem(exc.status, exc.message, exc.fields, **_places(exc)), {}
        if exc.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = "2"
    elif isinstance(exc, Http404):
        body, headers = problem(404, NOTHING_HERE), {}
    elif isinstance(exc, PermissionDenied):
        body, headers = problem(403, FORBIDDEN), {}
    elif isinstance(exc, exceptions.APIException):
        body, headers = _of_rest_framework(exc), _headers(exc)
    elif isinstance(exc, SuspiciousOperation | UnreadablePostError):
        body, headers = _of_django(exc), {}
    elif full_disk.is_full(exc):
        body, headers = _full_disk(exc, context["request"]), {"Retry-After": "10"}
    else:
        body, headers = _internal(exc, context["request"]), {}
    # Whatever language the view would have answered in.
    context["request"].accepted_renderer, context["request"].accepted_media_type = JSONRenderer(), PROBLEM
    return Response(body, status=body["status"], headers=headers, content_type=PROBLEM)


def _places(exc: UserError) -> dict[str, Any]:
    if not exc.places:
        return {}
    return {"places": [{**asdict(each), "message": _short(each.message)} for each in exc.places]}


def _of_rest_framework(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        return problem(exc.status_code, INVALID, flatten(exc.detail))
    code = str(getattr(exc.detail, "code", exc.default_code))
    wait = getattr(exc, "wait", None)
    params = {"wait_s": int(wait) + 1} if wait else {}
    return problem(exc.status_code, Said(str(exc.detail), f"request.{code}", params))


def _of_django(exc: SuspiciousOperation | UnreadablePostError) -> dict[str, Any]:
    """What Django finds wrong with a request when a view reads it."""
    if isinstance(exc, RequestDataTooBig):
        return problem(413, said("request.too_large", "The body is too large."))
    return problem(400, said("request.malformed", "The request is not valid: {reason}", reason=exc))


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _internal(exc: BaseException | None, request: Any) -> dict[str, Any]:
    error_id = uuid4().hex
    logger.error("internal error %s at %s %s", error_id, request.method, request.path, exc_info=exc)
    return problem(500, said("internal", "internal error"), id=error_id)


def _full_disk(exc: BaseException | None, request: Any) -> dict[str, Any]:
    logger.error("no room on the disk at %s %s: %s", request.method, request.path, exc)
    return problem(HTTPStatus.INSUFFICIENT_STORAGE, full_disk.MESSAGE)


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested error detail as {"field.inner": [messages]}."""
    if isinstance(detail, Mapping):
        parts = ((f"{prefix}.{key}" if prefix else str(key), value) for key, value in detail.items())
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        parts = ((f"{prefix}.{index}", item) for index, item in enumerate(detail) if item)
    else:
        items = detail if isinstance(detail, list) else [detail]
        return {prefix or "non_field_errors": [item if isinstance(item, str) else str(item) for item in items]}
    flat: dict[str, list[str]] = {}
    for name, value in parts:
        flat |= flatten(value, name)
    return flat


def user_of(request: Request) -> User:
    """Who asks; views without sign-in must not call it."""
    if not isinstance(request.user, User):
        raise exceptions.NotAuthenticated
    return request.user


def checked(serializer: S) -> S:
    """The serializer after its check; an invalid input becomes 400 with an error per field."""
    serializer.is_valid(raise_exception=True)
    return serializer


def _json_problem(status: int, detail: Said, **extra: Any) -> JsonResponse:
    return JsonResponse(problem(status, detail, **extra), status=status, content_type=PROBLEM)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _json_problem(400, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _json_problem(403, exception.message if isinstance(exception, UserError) else FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    return _json_problem(403, said("request.csrf", "CSRF check failed: {reason}", reason=reason))


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _json_problem(404, NOTHING_HERE)


def server_error(request: HttpRequest) -> JsonResponse:
    """An exception outside of any API view; Django has logged it with its traceback, and still handles it."""
    error = sys.exc_info()[1]
    if full_disk.is_full(error):
        return JsonResponse(_full_disk(error, request), status=507, content_type=PROBLEM)
    return JsonResponse(_internal(None, request), status=500, content_type=PROBLEM)
