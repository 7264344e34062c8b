"""Bodies that are too deep, too large, or not what they say: refused in words, signed in or not."""

import json
from io import BytesIO
from typing import Any

import httpx
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import APIException
from rest_framework.test import APIClient

from common.errors import UserError
from common.limits import BODY_BYTES
from common.parsers import DEEPEST, JsonParser
from platform_backend.wsgi import application

SESSION = "/api/v1/session"


def nested(depth: int, around: str = '"x"') -> bytes:
    return ("[" * depth + around + "]" * depth).encode()


def sent(body: bytes, content_type: str = "application/json", client: Any = None, **headers: str) -> Any:
    return (client or Client()).generic("POST", SESSION, body, content_type, headers=headers)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (nested(DEEPEST + 1), "deeper"),
        (nested(1000), "deeper"),
        (nested(100_000), "deeper"),
        (b'{"a":' * 100_000, "deeper"),
        (b'{"username": ' + nested(200) + b"}", "deeper"),
        (b"\xff", "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        ("{}".encode("utf-16"), "not valid JSON"),
        (b'{"username": NaN}', "no number of JSON"),
        (b'{"username": -Infinity}', "no number of JSON"),
        (b'{"username": 1e999}', "beyond the range"),
        (b'{"username": ' + b"9" * 401 + b"}", "401 digits"),
        (b'{"username": "a", "username": "b"}', 'key "username" a second time'),
        (b'{"a": {"b": 1, "b": 1}}', 'key "b" a second time'),
        (b'{"username": "\\ud800"}', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        (b"", ""),
    ],
)
def test_a_body_that_is_wrong_is_told_so_before_sign_in(db: None, body: bytes, said: str) -> None:
    answer = sent(body)
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("path", [SESSION, "/api/v1/campaigns", "/api/v1/faults/preview"])
def test_a_body_over_the_limit_is_413(api: APIClient, path: str) -> None:
    body = json.dumps({"name": "x" * BODY_BYTES})
    answer = api.generic("POST", path, body, "application/json")
    assert answer.status_code == 413, answer.content
    assert answer.json()["detail"] == "The body has more than 1024 kB."


def test_a_body_over_the_limit_is_refused_before_it_is_read(db: None) -> None:
    answer = Client().post(SESSION, b"{}", "application/json", CONTENT_LENGTH=str(1 << 40))
    assert answer.status_code == 413


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "zip", "rot13", "hex", "idna", "nonsense"])
def test_a_charset_of_its_own_changes_nothing(db: None, charset: str) -> None:
    """JSON is UTF-8. Some of these are no character sets at all, but codecs of Python."""
    headers = {"Content-Type": f"application/json; charset={charset}"}
    with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as client:
        answer = client.post(SESSION, content=b'{"username": "\xc3\xa9", "password": "x"}', headers=headers)
        query = client.get("/api/v1/health?x%C3%A9=%E9", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (400, "User name or password is wrong.")
    assert (query.status_code, list(query.json()["errors"])) == (400, ["xé"])


def test_more_parameters_than_anybody_has(api: APIClient) -> None:
    answer = api.get("/api/v1/telemetry/logs?" + "&".join(f"pods=p{number}" for number in range(2000)))
    assert answer.status_code == 400, answer.content


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789eE.-\\u \ntrufalsn').map(str.encode))
def test_no_body_breaks_the_parser(body: bytes) -> None:
    try:
        JsonParser().parse(BytesIO(body))
    except (APIException, UserError) as error:
        assert str(error)  # noqa: PT017  either of the two is right


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    text = json.dumps(value)
    assert JsonParser().parse(BytesIO(text.encode())) == json.loads(text)
