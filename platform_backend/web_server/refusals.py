"""What a client hears whose request did not get as far as the API."""

import json
from http import HTTPStatus
from typing import Final

from gunicorn.http import errors

from common.errors import Said, said

STATUSES: Final[dict[type[Exception], HTTPStatus]] = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}


class Refused(Exception):
    """The request is answered without the API."""

    def __init__(self, status: HTTPStatus, detail: Said) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def answer(self) -> bytes:
        """Problem details as the API's own, after which the connection is closed."""
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.detail.code,
            "params": dict(self.detail.params),
        }
        content = json.dumps(body).encode()
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + content


def of_parser(error: Exception) -> Refused:
    """What gunicorn's parser found wrong with the head."""
    status = STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)
    return Refused(status, said("request.no_http", "The request is not valid HTTP: {reason}", reason=error))


def too_slow(what: str) -> Refused:
    text = "The {what} of the request did not come in time."
    return Refused(HTTPStatus.REQUEST_TIMEOUT, said("request.too_slow", text, what=what))


def head_too_large(limit: int) -> Refused:
    text = "The head of the request has more than {limit} bytes."
    return Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, said("request.head_too_large", text, limit=limit))


def length_required() -> Refused:
    text = "Send the body with a Content-Length; chunked bodies are not taken."
    return Refused(HTTPStatus.LENGTH_REQUIRED, said("request.no_length", text))
