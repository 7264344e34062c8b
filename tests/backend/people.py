"""Users with a role."""

from django.contrib.auth.models import User

from accounts.models import Profile
from common.roles import Role


def person(name: str, role: Role = Role.OPERATOR, password: str | None = None) -> User:
    user = User.objects.create_user(name, password=password, is_superuser=role is Role.ADMIN)
    Profile.objects.create(user=user, role=role.value)
    return user
