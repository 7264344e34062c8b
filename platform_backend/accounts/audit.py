"""The record of every write."""

from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import AuditEntry
from changes.models import Topic
from changes.services import changed

PLATFORM: Final = "platform"  # the actor of what no user asked for


# What an action's entity is listed under.
TOPICS: Final = {
    "injection": Topic.INJECTIONS,
    "label": Topic.INJECTIONS,
    "experiment": Topic.EXPERIMENTS,
    "event": Topic.EVENTS,
    "campaign": Topic.CAMPAIGNS,
    "saved_campaign": Topic.CAMPAIGNS,
    "dataset": Topic.DATASETS,
    "user": Topic.USERS,
    "session": Topic.USERS,
    "token": Topic.USERS,
    "system": Topic.SYSTEM,
    "pod": Topic.SYSTEM,
    "quarantine": Topic.SYSTEM,
    "emergency_stop": Topic.SYSTEM,
}


def audit(action: str, subject: object, by: User | None, **detail: Any) -> None:
    """Call it inside the transaction of the write, late, so that neither stands without the other.

    Clients that look at things of this kind are told that one moved; `changed` does the same for what no user asked.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"audit({action!r}) outside of a transaction")
    actor_name = by.get_username() if by else PLATFORM
    AuditEntry.objects.create(actor=by, actor_name=actor_name, action=action, subject=str(subject), detail=detail)
    changed(TOPICS[action.partition(".")[0]])
