"""Sign in with a password, stay signed in by cookie, sign out."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import AuditEntry

PASSWORD = "correct horse battery"
URL = "/api/v1/session"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def sign_in(client: Client, username: str = "ada", password: str = PASSWORD):
    return client.post(URL, {"username": username, "password": password}, content_type="application/json")


def test_sign_in_and_out(browser: Client, user: User) -> None:
    told = sign_in(browser).json()
    assert (told["username"], told["role"]) == ("ada", "operator")
    assert browser.get(URL).json()["username"] == "ada"
    csrf = browser.cookies["microservo_csrf"].value
    assert browser.delete(URL, headers={"X-CSRFToken": csrf}).status_code == 204
    assert not browser.get(URL).json()["signed_in"]
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["session.end", "session.start"]


def test_cookies_are_kept_from_scripts_and_other_sites(browser: Client, user: User) -> None:
    cookie = sign_in(browser).cookies["microservo_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_wrong_password_says_nothing_about_the_user(browser: Client, user: User) -> None:
    wrong, unknown = sign_in(browser, password="wrong"), sign_in(browser, username="nobody")
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
    assert wrong.headers["Content-Type"] == "application/problem+json"


def test_inactive_user_can_not_sign_in(browser: Client, user: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(browser).status_code == 400


def test_write_by_session_needs_the_csrf_token(browser: Client, user: User) -> None:
    sign_in(browser)
    assert browser.post("/api/v1/tokens", {"name": "x"}, content_type="application/json").status_code == 403
    csrf = browser.cookies["microservo_csrf"].value
    made = browser.post("/api/v1/tokens", {"name": "x"}, content_type="application/json", headers={"X-CSRFToken": csrf})
    assert made.status_code == 201


def test_foreign_form_can_not_sign_in(browser: Client, user: User) -> None:
    """A form of another site sends no JSON; without that, it could sign a victim in as the attacker."""
    body = f'{{"username": "ada", "password": "{PASSWORD}", "x": "="}}'
    assert browser.post(URL, body, content_type="text/plain").status_code == 415
    assert browser.post(URL, {"username": "ada", "password": PASSWORD}).status_code == 415


def test_guessing_is_stopped_and_the_right_password_too_late(browser: Client, user: User) -> None:
    answers = [sign_in(browser, password=f"guess {number}").status_code for number in range(12)]
    # A minute may end in between, never two.
    assert 429 in answers or answers.count(400) == 12
    for number in range(12):
        last = sign_in(browser, password=f"guess again {number}")
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) in range(1, 62)
    assert sign_in(browser).status_code == 429


def test_guessing_one_name_from_many_addresses_is_stopped(user: User) -> None:
    for number in range(25):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        last = sign_in(client, password="guess")
    assert last.status_code == 429


def test_signing_in_often_is_no_guessing(user: User) -> None:
    assert {sign_in(Client()).status_code for _ in range(12)} == {200}


def test_the_bare_address_leads_on_or_says_how_to_sign_in(user: User) -> None:
    client = Client()
    stranger = client.get("/")
    assert stranger.status_code == 403
    assert "./microservo signin" in stranger.json()["detail"]
    client.force_login(user)
    assert client.get("/").headers["Location"] == "/api/v1/docs"
