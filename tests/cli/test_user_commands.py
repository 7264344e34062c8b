"""`user`: found by name or address, changed by its id, errors in words."""

import argparse
from typing import Any

import pytest

from cli.commands import user
from cli.console import CliError
from cli.parser import parse

GRACE = {
    "id": 7,
    "username": "grace",
    "email": "Grace@example.org",
    "role": "viewer",
    "is_active": True,
    "last_sign_in": None,
}


class FakeApi:
    """Knows grace, and keeps what is asked of it."""

    asked: list[tuple[str, str, Any]]

    def __init__(self, _: object) -> None:
        FakeApi.asked = []

    def __enter__(self) -> "FakeApi":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def pages(self, path: str) -> Any:
        return iter([GRACE])

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        FakeApi.asked.append(("patch", path, body))
        return GRACE | body

    def post(self, path: str, body: dict[str, Any]) -> Any:
        FakeApi.asked.append(("post", path, body))
        return {
            "email": body["email"],
            "until": "2026-01-12T09:00:00Z",
            "link": "http://x/register",
            "mail_error": "no",
        }


@pytest.fixture(autouse=True)
def _api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user, "Api", FakeApi)


def run(*words: str) -> None:
    arguments: argparse.Namespace = parse(["user", *words])
    assert user.run(arguments) == 0


@pytest.mark.parametrize(
    ("words", "body", "told"),
    [
        (("role", "grace", "operator"), {"role": "operator"}, "grace: operator"),
        (("role", "GRACE@example.org", "operator"), {"role": "operator"}, "grace: operator"),
        (("disable", "grace"), {"is_active": False}, "grace: viewer, disabled"),
        (("enable", "grace"), {"is_active": True}, "grace: viewer"),
    ],
)
def test_a_user_is_changed(
    words: tuple[str, ...], body: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*words)
    assert FakeApi.asked == [("patch", "/users/7", body)]
    assert capsys.readouterr().out.strip() == told


def test_an_unknown_one_is_named() -> None:
    with pytest.raises(CliError, match="no user 'ada'"):
        run("disable", "ada")


def test_a_link_that_was_not_mailed_is_to_be_handed_on(capsys: pytest.CaptureFixture[str]) -> None:
    run("invite", "ada@example.org")
    told = capsys.readouterr().out
    assert "http://x/register" in told
    assert "could not be mailed (no)" in told


def test_the_list_says_who_may_what(capsys: pytest.CaptureFixture[str]) -> None:
    run("list")
    [_, row] = capsys.readouterr().out.splitlines()
    assert row.split() == ["grace", "Grace@example.org", "viewer", "active", "-"]
