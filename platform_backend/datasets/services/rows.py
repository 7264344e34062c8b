"""Rows of datasets under change."""

from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.ownership import owner_or_admin
from datasets.models import STATES, Dataset, Phase, State
from datasets.selectors import dataset_get


def locked(dataset_id: UUID) -> Dataset:
    """The row, for this transaction alone. Raises NotFound."""
    dataset_get(dataset_id)
    return Dataset.objects.select_for_update().get(pk=dataset_id)


def locked_by(by: User | None, dataset_id: UUID, *, to: str) -> Dataset:
    """As `locked`, for who made it and admins. Raises NotFound, Forbidden."""
    dataset = locked(dataset_id)
    owner_or_admin(by, owner=dataset.created_by, thing=f"Dataset {dataset.name}", to=to)
    return dataset


def advance(dataset: Dataset, state: State) -> None:
    """Move to `state`; the caller saves. Raises Conflict when that is no move."""
    STATES.check(State(dataset.state), state)
    dataset.state = state
    dataset.seconds_left = None
    if dataset.is_over:
        dataset.phase = Phase.NONE
        dataset.finished_at = dataset.finished_at or timezone.now()
