"""Passwords: changed by who knows them, reset by who reads the mail; sessions that are ended, profiles."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts import services
from accounts.models import SignIn
from tests.backend.people import person

PASSWORD, OTHER = "correct horse battery", "a horse of another colour"
SESSION, RESET, ASK = "/api/v1/session", "/api/v1/password/reset", "/api/v1/password/reset/ask"


@pytest.fixture
def ada(db: None) -> User:
    return person("ada", email="ada@example.org", password=PASSWORD)


def browser(password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post(SESSION, {"username": "ada", "password": password}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return client


def signed_in(client: Client) -> bool:
    return bool(client.get(SESSION).json()["signed_in"])


def change(client: Client, old: str, new: str) -> Any:
    return client.post("/api/v1/password", {"old": old, "new": new}, content_type="application/json")


def test_a_change_ends_all_other_sessions(ada: User) -> None:
    this, other = browser(), browser()
    assert change(this, PASSWORD, OTHER).status_code == 204
    assert (signed_in(this), signed_in(other)) == (True, False)
    assert [each["is_this"] for each in this.get("/api/v1/sessions").json()] == [True]
    browser(OTHER)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", OTHER, "old"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "password123", "new"),
        (PASSWORD, "adaexample", "new"),
    ],
)
def test_a_change_that_is_refused(old: str, new: str, field: str, ada: User) -> None:
    this, other = browser(), browser()
    refused = change(this, old, new)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert signed_in(other)


def test_the_old_password_is_not_to_be_guessed(ada: User) -> None:
    this = browser()
    answers = [change(this, f"guess {number}", OTHER).status_code for number in range(12)]
    assert answers == [400] * 10 + [429] * 2


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the worker is asked to do."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("accounts.services.passwords.enqueue", lambda *call: asked.append(call))
    return asked


def letter(email: str) -> str:
    services.password_reset_send(email=email)
    [found] = re.findall(r"/reset\?token=(\S+)", mail.outbox[-1].body)
    return str(found)


def test_known_and_unknown_addresses_get_the_same_answer(ada: User, sent: list[Any]) -> None:
    """All that differs is done by the worker."""
    answers = [APIClient().post(ASK, {"email": email}) for email in ("Ada@example.org", "nobody@example.org")]
    assert [(each.status_code, each.content) for each in answers] == [(202, b"")] * 2
    assert [call[1:] for call in sent] == [("ada@example.org",), ("nobody@example.org",)]
    services.password_reset_send(email="nobody@example.org")
    services.password_reset_send(email="ada")
    assert mail.outbox == []


def test_letters_are_not_sent_without_end(ada: User, sent: list[Any]) -> None:
    answers = [APIClient().post(ASK, {"email": "ada@example.org"}).status_code for _ in range(12)]
    assert answers == [202] * 10 + [429] * 2


def test_the_link_sets_a_password_once_and_ends_all_sessions(ada: User) -> None:
    this, token = browser(), letter("ada@example.org")
    assert APIClient().post(RESET, {"token": token, "password": OTHER}).status_code == 204
    assert not signed_in(this)
    again = APIClient().post(RESET, {"token": token, "password": PASSWORD})
    assert (again.status_code, list(again.json()["errors"])) == (400, ["token"])
    browser(OTHER)


@pytest.mark.parametrize("token", ["", "x", "x.y", ".", "MQ.", "\u0661.x", "OTk5OTk5OTk5OTk5OTk5OTk5OTk.x", "é.x"])
def test_tokens_that_are_none(token: str, ada: User) -> None:
    assert APIClient().post(RESET, {"token": token, "password": OTHER}).status_code == 400


def test_a_link_expires(ada: User, settings: Any) -> None:
    token = letter("ada@example.org")
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert APIClient().post(RESET, {"token": token, "password": OTHER}).status_code == 400


def test_signing_in_spends_the_link(ada: User) -> None:
    token = letter("ada@example.org")
    browser()
    assert APIClient().post(RESET, {"token": token, "password": OTHER}).status_code == 400


def test_the_disabled_get_no_letter(ada: User) -> None:
    User.objects.update(is_active=False)
    services.password_reset_send(email="ada@example.org")
    assert mail.outbox == []


def test_own_sessions_are_listed_and_ended(ada: User) -> None:
    this, other = browser(), browser()
    this.get(SESSION, headers={"User-Agent": "x" * 1000})
    found = {each["is_this"]: each for each in this.get("/api/v1/sessions").json()}
    assert found[True]["last_used"] is not None
    assert this.delete(f"/api/v1/sessions/{found[False]['id']}").status_code == 204
    assert (signed_in(this), signed_in(other)) == (True, False)
    assert this.delete(f"/api/v1/sessions/{found[False]['id']}").status_code == 404


def test_others_sessions_are_not_known(ada: User) -> None:
    browser()
    person("eve", password=PASSWORD)
    eve = APIClient()
    eve.post(SESSION, {"username": "eve", "password": PASSWORD})
    assert len(eve.get("/api/v1/sessions").json()) == 1
    foreign = SignIn.objects.get(user=ada)
    eve.force_authenticate(User.objects.get(username="eve"))
    assert eve.delete(f"/api/v1/sessions/{foreign.id}").status_code == 404


def test_signing_out_leaves_no_session_behind(ada: User) -> None:
    this = browser()
    assert this.delete(SESSION).status_code == 204
    assert not SignIn.objects.exists()


def test_the_profile_is_what_one_says_of_oneself(ada: User) -> None:
    api = APIClient()
    api.force_authenticate(ada)
    told = api.patch("/api/v1/profile", {"name": "Ada", "language": "zh", "time_zone": "Asia/Shanghai"}).json()
    assert (told["name"], told["language"], told["time_zone"]) == ("Ada", "zh", "Asia/Shanghai")
    assert api.get(SESSION).json()["language"] == "zh"
    assert list(api.patch("/api/v1/profile", {"time_zone": "Mars/Olympus"}).json()["errors"]) == ["time_zone"]


def test_another_address_needs_the_password(ada: User) -> None:
    """Whoever finds an open browser could otherwise reset the password."""
    api = APIClient()
    api.force_authenticate(ada)
    new = {"email": "new@example.org"}
    assert list(api.patch("/api/v1/profile", new).json()["errors"]) == ["password"]
    assert api.patch("/api/v1/profile", new | {"password": PASSWORD}).json()["email"] == "new@example.org"
    person("eve", email="eve@example.org")
    taken = api.patch("/api/v1/profile", {"email": "EVE@example.org", "password": PASSWORD})
    assert (taken.status_code, User.objects.get(pk=ada.pk).email) == (409, "new@example.org")
