"""Reads of datasets."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from common.errors import Conflict, NotFound
from datasets.models import STATES, Dataset, State
from datasets.storage import Store
from platform_backend.config import config


def store() -> Store:
    return Store(config().datasets_dir)


def datasets() -> QuerySet[Dataset]:
    return Dataset.objects.select_related("created_by")


def dataset_get(dataset_id: UUID) -> Dataset:
    found = datasets().filter(pk=dataset_id).first()
    if found is None:
        raise NotFound(f"There is no dataset {dataset_id}.")
    return found


def archive_path(dataset: Dataset) -> Path:
    return _published(dataset, store().archive(dataset.pk, dataset.name))


def manifest_path(dataset: Dataset) -> Path:
    return _published(dataset, store().manifest(dataset.pk))


def stalled(before: datetime) -> QuerySet[Dataset]:
    """Open datasets that nobody has touched since `before`: their message was lost, or their worker died."""
    return Dataset.objects.filter(state__in=STATES.open_states, heartbeat__lt=before)


def is_kept(dataset_id: UUID) -> bool:
    """Whether what is published under this id belongs to a dataset."""
    return Dataset.objects.filter(pk=dataset_id, state=State.READY).exists()


def _published(dataset: Dataset, path: Path) -> Path:
    if dataset.state != State.READY:
        raise Conflict(f"Dataset {dataset.name} is {dataset.state}; it can be read once it is ready.")
    if not path.is_file():
        raise NotFound(f"{path} is gone from the disk; delete the dataset and build it again.")
    return path
