"""Writes of datasets: ask for one, follow, cancel, import, keep, delete."""

from datasets.services.imports import dataset_import
from datasets.services.orders import dataset_cancel, dataset_create
from datasets.services.removal import dataset_delete, dataset_update, datasets_expire, deletions_finish, leftovers_sweep
from datasets.services.working import builds_resume, dataset_build

__all__ = [
    "builds_resume",
    "dataset_build",
    "dataset_cancel",
    "dataset_create",
    "dataset_delete",
    "dataset_import",
    "dataset_update",
    "datasets_expire",
    "deletions_finish",
    "leftovers_sweep",
]
