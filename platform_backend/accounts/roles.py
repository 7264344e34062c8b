"""Which role a user has. The one place that is asked."""

from django.contrib.auth.models import AnonymousUser, User

from accounts.models import Profile
from common.roles import Role


def role_of(user: User | AnonymousUser) -> Role:
    """A bearer token may stand for less than its user: `accounts.api.authentication` notes that on the user."""
    if not isinstance(user, User):
        return Role.ANYONE
    ceiling = getattr(user, "role_ceiling", Role.ADMIN)
    return _own_role(user).at_most(ceiling)


def _own_role(user: User) -> Role:
    if user.is_superuser:
        return Role.ADMIN
    try:
        return Role(user.profile.role)
    except Profile.DoesNotExist:
        return Role.VIEWER
