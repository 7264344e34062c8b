"""Bearer tokens: shown once, hashed, named, they expire and can be revoked."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, AuditEntry

URL = "/api/v1/tokens"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def token(api: APIClient) -> dict[str, str]:
    return api.post(URL, {"name": "notebook", "days": 7}).json()


def test_token_signs_in_without_csrf(token: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get("/api/v1/session", headers=bearer(token["token"])).json()["username"] == "ada"
    made = client.post(URL, {"name": "second"}, content_type="application/json", headers=bearer(token["token"]))
    assert made.status_code == 201


def test_secret_is_shown_once_and_stored_hashed(api: APIClient, token: dict[str, str]) -> None:
    [listed] = api.get(URL).json()
    assert listed == {name: token[name] for name in ("id", "name", "role", "created", "expiry", "last_used")}
    stored = ApiToken.objects.get()
    assert token["token"] not in (stored.digest, stored.token_key)
    assert token["token"] not in str(list(AuditEntry.objects.values()))


def test_expired_token_is_refused_and_not_listed(api: APIClient, token: dict[str, str]) -> None:
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert api.get(URL).json() == []
    answer = Client().get("/api/v1/session", headers=bearer(token["token"]))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_revoked_token_is_refused(api: APIClient, token: dict[str, str]) -> None:
    assert api.delete(f"{URL}/{token['id']}").status_code == 204
    assert Client().get(URL, headers=bearer(token["token"])).status_code == 401
    assert api.delete(f"{URL}/{token['id']}").status_code == 404


def test_token_of_another_user_is_out_of_reach(admin: User, token: dict[str, str]) -> None:
    other = APIClient()
    other.force_authenticate(admin)
    assert other.get(URL).json() == []
    assert other.delete(f"{URL}/{token['id']}").status_code == 404
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer wrong", "Bearer \xff\xfe", "Bearer \x00"])
def test_broken_header_is_401_not_500(db: None, header: str) -> None:
    assert Client().get(URL, headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": ""}, "name"), ({"name": "x", "days": 0}, "days"), ({"name": "x", "days": 400}, "days")],
)
def test_errors_name_their_field(api: APIClient, body: dict[str, object], field: str) -> None:
    answer = api.post(URL, body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
