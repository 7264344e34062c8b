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
    answers = [sign_in(browser, password=f"guess {number}") for number in range(12)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) in range(1, 62)
    assert sign_in(browser).status_code == 429


def test_one_client_s_wrong_passwords_lock_nobody_else_out(user: User) -> None:
    for number in range(20):
        sign_in(Client(REMOTE_ADDR="10.0.0.1"), password=f"guess {number}")
    assert sign_in(Client(REMOTE_ADDR="10.0.0.1")).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.0.0.2")).status_code == 200


def test_nobody_is_somebody_else_by_saying_so(user: User) -> None:
    """X-Forwarded-For and its like are written by the client."""
    named = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
    answers = [
        sign_in(Client(**dict.fromkeys(named, f"10.1.1.{number}")), password="guess").status_code
        for number in range(11)
    ]
    assert answers == [400] * 10 + [429]


def test_guessing_one_name_from_many_addresses_is_stopped(user: User) -> None:
    answers = [
        sign_in(Client(REMOTE_ADDR=f"10.0.{number}.1"), password=f"guess {time}").status_code
        for time in range(4)
        for number in range(30)
    ]
    assert answers == [400] * 100 + [429] * 20


def test_one_password_on_many_names_is_stopped(db: None) -> None:
    answers = [sign_in(Client(), username=f"user{number}", password="spring").status_code for number in range(55)]
    assert answers == [400] * 50 + [429] * 5


def test_names_that_a_database_takes_for_one_are_one(user: User) -> None:
    for number in range(10):
        sign_in(Client(), username=("ada", "ADA", "Áda", "\uff41da")[number % 4], password="guess")
    assert sign_in(Client()).status_code == 429


def test_an_error_of_ours_is_no_wrong_password(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("no database")

    with monkeypatch.context() as patched:
        patched.setattr("accounts.services.session_start", broken)
        assert {sign_in(Client()).status_code for _ in range(12)} == {500}
    assert sign_in(Client()).status_code == 200


def test_signing_in_often_is_no_guessing(user: User) -> None:
    assert {sign_in(Client()).status_code for _ in range(12)} == {200}
