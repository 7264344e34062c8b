"""Delete datasets: at a user's word, for their age, and what nobody owns. Never under a reader."""

import logging
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.audit import audit
from common.errors import Conflict, said
from common.transactions import atomic
from datasets.models import Dataset, State
from datasets.selectors import expired, is_kept, is_open, store
from datasets.services.rows import advance, locked_by
from datasets.storage import Busy
from platform_backend.config import config

logger = logging.getLogger(__name__)


def dataset_delete(*, dataset_id: UUID, by: User | None) -> None:
    """Delete it. While it is read, nobody new may read it, and it goes when the last reader has ended."""
    if _deletion_begin(dataset_id, by):
        deletion_finish(dataset_id)


@atomic
def _deletion_begin(dataset_id: UUID, by: User | None) -> bool:
    """Whether there are files to remove."""
    dataset = locked_by(by, dataset_id, to="delete")
    if not dataset.is_over:
        raise Conflict(
            said(
                "dataset.still_open",
                "Dataset {name} is {state}; cancel it first.",
                name=dataset.name,
                state=dataset.state,
            )
        )
    if dataset.state == State.DELETING:
        return False
    audit("dataset.delete", dataset, by, name=dataset.name, digest=dataset.digest)
    if dataset.state != State.READY:
        dataset.delete()
        return False
    advance(dataset, State.DELETING)
    dataset.save()
    return True


def deletion_finish(dataset_id: UUID) -> bool:
    """Remove a dataset that is being deleted; False while somebody still reads it."""
    try:
        store().remove(dataset_id)
    except Busy:
        return False
    Dataset.objects.filter(pk=dataset_id, state=State.DELETING).delete()
    return True


def deletions_finish() -> int:
    """Remove what was being read when it was to be deleted and is no longer; returns how many."""
    waiting = Dataset.objects.filter(state=State.DELETING).values_list("pk", flat=True)
    return sum(deletion_finish(dataset_id) for dataset_id in waiting)


@atomic
def dataset_update(*, dataset_id: UUID, by: User, keep: bool | None = None, notes: str | None = None) -> Dataset:
    """Keep it whatever its age, or no longer; other notes. What is None stays. Its files never change."""
    dataset = locked_by(by, dataset_id, to="change")
    if keep is not None and keep != dataset.keep:
        dataset.keep = keep
        audit("dataset.keep", dataset, by, keep=keep)
    if notes is not None and notes != dataset.notes:
        dataset.notes = notes
        audit("dataset.notes", dataset, by)
    dataset.save(update_fields=["keep", "notes"])
    return dataset


def datasets_expire() -> int:
    """Delete datasets older than datasets.keep_days, oldest first, but none that is kept or read; returns how many."""
    days = config().datasets.keep_days
    if not days:
        return 0
    return sum(_expire(dataset, days) for dataset in expired(timezone.now() - timedelta(days=days)))


def _expire(dataset: Dataset, days: float) -> bool:
    if store().is_read(dataset.pk) or not _expiry_begin(dataset.pk, days):
        return False
    deletion_finish(dataset.pk)
    return True


@atomic
def _expiry_begin(dataset_id: UUID, days: float) -> bool:
    row = Dataset.objects.select_for_update().filter(pk=dataset_id, state=State.READY, keep=False).first()
    if row is None:
        return False
    audit("dataset.expire", row, None, name=row.name, digest=row.digest, keep_days=days)
    advance(row, State.DELETING)
    row.save()
    return True


def leftovers_sweep() -> None:
    """Remove what no dataset owns from the datasets folder."""
    removed = store().sweep(is_kept=is_kept, is_open=is_open)
    if removed:
        logger.warning("removed what nobody owned from %s: %s", store().root, ", ".join(removed))
