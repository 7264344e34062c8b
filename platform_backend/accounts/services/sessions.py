"""Sign-in and sign-out of browsers."""

from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from sesame.utils import get_query_string, get_user

from accounts.audit import audit
from accounts.identity import user_named
from accounts.models import SignIn
from common.errors import NotFound, UserError, said
from common.transactions import atomic

LONGEST_AGENT = 200


def session_start(*, request: HttpRequest, username: str, password: str) -> User:
    """By name or e-mail address. Raises UserError, which says nothing of whether there is such a user."""
    known = user_named(username)
    # Outside of the transaction: hashing is slow on purpose, and SQLite has one writer at a time. A name that nobody
    # has takes as long.
    user = authenticate(request, username=known.get_username() if known else username, password=password)
    if not isinstance(user, User):
        raise UserError(said("session.wrong_password", "User name or password is wrong."))
    with transaction.atomic():
        _begin(request, user)
        audit("session.start", user, user)
    return user


@atomic
def session_start_by_link(*, request: HttpRequest, token: str) -> User:
    """Sign in with a one-time link. `login` moves last_login on, which spends the link."""
    user = get_user(token, update_last_login=False)
    if not isinstance(user, User):
        raise UserError(
            said(
                "session.link_spent",
                "This sign-in link is not valid any more; make a new one with: ./microservo signin",
            )
        )
    _begin(request, user, backend="django.contrib.auth.backends.ModelBackend")
    audit("session.start_by_link", user, user)
    return user


def _begin(request: HttpRequest, user: User, backend: str | None = None) -> None:
    login(request, user, backend=backend)
    request.session.save()  # now, so that it can be listed and ended
    SignIn.objects.filter(user=user).exclude(session_key__in=Session.objects.values("session_key")).delete()
    SignIn.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        address=request.META.get("REMOTE_ADDR") or None,
        agent=request.headers.get("User-Agent", "")[:LONGEST_AGENT],
    )


@atomic
def session_end(*, request: HttpRequest, by: User) -> None:
    SignIn.objects.filter(session_key=request.session.session_key).delete()
    audit("session.end", by, by)
    logout(request)


@atomic
def session_revoke(*, by: User, session_id: UUID) -> None:
    """End one of one's own sessions, in another browser."""
    found = SignIn.objects.filter(user=by, id=session_id).first()
    if found is None:
        raise NotFound(said("session.unknown", "You have no session {session_id}.", session_id=session_id))
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()
    audit("session.revoke", session_id, by)


def sessions_end(user: User, *, but: str | None = None) -> int:
    """End all sessions of `user` except the one with the key `but`; returns how many. Inside a transaction."""
    ended = SignIn.objects.filter(user=user).exclude(session_key=but)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    return len(keys)


def signin_path(user: User) -> str:
    """Path and query of a link that signs `user` in, once, within SESAME_MAX_AGE."""
    return f"/signin{get_query_string(user)}"
