"""Users with a role."""

from django.contrib.auth.models import User

from accounts.identity import key
from accounts.models import Profile
from common.roles import Role


def person(name: str, role: Role = Role.OPERATOR, password: str | None = None, email: str = "") -> User:
    user = User.objects.create_user(name, email, password=password, is_superuser=role is Role.ADMIN)
    Profile.objects.create(user=user, role=role.value, name_key=key(name), email_key=key(email) or None)
    return user
