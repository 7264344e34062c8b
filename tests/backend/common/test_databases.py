"""What has to be the same on every database: how texts compare, and that what is written is what is read."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from campaigns.models import Campaign

pytestmark = pytest.mark.django_db
NAMES = ["ada", "Ada", "ADA", "ad\u00e1", "ada\u0301", "ada ", " ada", "\u1e9e", "ss", "\U0001f600", "\u0131", "i"]


def test_names_that_differ_in_anything_are_different_names() -> None:
    """Case, accents, how an accent is written, trailing spaces."""
    for name in NAMES:
        User.objects.create(username=name, email=f"{name}@example.org")
    for name in NAMES:
        assert User.objects.get(username=name).email == f"{name}@example.org"
        assert User.objects.filter(email=f"{name}@example.org").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="ada")


def test_lookups_without_case_find_every_case() -> None:
    for name in ("ada", "Ada", "ADA ", "bob", "a%a"):
        User.objects.create(username=name, email=f"{name}@Example.org")
    assert set(User.objects.filter(username__iexact="aDA").values_list("username", flat=True)) == {"ada", "Ada"}
    assert User.objects.filter(email__iendswith="@EXAMPLE.org").count() == 5
    assert set(User.objects.filter(username__icontains="DA").values_list("username", flat=True)) == {
        "ada", "Ada", "ADA ",
    }  # fmt: skip
    assert set(User.objects.filter(username__istartswith="A%").values_list("username", flat=True)) == {"a%a"}


def test_what_is_written_is_what_is_read() -> None:
    content = {"z": 1, "a": [0.1, 1e300, 2**53, None, True], "text": '\U0001f600 \u00e1 \\ " \u2028'}
    moment = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)
    long = "\U0001f600" * 70_000
    made = Campaign.objects.create(
        name="\U0001f600", seed=2**53 - 1, digest="", content=content, expected_s=0.1, reason=long, created_at=moment
    )
    found = Campaign.objects.get(pk=made.pk)
    assert (found.content, list(found.content), found.created_at) == (content, list(content), moment)
    assert (found.seed, found.expected_s, found.reason) == (2**53 - 1, 0.1, long)
    assert Campaign.objects.filter(created_at=moment).exists()
    assert not Campaign.objects.filter(created_at__gt=moment).exists()


def test_the_longest_name_of_a_pod_fits_into_the_audit_log() -> None:
    assert AuditEntry.objects.create(actor_name="a", action="quarantine.clear", subject="p" * 253).pk
