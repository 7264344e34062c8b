"""Rows of datasets under change."""

from uuid import UUID

from django.utils import timezone

from datasets.models import STATES, Dataset, Phase, State
from datasets.selectors import dataset_get


def locked(dataset_id: UUID) -> Dataset:
    """The row, for this transaction alone. Raises NotFound."""
    dataset_get(dataset_id)
    return Dataset.objects.select_for_update().get(pk=dataset_id)


def advance(dataset: Dataset, state: State) -> None:
    """Move to `state`; the caller saves. Raises Conflict when that is no move."""
    STATES.check(State(dataset.state), state)
    dataset.state = state
    dataset.seconds_left = None
    if dataset.is_over:
        dataset.phase = Phase.NONE
        dataset.finished_at = dataset.finished_at or timezone.now()
