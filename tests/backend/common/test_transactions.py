"""Transactions that the database breaks off are begun again, whole; what is in the way for too long is said so."""

from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from rest_framework.test import APIClient

from accounts import services
from common import transactions
from common.transactions import ATTEMPTS, DEADLOCK, LOCK_WAIT, atomic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "LONGEST_PAUSE_S", 0.0)


def failing(times: int, error: Exception) -> Callable[[str], str]:
    """Writes a user, and fails as often as told before it ends well."""
    left = [error] * times

    def write(name: str) -> str:
        User.objects.create(username=name)
        transaction.on_commit(partial(sent.append, name))
        if left:
            raise left.pop()
        return name

    sent: list[str] = []
    write.sent = sent  # type: ignore[attr-defined]
    return write


def test_it_is_begun_again_whole_after_a_deadlock() -> None:
    write = failing(ATTEMPTS - 1, OperationalError(DEADLOCK, "Deadlock found"))
    assert atomic(write)("ada") == "ada"
    assert User.objects.get().username == "ada"
    assert write.sent == ["ada"]  # type: ignore[attr-defined]


def test_it_is_not_begun_again_for_ever() -> None:
    write = failing(ATTEMPTS, OperationalError(DEADLOCK, "Deadlock found"))
    with pytest.raises(OperationalError):
        atomic(write)("ada")
    assert not User.objects.exists()
    assert write.sent == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [OperationalError(LOCK_WAIT, "waited"), OperationalError("gone"), ValueError("x")])
def test_other_errors_pass_at_once(error: Exception) -> None:
    with pytest.raises(type(error)):
        atomic(failing(1, error))("ada")
    assert not User.objects.exists()


def test_the_outermost_is_begun_again() -> None:
    """The database has rolled back all of it."""
    inner = atomic(failing(1, OperationalError(DEADLOCK, "Deadlock found")))
    begun = []

    @atomic
    def outer() -> None:
        begun.append(1)
        User.objects.create(username="bob")
        inner("ada")

    outer()
    assert len(begun) == 2
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "bob"}


@pytest.mark.parametrize("code", [DEADLOCK, LOCK_WAIT])
def test_who_asked_is_told_to_try_again(code: int, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(**_: object) -> None:
        raise OperationalError(code, "in the way")

    monkeypatch.setattr(services, "token_create", busy)
    answer = api.post("/api/v1/tokens", {"name": "t"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "busy with other writes" in answer.json()["detail"]
