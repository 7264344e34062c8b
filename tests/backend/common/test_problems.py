"""Every error is a problem document (RFC 9457), and what users must not see stays in the log."""

import logging
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from common.api import flatten
from common.errors import Conflict, Unavailable
from systems import selectors

PODS = "/api/v1/system/pods"


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    return body


def raising(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(selectors, "pods", fail)


def test_unknown_exception_is_logged_in_full_and_shown_as_an_id(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raising(monkeypatch, RuntimeError("the secret cause"))
    with caplog.at_level(logging.ERROR):
        body = problem(api.get(PODS), 500)
    assert body["detail"] == "internal error"
    assert "secret" not in str(body)
    [record] = [record for record in caplog.records if record.name == "common.api"]
    assert body["id"] in record.getMessage()
    assert "the secret cause" in str(record.exc_info[1])


def test_unavailable_says_when_to_try_again(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, Unavailable("The local cluster does not answer."))
    answer = api.get(PODS)
    assert problem(answer, 503)["detail"] == "The local cluster does not answer."
    assert answer.headers["Retry-After"] == "2"


def test_user_errors_keep_their_words_and_fields(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, Conflict("Not now.", fields={"pods": ["busy"]}))
    body = problem(api.get(PODS), 409)
    assert (body["detail"], body["errors"]) == ("Not now.", {"pods": ["busy"]})


def test_method_not_allowed(api: APIClient) -> None:
    answer = api.post(PODS, {})
    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_address_that_does_not_exist(db: None) -> None:
    problem(Client().get("/api/v1/nothing"), 404)
    problem(Client().get("/api/v1/faults/injections/no-uuid"), 404)


def test_host_name_that_is_not_allowed(db: None) -> None:
    problem(Client().get("/api/v1/health", headers={"Host": "evil.example"}), 400)


@pytest.mark.parametrize("body", ["{", "[1]", '"x"', "null", "\x00"])
def test_body_that_is_no_json_object(api: APIClient, body: str) -> None:
    problem(api.generic("POST", "/api/v1/tokens", body, content_type="application/json"), 400)


def test_security_headers(db: None) -> None:
    headers = Client().get("/api/v1/health").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"].replace("script-src 'self'", "")


@pytest.mark.parametrize(
    ("detail", "flat"),
    [
        ({"a": ["x"]}, {"a": ["x"]}),
        ({"a": {"b": ["x"]}}, {"a.b": ["x"]}),
        ({"a": [{}, {"b": ["x"]}]}, {"a.1.b": ["x"]}),
        (["x"], {"non_field_errors": ["x"]}),
        ({"a": {0: ["x"]}}, {"a.0": ["x"]}),
    ],
)
def test_nested_errors_are_flat(detail: Any, flat: dict[str, list[str]]) -> None:
    assert flatten(detail) == flat


def test_a_message_that_quotes_something_large_is_cut(api: APIClient, driver: Any) -> None:
    asked = {"kind": "network-delay", "services": ["x" * 200] * 100, "parameters": {"latency_ms": ["y" * 500_000]}}
    answer = api.post("/api/v1/faults/injections", asked)
    assert {"services", "parameters.latency_ms"} <= answer.json()["errors"].keys()
    assert len(answer.content) < 50_000
