"""Reads of accounts."""

from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, Invitation, SignIn
from common.roles import Role


def tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).filter(Q(expiry=None) | Q(expiry__gt=timezone.now()))


def sessions_of(user: User) -> QuerySet[SignIn]:
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignIn.objects.filter(user=user, session_key__in=live)


def audit_entries(
    *, actor: str, action: str, subject: str, start: datetime | None, end: datetime | None
) -> QuerySet[AuditEntry]:
    """`actor` and `subject` as they are, `action` by its beginning; "" or None: any. start <= at < end."""
    exact = {"actor_name": actor, "action__startswith": action, "subject": subject, "at__gte": start, "at__lt": end}
    return AuditEntry.objects.filter(**{name: value for name, value in exact.items() if value})


def users(*, role: Role | None = None, active: bool | None = None) -> QuerySet[User]:
    found = User.objects.select_related("profile")
    if role is not None:
        found = found.filter(_of_role(role))
    return found if active is None else found.filter(is_active=active)


def _of_role(role: Role) -> Q:
    if role is Role.ADMIN:
        return Q(is_superuser=True)
    own = Q(profile__role=role.value) | (Q(profile=None) if role is Role.VIEWER else Q())
    return own & Q(is_superuser=False)


def invitations() -> QuerySet[Invitation]:
    """Those that are still good for an account."""
    return Invitation.objects.filter(used=False, until__gt=timezone.now()).select_related("created_by")
