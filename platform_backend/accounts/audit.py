"""The record of every write."""

from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import AuditEntry

PLATFORM: Final = "platform"  # the actor of what no user asked for


def audit(action: str, subject: object, by: User | None, **detail: Any) -> None:
    """Call it inside the transaction of the write, so that neither stands without the other."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"audit({action!r}) outside of a transaction")
    actor_name = by.get_username() if by else PLATFORM
    AuditEntry.objects.create(actor=by, actor_name=actor_name, action=action, subject=str(subject), detail=detail)
