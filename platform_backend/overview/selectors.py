"""Reads of the audit log."""

from django.db.models import Q, QuerySet

from accounts.models import AuditEntry
from overview.words import HIDDEN


def activity(*, topics: list[str]) -> QuerySet[AuditEntry]:
    """What all may read, of these kinds of things (the first words of actions), or of all."""
    hidden = Q()
    for prefix in HIDDEN:
        hidden |= Q(action__startswith=prefix)
    wanted = Q()
    for topic in topics:
        wanted |= Q(action__startswith=f"{topic}.")
    return AuditEntry.objects.exclude(hidden).filter(wanted)
