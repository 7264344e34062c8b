"""Tell clients that something moved."""

from django.db import transaction
from django.db.models import F

from changes.models import Revision, Topic


def changed(*topics: Topic) -> None:
    """Call it inside the transaction of the write, late: other writes of the topic wait for its end.

    A number that is counted up, and not the id of a newest row: ids are given before they are to be seen, so that a
    client could meet the later of two and never hear of the earlier.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"changed{topics!r} outside of a transaction")
    for topic in sorted(set(topics)):  # always in the same order, so that two writes can't wait for each other
        if not _count(topic):
            Revision.objects.get_or_create(topic=topic)  # another may make it at the same time
            _count(topic)


def _count(topic: Topic) -> int:
    return Revision.objects.filter(topic=topic).update(number=F("number") + 1)
