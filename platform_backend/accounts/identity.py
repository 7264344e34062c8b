"""What tells two people apart: names and e-mail addresses, compared without case and alike on every database."""

import unicodedata

from django.contrib.auth.models import AnonymousUser, User

from accounts.models import LONGEST_EMAIL, LONGEST_NAME, Profile
from common.errors import UserError, said


def key(text: str) -> str:
    """Equal for what people take to be the same name or address."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def keys_of(user: User) -> dict[str, str | None]:
    """The columns of the profile. Raises UserError for what grows beyond them: one letter's key may be eighteen."""
    keys = {"name_key": key(user.get_username()), "email_key": key(user.email) or None}
    for column, field, most in (("name_key", "username", LONGEST_NAME), ("email_key", "email", LONGEST_EMAIL)):
        if len(keys[column] or "") > most:
            message = f"longer than {most} characters, written without ligatures and the like"
            raise UserError(
                said("account.too_long", "The account's name is too long; see errors."), fields={field: [message]}
            )
    return keys


def user_named(text: str) -> User | None:
    """By name or e-mail address."""
    column = "email_key" if "@" in text else "name_key"
    profile = Profile.objects.select_related("user").filter(**{column: key(text)}).first()
    return profile.user if profile else User.objects.filter(username=text).first()


def profile_of(user: User) -> Profile:
    """The user's profile; users that Django's own commands made get theirs here."""
    profile, _ = Profile.objects.get_or_create(user=user, defaults=keys_of(user))
    return profile


def shown_profile(user: User | AnonymousUser) -> Profile:
    """For reads, which write nothing: of whoever has none, the defaults."""
    return getattr(user, "profile", None) or Profile()
