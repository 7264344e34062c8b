"""What a client hears whose request did not get as far as the API."""

import json
from http import HTTPStatus
from typing import Final

from gunicorn.http import errors

STATUSES: Final[dict[type[Exception], HTTPStatus]] = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}


class Refused(Exception):
    """The request is answered without the API."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def answer(self) -> bytes:
        """Problem details (RFC 9457), after which the connection is closed."""
        body = {"type": "about:blank", "title": self.status.phrase, "status": self.status, "detail": self.detail}
        content = json.dumps(body).encode()
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + content


def of_parser(error: Exception) -> Refused:
    """What gunicorn's parser found wrong with the head."""
    status = STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)
    return Refused(status, f"The request is not valid HTTP: {error}")


def too_slow(what: str) -> Refused:
    return Refused(HTTPStatus.REQUEST_TIMEOUT, f"The {what} of the request did not come in time.")


def head_too_large(limit: int) -> Refused:
    return Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The head of the request has more than {limit} bytes.")


def length_required() -> Refused:
    return Refused(HTTPStatus.LENGTH_REQUIRED, "Send the body with a Content-Length; chunked bodies are not taken.")
