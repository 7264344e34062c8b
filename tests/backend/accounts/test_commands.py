"""The first admin and the one-time sign-in link."""

import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from sesame.utils import get_query_string

from accounts.services import admin_ensure


def link() -> str:
    out = StringIO()
    call_command("signin_link", stdout=out)
    parts = urlsplit(out.getvalue().strip())
    assert parts.netloc == "127.0.0.1:8000"
    return f"{parts.path}?{parts.query}"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "admin_password"


def test_first_admin_gets_a_random_password(db: None, password_file: Path) -> None:
    admin = admin_ensure(password_file=password_file)
    password = password_file.read_text().strip()
    assert admin.check_password(password)
    assert len(password) >= 20
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(password_file.parent.stat().st_mode) == 0o700


def test_changed_password_stays(db: None, password_file: Path) -> None:
    admin = admin_ensure(password_file=password_file)
    admin.set_password("of my own choice")
    admin.save()
    assert admin_ensure(password_file=password_file).check_password("of my own choice")
    assert User.objects.count() == 1


def leads_to_sign_in(answer: Any) -> bool:
    """With the reason, which the page there says in words."""
    return (answer.status_code, answer.headers["Location"]) == (302, "/login?error=link-spent")


def test_link_signs_in_once(admin: User) -> None:
    path, browser, thief = link(), Client(), Client()
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/api/v1/session").json()["role"] == "admin"
    assert leads_to_sign_in(thief.get(path))
    assert not thief.get("/api/v1/session").json()["signed_in"]


def test_link_does_not_live_long(admin: User, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    path = link()
    settings.SESAME_MAX_AGE = timedelta(seconds=-1)
    assert leads_to_sign_in(Client().get(path))


@pytest.mark.parametrize("query", ["", "?sesame=", "?sesame=AAAA", "?sesame=%00%ff"])
def test_wrong_link_is_refused(db: None, query: str) -> None:
    answer = Client().get(f"/signin{query}")
    assert leads_to_sign_in(answer)
    assert not answer.cookies


def test_link_of_an_inactive_user_is_refused(admin: User) -> None:
    path = f"/signin{get_query_string(admin)}"
    User.objects.update(is_active=False)
    assert leads_to_sign_in(Client().get(path))
    with pytest.raises(CommandError, match="ensure_admin"):
        link()
