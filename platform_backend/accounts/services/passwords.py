"""Change of a password, by who knows it or by who reads the user's mail."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import mail
from accounts.audit import audit
from accounts.identity import key, user_named
from accounts.models import SignIn
from accounts.services.sessions import sessions_end
from common.background import enqueue
from common.errors import UserError, said
from common.transactions import atomic


def password_check(password: str, *, user: User, field: str = "password") -> None:
    """Raises UserError when it is too short, too common, or made of the user's own name."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UserError(
            said("password.unusable", "The password can't be used; see errors."), fields={field: list(error.messages)}
        ) from None


def password_change(*, request: HttpRequest, by: User, old: str, new: str) -> None:
    """All other sessions end; the one that asks goes on. Bearer tokens stay: they can be revoked one by one."""
    if not by.check_password(old):
        raise UserError(
            said("password.wrong", "The old password is wrong."), fields={"old": ["this is not your password"]}
        )
    password_check(new, user=by, field="new")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=by.pk)
        user.set_password(new)
        user.save(update_fields=["password"])
        ended = sessions_end(user, but=request.session.session_key)
        audit("user.password_change", user, by, sessions_ended=ended)
    if before := request.session.session_key:
        update_session_auth_hash(request, user)  # gives the session another key
        SignIn.objects.filter(session_key=before).update(session_key=request.session.session_key)


@atomic
def password_reset_ask(*, email: str) -> None:
    """Whether somebody has the address is found out by the worker, so that no answer and no delay tells."""
    enqueue("accounts.tasks.send_password_reset", key(email))


def password_reset_send(*, email: str) -> None:
    """Mail the link, if an active user has this address."""
    user = user_named(email)
    if user is None or not user.is_active or not user.email or "@" not in email:
        return
    link = mail.address_of(f"/reset?token={_token(user)}")
    mail.send(
        user.email,
        "a new password",
        f"Somebody, most likely you, asked for a new password for {user.get_username()}.",
        f"This link sets it, once, within the hour:\n{link}",
        "If it was not you, do nothing: your password stays as it is.",
    )
    with transaction.atomic():
        audit("user.password_reset_send", user, None)


def password_reset(*, token: str, password: str) -> User:
    """All sessions end. Raises UserError for a token that is spent, too old or forged."""
    user = _user_of(token)
    password_check(password, user=user)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if _user_of(token) != locked:  # pragma: no cover  it raises when another has been faster
            raise _spent()
        locked.set_password(password)
        locked.save(update_fields=["password"])
        audit("user.password_reset", locked, locked, sessions_ended=sessions_end(locked))
    return locked


def _token(user: User) -> str:
    return f"{urlsafe_base64_encode(str(user.pk).encode())}.{default_token_generator.make_token(user)}"


def _user_of(token: str) -> User:
    """Django's token holds a digest of the password and of the last sign-in: either changes, and it is spent."""
    encoded, _, secret = token.partition(".")
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(encoded)), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, secret):
        raise _spent()
    return user


def _spent() -> UserError:
    message = said("password.link_spent", "This link is not valid any more; ask for a new one.")
    return UserError(message, fields={"token": ["spent, too old, or not one of ours"]})
