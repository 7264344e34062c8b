"""Nothing is reachable without sign-in but health and the sign-in itself: every address is tried."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
# What may be called without sign-in; there, too, each method that asks for a role is closed.
OPEN = {
    "api/v1/health",
    "api/v1/campaigns/schema",
    "api/v1/session",
    "api/v1/registration",
    "api/v1/password/reset",
    "api/v1/password/reset/ask",
}
CLOSED = {("api/v1/session", "delete")}
# Redirect nobody anywhere without a valid token or session: see test_commands and test_session.
PAGES = ("signin",)
SAMPLES = {"uuid": str(uuid4()), "trace_id": "0" * 32, "str": "x", "int": "1", "slug": "x"}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match[1] or "str"], route)
        else:
            yield from routes(entry, route)


# The dashboard's page is the same for everybody: test_overview.py looks at it.
ROUTES = sorted(route for route in routes() if not route.startswith("^"))


def test_all_apps_are_among_the_routes() -> None:
    for area in ("session", "system/pods", "faults/kinds", "telemetry/logs", "datasets", "schema", "docs"):
        assert f"api/v1/{area}" in ROUTES


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", METHODS)
def test_route_needs_sign_in(db: None, route: str, method: str) -> None:
    answer = Client().generic(method.upper(), f"/{route}", content_type="application/json")
    if route in OPEN and (route, method) not in CLOSED:
        assert answer.status_code in (200, 400, 405)
    elif route in PAGES:
        assert answer.status_code in ((200,) if method == "options" else (302, 403, 405))
        assert answer.headers.get("Location", "/login").startswith("/login")
        assert not answer.cookies
    else:
        assert answer.status_code == 401, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/static/../manage.py", "/api/v1/", "/api/v1/nothing"])
def test_elsewhere_there_is_nothing(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_audit_log_is_for_admins(api, admin) -> None:
    assert api.get("/api/v1/audit").status_code == 403
    api.force_authenticate(admin)
    assert api.get("/api/v1/audit").json() == {"results": [], "cursor": None, "total": 0}
