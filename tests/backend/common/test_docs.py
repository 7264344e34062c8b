"""The API's own description, as a program and as a browser ask for it."""

import json
from typing import Any

import pytest
import yaml
from django.test import Client
from rest_framework.test import APIClient

from tests.backend.common.described import SCHEMA

URL = "/api/v1/schema"


@pytest.mark.parametrize(
    ("asked", "media_type", "read"),
    [
        ({}, "application/vnd.oai.openapi", yaml.safe_load),
        ({"HTTP_ACCEPT": "application/vnd.oai.openapi+json"}, "application/vnd.oai.openapi+json", json.loads),
        ({"HTTP_ACCEPT": "application/json"}, "application/json", json.loads),
        ({"data": {"format": "json"}}, "application/vnd.oai.openapi+json", json.loads),
        ({"data": {"format": "yaml"}}, "application/vnd.oai.openapi", yaml.safe_load),
    ],
)
def test_the_schema_in_both_languages(api: APIClient, asked: dict[str, Any], media_type: str, read: Any) -> None:
    answer = api.get(URL, **asked)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith(media_type)
    assert read(answer.content)["paths"].keys() == SCHEMA["paths"].keys()


def test_another_language_is_refused(api: APIClient) -> None:
    assert list(api.get(URL, {"format": "xml"}).json()["errors"]) == ["format"]


def test_the_page_and_its_script(user: Any) -> None:
    browser = Client()
    browser.force_login(user)
    page = browser.get("/api/v1/docs")
    assert b"docs?script=" in page.content
    assert b"/api/v1/schema" in browser.get("/api/v1/docs?script=").content
