"""Bearer tokens."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User

from accounts.audit import audit
from accounts.models import ApiToken
from accounts.roles import role_of
from common.errors import NotFound, said
from common.roles import Role
from common.transactions import atomic


@dataclass(frozen=True, slots=True)
class NewToken:
    token: ApiToken
    secret: str  # never to be had again


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
        raise NotFound(said("token.unknown", "You have no token {token_id}.", token_id=token_id))
    audit("token.delete", token_id, by)
