"""Who there is: the first admin, invitations, registration, roles."""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import mail
from accounts.audit import audit
from accounts.identity import key, keys_of, profile_of, user_named
from accounts.models import Invitation, Profile
from accounts.roles import role_of
from accounts.services.passwords import password_check
from accounts.services.sessions import sessions_end
from common.errors import Conflict, Forbidden, NotFound, UserError, said
from common.roles import Role
from common.transactions import atomic
from platform_backend.config import config
from platform_backend.secrets import secret

ADMIN: Final = "admin"
PASSWORD_BYTES: Final = 18
INVITED_FOR: Final = timedelta(days=7)
SIGNER: Final = Signer(salt="accounts.invitation")

logger = logging.getLogger(__name__)


@atomic
def admin_ensure(*, password_file: Path) -> User:
    """The first user, with a password made at random; an existing admin is left as it is."""
    user = User.objects.filter(username=ADMIN).first()
    if user is None:
        password = secret(password_file, lambda: secrets.token_urlsafe(PASSWORD_BYTES))
        user = user_create(name=ADMIN, email="", password=password, role=Role.ADMIN, by=None)
    return user


@atomic
def user_create(*, name: str, email: str, password: str, role: Role, by: User | None) -> User:
    """Raises Conflict when somebody has the name or address already, whatever its case."""
    _refuse_taken(name, email)
    user = User(username=name, email=email, is_superuser=role is Role.ADMIN)
    password_check(password, user=user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            Profile.objects.create(user=user, role=role.value, **keys_of(user))
    except IntegrityError:  # somebody was faster
        raise Conflict(
            said("account.taken", "This name or e-mail address is taken."), fields={"username": ["is taken"]}
        ) from None
    audit("user.create", user, by or user, role=role)
    return user


def _refuse_taken(name: str, email: str) -> None:
    taken = {"username": user_named(name), "email": user_named(email) if email else None}
    if errors := {field: ["is taken"] for field, user in taken.items() if user}:
        raise Conflict(said("account.taken", "This name or e-mail address is taken; see errors."), fields=errors)


def user_register(*, name: str, email: str, password: str, invitation: str) -> User:
    """Make an account of one's own, as a viewer. Raises Forbidden unless `accounts.registration` allows it."""
    allowed = config().accounts.registration
    if allowed == "off":
        raise Forbidden(said("registration.off", "Accounts are made by nobody here; ask the platform's admin."))
    if allowed == "invitation" and not invitation:
        raise Forbidden(
            said("registration.invitation_needed", "An account needs an invitation; ask the platform's admin for one.")
        )
    with transaction.atomic():
        used = _redeem(invitation, email) if invitation else None
        user = user_create(name=name, email=email, password=password, role=Role.VIEWER, by=None)
        if used is not None:
            used.used, used.used_by = True, user
            used.save(update_fields=["used", "used_by"])
    return user


def _redeem(token: str, email: str) -> Invitation:
    found = Invitation.objects.select_for_update().get(pk=invitation_open(token=token).pk)
    if found.used:
        raise _no_invitation()
    if key(email) != key(found.email):
        raise UserError(
            said("invitation.other_address", "The invitation is for another e-mail address."),
            fields={"email": [f"has to be {found.email}"]},
        )
    return found


def invitation_open(*, token: str) -> Invitation:
    """The invitation that a link is for. Raises UserError when it is used, withdrawn, too old or forged."""
    try:
        found = Invitation.objects.filter(pk=UUID(SIGNER.unsign(token)), used=False, until__gt=timezone.now()).first()
    except (BadSignature, ValueError):
        found = None
    if found is None:
        raise _no_invitation()
    return found


def _no_invitation() -> UserError:
    message = said("invitation.spent", "This invitation is not valid any more; ask for a new one.")
    return UserError(message, fields={"invitation": ["used, withdrawn, too old, or not one of ours"]})


@dataclass(frozen=True, slots=True)
class Invited:
    invitation: Invitation
    link: str  # never to be had again
    mail_error: str  # why it could not be mailed; "" when it was


def invitation_create(*, by: User, email: str) -> Invited:
    """Mails the link too. Raises Conflict when the address has an account."""
    if config().accounts.registration == "off":
        raise Conflict(
            said(
                "invitation.registration_off",
                "Nobody can be invited while accounts.registration is off; set it to invitation.",
            )
        )
    if user_named(email):
        raise Conflict(
            said("invitation.has_account", "There is an account with this e-mail address."),
            fields={"email": ["is taken"]},
        )
    with transaction.atomic():
        invitation = Invitation.objects.create(email=email, created_by=by, until=timezone.now() + INVITED_FOR)
        audit("user.invite", invitation.id, by, email=email)
    link = mail.address_of(f"/register?invitation={SIGNER.sign(str(invitation.id))}")
    return Invited(invitation, link, _mail_invitation(email, by, link))


def _mail_invitation(email: str, by: User, link: str) -> str:
    text = f"{by.get_username()} invites you to MicroServo. Make your account within a week:\n{link}"
    try:
        mail.send(email, "an invitation", text)
    except OSError as error:  # of the mail server; the admin has the link, and may send it by another way
        logger.warning("the invitation of %s could not be mailed: %s", email, error)
        return str(error)
    return ""


@atomic
def invitation_delete(*, by: User, invitation_id: UUID) -> None:
    deleted, _ = Invitation.objects.filter(pk=invitation_id, used=False).delete()
    if not deleted:
        raise NotFound(
            said("invitation.unknown", "There is no open invitation {invitation_id}.", invitation_id=invitation_id)
        )
    audit("user.invite_withdraw", invitation_id, by)


@atomic
def user_update(*, by: User, user_id: int, role: Role | None = None, active: bool | None = None) -> User:
    """Give another role, disable or enable. Who is disabled is signed out everywhere, tokens included.

    Raises Conflict when no admin would be left: all of them are locked, so that two can't disable each other.
    """
    admins = list(User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk"))
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound(said("user.unknown", "There is no user {user_id}.", user_id=user_id))
    before = {"role": str(role_of(user)), "active": user.is_active}
    _apply(user, role, active)
    is_admin = user.is_superuser and user.is_active
    if not is_admin and {each.pk for each in admins} <= {user.pk}:
        raise Conflict(
            said("user.last_admin", "{user} is the last admin; make somebody else one first.", user=user.get_username())
        )
    if not is_admin and user.get_username() == ADMIN:
        raise Conflict(
            said(
                "user.command_line",
                "{admin} is who the command line of this machine signs in as, and stays an active admin.",
                admin=ADMIN,
            )
        )
    if not user.is_active:
        sessions_end(user)
    user.save(update_fields=["is_superuser", "is_active"])
    user.profile.save(update_fields=["role"])
    audit("user.update", user, by, before=before, after={"role": str(role_of(user)), "active": user.is_active})
    return user


def _apply(user: User, role: Role | None, active: bool | None) -> None:
    profile = profile_of(user)
    user.profile = profile
    if role is not None:
        user.is_superuser = role is Role.ADMIN
        profile.role = role.value
    if active is not None:
        user.is_active = active
