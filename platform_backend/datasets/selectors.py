"""Reads of datasets."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum

from common.errors import Conflict, Gone, NotFound, said
from datasets.models import AT_WORK, STORED, Dataset, State
from datasets.storage import Busy, Lease, Store
from platform_backend.config import config


def store() -> Store:
    return Store(config().datasets_dir)


def datasets() -> QuerySet[Dataset]:
    return Dataset.objects.select_related("created_by")


def found(
    *,
    states: Sequence[str] = (),
    formats: Sequence[str] = (),
    origin: str | None = None,
    campaign: UUID | None = None,
    created_by: str = "",
) -> QuerySet[Dataset]:
    exact = {"state__in": states, "format__in": formats, "origin": origin, "campaign": campaign}
    wanted = {name: value for name, value in (*exact.items(), ("created_by__username", created_by)) if value}
    return datasets().filter(**wanted)


def dataset_get(dataset_id: UUID) -> Dataset:
    found = datasets().filter(pk=dataset_id).first()
    if found is None:
        raise NotFound(said("dataset.unknown", "There is no dataset {dataset_id}.", dataset_id=dataset_id))
    return found


def dataset_lease(dataset: Dataset) -> Lease:
    """A ready dataset's folder, which stays until the lease is closed."""
    _check_readable(dataset)
    try:
        lease = store().read(dataset.pk)
    except (FileNotFoundError, Busy):
        # Either it is being deleted at this moment, or someone took it from the disk.
        _check_readable(dataset_get(dataset.pk))
        folder = store().root / str(dataset.pk)
        raise NotFound(
            said(
                "dataset.files_gone",
                "{folder} is gone from the disk; delete the dataset and build it again.",
                folder=folder,
            )
        ) from None
    return lease


@contextmanager
def archive_reading(dataset: Dataset) -> Iterator[Path]:
    """The zip of a ready dataset, for as long as this lasts."""
    with dataset_lease(dataset):
        yield store().archive(dataset.pk, dataset.name)


def archive_path(dataset: Dataset) -> Path:
    return _published(dataset, store().archive(dataset.pk, dataset.name))


def manifest_path(dataset: Dataset) -> Path:
    return _published(dataset, store().manifest(dataset.pk))


def series_path(dataset: Dataset) -> Path:
    """It need not be there."""
    return store().series(dataset.pk)


def stalled(before: datetime) -> QuerySet[Dataset]:
    """Datasets at work that nobody has touched since `before`: their message was lost, or their worker died."""
    return Dataset.objects.filter(state__in=AT_WORK, heartbeat__lt=before).order_by("created_at", "id")


def queued() -> QuerySet[Dataset]:
    """Longest waiting first."""
    return Dataset.objects.filter(state=State.QUEUED).order_by("created_at", "id")


def expired(before: datetime) -> QuerySet[Dataset]:
    """Ready since before that moment, oldest first, but for those to keep."""
    return Dataset.objects.filter(state=State.READY, keep=False, finished_at__lt=before).order_by("finished_at", "id")


def of_digest(digest: str) -> Dataset | None:
    """A ready dataset with this digest."""
    return Dataset.objects.filter(state=State.READY, digest=digest).first()


def bytes_stored(user: User | None) -> int:
    """By this user's datasets."""
    total = Dataset.objects.filter(created_by=user, state__in=STORED).aggregate(total=Sum("size"))["total"]
    return total or 0


def is_kept(dataset_id: UUID) -> bool:
    """Whether what is published under this id belongs to a dataset."""
    return Dataset.objects.filter(pk=dataset_id, state__in=STORED).exists()


def is_open(dataset_id: UUID) -> bool:
    """Whether what is half-done under this id belongs to a dataset."""
    return Dataset.objects.filter(pk=dataset_id, state__in=AT_WORK).exists()


def _published(dataset: Dataset, path: Path) -> Path:
    _check_readable(dataset)
    if not path.is_file():
        raise NotFound(
            said(
                "dataset.files_gone", "{path} is gone from the disk; delete the dataset and build it again.", path=path
            )
        )
    return path


def _check_readable(dataset: Dataset) -> None:
    if dataset.state == State.DELETING:
        raise Gone(
            said(
                "dataset.deleted", "Dataset {name} is deleted; those who read it already may finish.", name=dataset.name
            )
        )
    if dataset.state != State.READY:
        raise Conflict(
            said(
                "dataset.not_ready",
                "Dataset {name} is {state}; it can be read once it is ready.",
                name=dataset.name,
                state=dataset.state,
            )
        )
