"""The load generator's own HTTP interface: GET /load, PUT /load, GET /_healthz.

PUT /load {"rate": r, "profile": "diurnal", "period_s": 600, "series": [..]}: whatever of the profile is left out stays.

/load is for those who may call the shop's services (shoplib/callers.py).
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from gevent.pywsgi import WSGIServer

from loadgenerator.profiles import checked
from loadgenerator.rates import checked_rate
from loadgenerator.shoppers import LoadGenerator
from shoplib.callers import HEADER, may_call

LARGEST_BODY: Final = 65536
WSGI_HEADER: Final = "HTTP_" + HEADER.upper().replace("-", "_")

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Control:
    """A WSGI application."""

    def __init__(self, generator: LoadGenerator) -> None:
        self._generator = generator

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, body = self._answer(environ)
        content = json.dumps(body).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case "GET", "/_healthz":
                return "200 OK", {"status": "ok"}
            case _, "/load" if not may_call(environ.get(WSGI_HEADER)):
                return "401 Unauthorized", {"error": f"send the token of this shop as {HEADER}"}
            case "GET", "/load":
                return "200 OK", self._load()
            case "PUT", "/load":
                return self._change(environ)
            case _, "/load" | "/_healthz":
                return "405 Method Not Allowed", {"error": "use GET /load, PUT /load or GET /_healthz"}
        return "404 Not Found", {"error": "there is /load and /_healthz"}

    def _change(self, environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            wanted = self._load() | _body(environ)
            rate = checked_rate(wanted["rate"])
            if wanted["profile"] != "replay":
                wanted["series"] = ()
            profile = checked(wanted["profile"], wanted["period_s"], wanted["series"])
        except ValueError as error:  # BadRate and BadProfile among them
            return "400 Bad Request", {"error": str(error)}
        self._generator.change(rate, profile)
        return "200 OK", self._load()

    def _load(self) -> dict[str, Any]:
        profile = self._generator.profile
        shape = {"profile": profile.name, "period_s": profile.period_s, "series": list(profile.series)}
        return {"rate": self._generator.rate, **shape}


def _body(environ: dict[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST_BODY:
        raise ValueError(f"the body has {length} bytes; at most {LARGEST_BODY} are read")
    body = json.loads(environ["wsgi.input"].read(length) or b"null")
    if not isinstance(body, dict):
        raise ValueError('expected a JSON object such as {"rate": 10}')
    return body


def listen(generator: LoadGenerator, host: str, port: int) -> WSGIServer:
    server = WSGIServer((host, port), Control(generator), log=None, error_log=logging.getLogger("loadgenerator"))
    server.start()
    return server
