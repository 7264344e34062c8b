"""Whose a thing is: who made it may change it, and so may an admin. Others may look at it."""

from django.contrib.auth.models import User

from accounts.roles import role_of
from common.errors import Forbidden, said
from common.roles import Role


def is_admin(user: User) -> bool:
    return role_of(user) is Role.ADMIN


def may_change(by: User | None, *, owner: User | None) -> bool:
    """`by` is None where the platform itself acts. What nobody owns any more is left to admins."""
    return by is None or is_admin(by) or (owner is not None and owner.pk == by.pk)


def owner_or_admin(by: User | None, *, owner: User | None, thing: str, to: str) -> None:
    """Raises Forbidden, which names the owner. Call it under the row's lock, before the row's state is looked at."""
    if not may_change(by, owner=owner):
        raise Forbidden(
            said("not_yours", "{thing} {belongs} may {to} it.", thing=thing, belongs=_belongs(owner), to=to)
        )


def _belongs(owner: User | None) -> str:
    if owner is None:
        return "belongs to no user; only an admin"
    return f"belongs to {owner.get_username()}; only they or an admin"
