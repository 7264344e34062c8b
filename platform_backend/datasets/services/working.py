"""The life of a build or an import: begun, watched, published or ended with a reason, begun again after a crash."""

import errno
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts.audit import audit
from changes.models import Topic
from changes.services import changed
from common.background import enqueue
from common.errors import Unavailable, UserError
from common.transactions import atomic
from dataset_builder.build import CountMismatch
from datasets.models import Dataset, Origin, State
from datasets.selectors import queued, stalled, store
from datasets.services import builds, imports, quota
from datasets.services.outcome import Outcome
from datasets.services.rows import advance, locked
from datasets.storage import Busy, Work
from datasets.watch import Cancelled, Watch

logger = logging.getLogger(__name__)

# A worker that died is noticed by its silence; a build that kills its worker again and again is given up.
STALE: Final = timedelta(seconds=15)
MAX_ATTEMPTS: Final = 5
MAKERS: Final[Mapping[str, Callable[[Dataset, Work, Watch], Outcome]]] = {
    Origin.BUILT: builds.make,
    Origin.IMPORTED: imports.make,
}


def dataset_build(*, dataset_id: UUID) -> None:
    """Build or import it, whatever became of earlier tries. Harmless when it is over or somebody is at work on it."""
    try:
        with store().place(), store().work(dataset_id) as work:
            dataset = _begin(dataset_id)
            if dataset is not None:
                _run(dataset, work)
    except Busy as busy:
        logger.info("dataset %s waits: %s", dataset_id, busy)
    else:
        _start_next()


def builds_resume() -> int:
    """Queue again what a dead worker or a lost message left open; returns how many."""
    resumed = 0
    for dataset in stalled(timezone.now() - STALE):
        with transaction.atomic():
            # Only who moves the heartbeat on sends the message, so several callers send one.
            unchanged = Dataset.objects.filter(pk=dataset.pk, heartbeat=dataset.heartbeat)
            if unchanged.update(heartbeat=timezone.now()):
                enqueue("datasets.tasks.build_dataset", str(dataset.pk))
                resumed += 1
    return resumed


def _start_next() -> None:
    """A place has become free. A message too many does no harm."""
    waiting = queued().first()
    if waiting is not None:
        enqueue("datasets.tasks.build_dataset", str(waiting.pk))


@atomic
def _begin(dataset_id: UUID) -> Dataset | None:
    """The dataset, now building; None when there is nothing to build. The caller holds its work folder."""
    dataset = Dataset.objects.select_for_update().filter(pk=dataset_id).first()
    if dataset is None or dataset.is_over:
        return None
    if dataset.state == State.QUEUED:
        advance(dataset, State.BUILDING)
    dataset.attempts += 1
    if dataset.cancel_requested:
        advance(dataset, State.CANCELLED)
    elif dataset.attempts > MAX_ATTEMPTS:
        dataset.error = f"its worker died {MAX_ATTEMPTS} times while at work on it; try a smaller one"
        advance(dataset, State.FAILED)
    dataset.heartbeat = timezone.now()
    dataset.save()
    changed(Topic.DATASETS)
    return None if dataset.is_over else dataset


def _run(dataset: Dataset, work: Work) -> None:
    """Make and publish it, or leave nothing but the reason."""
    try:
        outcome = MAKERS[dataset.origin](dataset, work, Watch(dataset.pk))
        store().publish(dataset.pk, outcome.folder)
        _finish(dataset.pk, outcome)
    except Cancelled:
        _end(dataset.pk, State.CANCELLED)
    except Unavailable as error:
        _postpone(dataset, work, error)
    except UserError as error:
        _end(dataset.pk, State.FAILED, _text(error))
    except CountMismatch as error:
        _end(dataset.pk, State.FAILED, str(error))
    except OSError as error:
        logger.warning("dataset %s failed: %s", dataset.pk, error)
        _end(dataset.pk, State.FAILED, _reason(error))
    except Exception:
        error_id = uuid4().hex
        logger.exception("internal error %s while at work on dataset %s", error_id, dataset.pk)
        _end(dataset.pk, State.FAILED, f"internal error {error_id}; the worker's log has the details")


def _postpone(dataset: Dataset, work: Work, error: Unavailable) -> None:
    """Leave it open: it falls silent, and is queued again like one whose worker died."""
    if dataset.attempts >= MAX_ATTEMPTS:
        _end(dataset.pk, State.FAILED, error.message)
        return
    logger.info("dataset %s waits: %s", dataset.pk, error.message)
    work.kept = True
    _write_postponed(dataset.pk, error.message)


@atomic
def _write_postponed(dataset_id: UUID, reason: str) -> None:
    Dataset.objects.filter(pk=dataset_id).update(error=reason, heartbeat=timezone.now())
    changed(Topic.DATASETS)


@atomic
def _finish(dataset_id: UUID, outcome: Outcome) -> None:
    dataset = locked(dataset_id)
    if dataset.cancel_requested:
        raise Cancelled
    quota.one_at_a_time(dataset.created_by)
    quota.check(dataset.created_by, outcome.size)
    if dataset.origin == Origin.IMPORTED:
        imports.one_at_a_time()
        imports.refuse_known(outcome.digest)  # the same may have been imported since it was checked
    for column, value in outcome.columns.items():
        setattr(dataset, column, value)
    dataset.rows_done = dataset.rows_total = sum(outcome.tables.values())
    dataset.counts = {
        "tables": dict(outcome.tables),
        "metrics": dict(outcome.metrics),
        "faults": dict(outcome.faults),
    }
    dataset.size, dataset.digest, dataset.error = outcome.size, outcome.digest, ""
    advance(dataset, State.READY)
    dataset.save()
    audit("dataset.ready", dataset, None, digest=outcome.digest)


@atomic
def _end(dataset_id: UUID, state: State, error: str = "") -> None:
    """It is over without a result. The caller holds its work folder."""
    store().remove(dataset_id)
    dataset = locked(dataset_id)
    dataset.error = error
    advance(dataset, state)
    dataset.save()
    audit(f"dataset.{state}", dataset, None, error=error)


def _text(error: UserError) -> str:
    fields = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())
    return f"{error.message} ({fields})" if fields else error.message


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {error}; free some space for {store().root} and try again"
    return str(error)
