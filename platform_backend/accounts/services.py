"""Writes of accounts: sign-in, tokens, the first admin."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from sesame.utils import get_query_string, get_user

from accounts.audit import audit
from accounts.models import ApiToken
from accounts.roles import role_of
from common.errors import NotFound, UserError
from common.roles import Role
from common.transactions import atomic
from platform_backend.secrets import secret

ADMIN: Final = "admin"
PASSWORD_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class NewToken:
    token: ApiToken
    secret: str  # never to be had again


def session_start(*, request: HttpRequest, username: str, password: str) -> User:
    # Outside of the transaction: hashing is slow on purpose, and SQLite has one writer at a time.
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise UserError("User name or password is wrong.")
    with transaction.atomic():
        login(request, user)
        audit("session.start", user, user)
    return user


@atomic
def session_start_by_link(*, request: HttpRequest, token: str) -> User:
    """Sign in with a one-time link. `login` moves last_login on, which spends the link."""
    user = get_user(token, update_last_login=False)
    if not isinstance(user, User):
        raise UserError("This sign-in link is not valid any more; make a new one with: ./microservo signin")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    audit("session.start_by_link", user, user)
    return user


@atomic
def session_end(*, request: HttpRequest, by: User) -> None:
    audit("session.end", by, by)
    logout(request)


@atomic
def token_create(*, by: User, name: str, role: Role, lifetime: timedelta) -> NewToken:
    """It may never do more than `by` may now, even if they are given a higher role later."""
    ceiling = role.at_most(role_of(by))
    token, plain = ApiToken.objects.create(user=by, expiry=lifetime, name=name, role=ceiling)
    audit("token.create", token.id, by, name=name, role=ceiling)
    return NewToken(token, plain)


@atomic
def token_delete(*, by: User, token_id: str) -> None:
    deleted, _ = ApiToken.objects.filter(user=by, id=token_id).delete()
    if not deleted:
        raise NotFound(f"You have no token {token_id}.")
    audit("token.delete", token_id, by)


@atomic
def admin_ensure(*, password_file: Path) -> User:
    """The first user, with a password made at random; an existing admin is left as it is."""
    user = User.objects.filter(username=ADMIN).first()
    if user is None:
        password = secret(password_file, lambda: secrets.token_urlsafe(PASSWORD_BYTES))
        user = User.objects.create_superuser(ADMIN, password=password)
        audit("user.create", user, None)
    return user


def signin_path(user: User) -> str:
    """Path and query of a link that signs `user` in, once, within SESAME_MAX_AGE."""
    return f"/signin{get_query_string(user)}"
