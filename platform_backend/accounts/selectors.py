"""Reads of accounts."""

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry


def tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).filter(Q(expiry=None) | Q(expiry__gt=timezone.now()))


def audit_entries() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all()
