"""What tells two people apart: names and e-mail addresses, compared without case and alike on every database."""

import unicodedata

from django.contrib.auth.models import AnonymousUser, User

from accounts.models import Profile


def key(text: str) -> str:
    """Equal for what people take to be the same name or address."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def user_named(text: str) -> User | None:
    """By name or e-mail address."""
    column = "email_key" if "@" in text else "name_key"
    profile = Profile.objects.select_related("user").filter(**{column: key(text)}).first()
    return profile.user if profile else User.objects.filter(username=text).first()


def profile_of(user: User) -> Profile:
    """The user's profile; users that Django's own commands made get theirs here."""
    keys = {"name_key": key(user.get_username()), "email_key": key(user.email) or None}
    profile, _ = Profile.objects.get_or_create(user=user, defaults=keys)
    return profile


def shown_profile(user: User | AnonymousUser) -> Profile:
    """For reads, which write nothing: of whoever has none, the defaults."""
    return getattr(user, "profile", None) or Profile()
