"""What people say of themselves."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import IntegrityError

from accounts.audit import audit
from accounts.identity import key, keys_of, profile_of
from common.errors import Conflict, UserError, said
from common.transactions import atomic

OF_USER: Final = {"name": "first_name", "email": "email"}


def profile_update(*, by: User, password: str | None, **changes: Any) -> None:
    """`changes`: name, email, language, time_zone. Another e-mail address needs the password: it can reset it.

    Raises Conflict when another user has the address.
    """
    if "email" in changes and key(changes["email"]) != key(by.email) and not by.check_password(password or ""):
        raise UserError(
            said("profile.password_needed", "To change the e-mail address, give your password too."),
            fields={"password": ["is wrong"]},
        )
    try:
        _write(by, changes)
    except IntegrityError:
        raise Conflict(
            said("profile.address_taken", "Another user has this e-mail address."), fields={"email": ["is taken"]}
        ) from None


@atomic
def _write(by: User, changes: Mapping[str, Any]) -> None:
    user = User.objects.select_for_update().get(pk=by.pk)
    profile = profile_of(user)
    for name, value in changes.items():
        if name in OF_USER:
            setattr(user, OF_USER[name], value)
        else:
            setattr(profile, name, value)
    profile.email_key = keys_of(user)["email_key"]
    user.save(update_fields=list(OF_USER.values()))
    profile.save()
    audit("user.profile", user, by, changed=sorted(changes))
