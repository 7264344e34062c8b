"""Doors from Celery to the builds of datasets."""

from uuid import UUID

from datasets import services
from platform_backend.celery import app


@app.task
def build_dataset(dataset_id: str) -> None:
    services.dataset_build(dataset_id=UUID(dataset_id))


@app.task
def resume_stalled_builds() -> None:
    """By the clock: dead builds go on, and nothing that nobody owns stays on the disk."""
    services.builds_resume()
    services.deletions_finish()
    services.leftovers_sweep()


@app.task
def expire_datasets() -> None:
    """By the clock: datasets beyond their age go."""
    services.datasets_expire()
