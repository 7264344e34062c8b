"""Datasets from outside: received in a folder of their own, and checked to the last byte before they count as one."""

import json
import shutil
from collections.abc import Iterable
from typing import Final
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction

from accounts.audit import audit
from common.background import enqueue
from common.errors import Conflict, said
from dataset_builder.manifest import MANIFEST, digest
from datasets.examination import examine
from datasets.models import AT_WORK, Dataset, Origin, Phase
from datasets.selectors import of_digest, store
from datasets.services import quota
from datasets.services.outcome import Outcome
from datasets.storage import RESULT, SERIES, Work
from datasets.uploads import UPLOAD, fit_name, manifest_in, receive, refuse_large
from datasets.watch import Watch
from microservo_sdk import Limits
from platform_backend.config import config

GIGABYTE: Final = 1_000_000_000


def dataset_import(*, by: User | None, name: str, chunks: Iterable[bytes], expected: int | None) -> Dataset:
    """Receive a zip and queue its check. Whatever goes wrong, also kill -9, nothing of it stays.

    Raises TooLarge, Conflict over the quota or for a dataset that is here already, UserError.
    """
    limit = round(config().datasets.max_upload_gigabytes * GIGABYTE)
    refuse_large(expected or 0, limit)
    quota.check(by, expected or 0)
    dataset_id = uuid4()
    with store().work(dataset_id) as work:
        size = receive(chunks, work.path / UPLOAD, limit=limit, expected=expected)
        quota.check(by, size)
        content = manifest_in(work.path / UPLOAD)
        if content is not None:
            refuse_known(digest(content))
        with transaction.atomic():
            dataset = Dataset.objects.create(
                id=dataset_id,
                name=fit_name(name),
                origin=Origin.IMPORTED,
                format="",
                created_by=by,
            )
            audit("dataset.import", dataset, by, name=name, size=size)
        work.kept = True
    # Only now: a worker that finds the folder locked leaves it to the next look at what is stalled.
    enqueue("datasets.tasks.build_dataset", str(dataset_id))
    return dataset


def one_at_a_time() -> None:
    """Imports that end at the same time wait for each other, so that of two of the same dataset one is refused."""
    list(Dataset.objects.select_for_update().filter(origin=Origin.IMPORTED, state__in=AT_WORK).order_by("pk"))


def refuse_known(value: str) -> None:
    """Raises Conflict that names the dataset which has this digest."""
    known = of_digest(value)
    if known is not None:
        raise Conflict(
            said("import.is_here", "This dataset is here already: {name} ({pk}).", name=known.name, pk=known.pk)
        )


def make(dataset: Dataset, work: Work, watch: Watch) -> Outcome:
    """Check what was uploaded; then it is as good as built here. Raises UserError: what is wrong with it, and where."""
    watch.enter(Phase.CHECKING)
    upload = work.path / UPLOAD
    found = watch.run(lambda: examine(upload, name=dataset.name, limits=_limits(), progress=watch))
    refuse_known(found.digest)
    folder = work.path / RESULT
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / MANIFEST).write_bytes(found.manifest)
    if found.series is not None:
        (folder / SERIES).write_text(json.dumps(found.series), encoding="utf-8")
    archive = folder / f"{found.name}.zip"
    archive.hardlink_to(upload)  # not moved: should this worker die, the next one finds it where it was
    return Outcome(
        folder=folder,
        digest=found.digest,
        size=archive.stat().st_size,
        tables=found.tables,
        metrics=found.metrics,
        faults=found.faults,
        columns={
            "name": found.name,
            "format": found.format,
            "window_start": found.window.start,
            "window_end": found.window.end,
            "warnings": list(found.warnings),
        },
    )


def _limits() -> Limits:
    most = round(config().datasets.max_unpacked_gigabytes * GIGABYTE)
    return Limits(file_bytes=most, total_bytes=most)
