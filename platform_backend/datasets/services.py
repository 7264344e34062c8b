"""Writes of datasets: ask for one, cancel, delete, build."""

import logging
import re
import time
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Final
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from accounts.audit import audit
from common.background import enqueue
from common.errors import Conflict, Unavailable, UserError
from common.registry import load_adapter
from datasets import sources, tasks
from datasets.build import Built, CountMismatch, Order, build
from datasets.formats import FORMATS
from datasets.labels import MICROSECONDS, refuse_open, refuse_unchecked, unchecked
from datasets.models import STATES, Dataset, State
from datasets.selectors import dataset_get, is_kept, stalled, store
from datasets.storage import RESULT, Busy
from datasets.watch import Cancelled, Watch
from platform_backend.config import config
from telemetry.records import Window

logger = logging.getLogger(__name__)

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# A span has the time of its start but is sent after its end: the shop's longest deadline is 5 s, the services
# send each second, the collector flushes twice a second.
LATE_ALLOWANCE_S: Final = 7.0
# Effects are checked some ten seconds after a fault's end; without telemetry they stay unknown after two minutes.
EFFECTS_WAIT_S: Final = 150.0
LOOK_EVERY_S: Final = 1.0
COUNT_ATTEMPTS: Final = 3
RECOUNT_AFTER_S: Final = 2.0
# A worker that died is noticed by its silence; a build that kills its worker again and again is given up.
STALE: Final = timedelta(seconds=15)
MAX_ATTEMPTS: Final = 5


@transaction.atomic
def dataset_create(*, by: User | None, name: str, window: Window, format: str = "csv") -> Dataset:
    """Queue a build. Raises UserError per field, Conflict while a fault of the window still runs."""
    _check(name, window, format)
    refuse_open(sources.injections(window), window)
    dataset = Dataset.objects.create(
        name=name, format=format, window_start=window.start, window_end=window.end, created_by=by
    )
    audit("dataset.create", dataset, by, name=name, format=format, start=window.start, end=window.end)
    enqueue(tasks.build_dataset, str(dataset.pk))
    return dataset


@transaction.atomic
def dataset_cancel(*, dataset_id: UUID, by: User | None) -> Dataset:
    """A queued dataset is cancelled at once, a build stops within a second."""
    dataset = _locked(dataset_id)
    if dataset.is_over:
        raise Conflict(f"Dataset {dataset.name} is {dataset.state}; there is nothing to cancel.")
    dataset.cancel_requested = True
    if dataset.state == State.QUEUED:
        _advance(dataset, State.CANCELLED)
    dataset.save()
    audit("dataset.cancel", dataset, by)
    return dataset


@transaction.atomic
def dataset_delete(*, dataset_id: UUID, by: User | None) -> None:
    dataset = _locked(dataset_id)
    if not dataset.is_over:
        raise Conflict(f"Dataset {dataset.name} is {dataset.state}; cancel it first.")
    audit("dataset.delete", dataset, by, name=dataset.name, digest=dataset.digest)
    dataset.delete()
    transaction.on_commit(lambda: store().remove(dataset_id))


def dataset_build(*, dataset_id: UUID) -> None:
    """Build it, whatever became of earlier tries. Harmless when it is over or another builder is at work."""
    try:
        with store().lock(dataset_id) as work:
            dataset = _begin(dataset_id)
            if dataset is not None:
                _run(dataset, work)
    except Busy:
        logger.info("dataset %s is being built already", dataset_id)


def builds_resume() -> int:
    """Queue again what a dead worker or a lost message left open; returns how many."""
    resumed = 0
    for dataset in stalled(timezone.now() - STALE):
        with transaction.atomic():
            # Only who moves the heartbeat on sends the message, so several callers send one.
            unchanged = Dataset.objects.filter(pk=dataset.pk, heartbeat=dataset.heartbeat)
            if unchanged.update(heartbeat=timezone.now()):
                enqueue(tasks.build_dataset, str(dataset.pk))
                resumed += 1
    return resumed


def leftovers_sweep() -> None:
    """Remove what no dataset owns from the datasets folder."""
    removed = store().sweep(is_kept)
    if removed:
        logger.warning("removed what nobody owned from %s: %s", store().root, ", ".join(removed))


def _check(name: str, window: Window, format: str) -> None:
    errors: dict[str, list[str]] = {}
    if not NAME.fullmatch(name):
        errors["name"] = ["expected up to 100 letters, digits, dots, dashes, underscores; the first a letter or digit"]
    if format not in FORMATS:
        errors["format"] = [f"expected one of: {', '.join(sorted(FORMATS))}"]
    if window.start < 0:
        errors["from"] = ["lies before 1970"]
    if window.end > time.time_ns() // 1000:
        errors["to"] = ["lies in the future; a dataset holds what has happened"]
    longest = config().datasets.max_window_hours
    if window.end - window.start > longest * 3600 * MICROSECONDS:
        errors.setdefault("to", []).append(f"more than {longest:g} hours after the start (datasets.max_window_hours)")
    if errors:
        raise UserError("The dataset can't be built like this; see errors.", fields=errors)


@transaction.atomic
def _begin(dataset_id: UUID) -> Dataset | None:
    """The dataset, now building; None when there is nothing to build. The caller holds the lock of its folder."""
    dataset = Dataset.objects.select_for_update().filter(pk=dataset_id).first()
    if dataset is None or dataset.is_over:
        return None
    if dataset.state == State.QUEUED:
        _advance(dataset, State.BUILDING)
    dataset.attempts += 1
    if dataset.cancel_requested:
        _advance(dataset, State.CANCELLED)
    elif dataset.attempts > MAX_ATTEMPTS:
        dataset.error = f"its worker died {MAX_ATTEMPTS} times while building it; choose a shorter window"
        _advance(dataset, State.FAILED)
    dataset.heartbeat = timezone.now()
    dataset.save()
    return None if dataset.is_over else dataset


def _run(dataset: Dataset, work: Path) -> None:
    """Build and publish, or leave nothing but the reason."""
    try:
        built = _build(dataset, work)
        store().publish(dataset.pk, work)
        _finish(dataset.pk, built)
    except Cancelled:
        _end(dataset.pk, State.CANCELLED)
    except Unavailable as error:
        _postpone(dataset, error)
    except UserError as error:
        _end(dataset.pk, State.FAILED, error.message)
    except (CountMismatch, OSError) as error:
        logger.warning("dataset %s failed: %s", dataset.pk, error)
        _end(dataset.pk, State.FAILED, str(error))
    except Exception:
        error_id = uuid4().hex
        logger.exception("internal error %s while building dataset %s", error_id, dataset.pk)
        _end(dataset.pk, State.FAILED, f"internal error {error_id}; the worker's log has the details")


def _postpone(dataset: Dataset, error: Unavailable) -> None:
    """Leave the build open: it falls silent, and is queued again like one whose worker died."""
    if dataset.attempts >= MAX_ATTEMPTS:
        _end(dataset.pk, State.FAILED, error.message)
    else:
        logger.info("dataset %s waits: %s", dataset.pk, error.message)
        Dataset.objects.filter(pk=dataset.pk).update(error=error.message, heartbeat=timezone.now())


def _build(dataset: Dataset, work: Path) -> Built:
    watch = Watch(dataset.pk)
    _settle(dataset.window, watch)
    _await_effects(dataset.window, watch)
    order = _order(dataset)
    Dataset.objects.filter(pk=dataset.pk).update(rows_total=sum(order.rows_expected().values()))
    kind = load_adapter("datasets", dataset.format, FORMATS)()
    for attempt in range(1, COUNT_ATTEMPTS + 1):
        folder = work / str(attempt)
        try:
            built = build(order, kind, work=folder, into=folder / RESULT, progress=watch)
        except CountMismatch as error:
            if attempt == COUNT_ATTEMPTS:
                raise
            logger.info("dataset %s: %s; building again", dataset.pk, error)
            watch.restart()
            Event().wait(RECOUNT_AFTER_S)
        else:
            (folder / RESULT).rename(work / RESULT)
            return built
    raise AssertionError("unreachable: the last attempt returns or raises")


def _order(dataset: Dataset) -> Order:
    window = dataset.window
    found = sources.injections(window)
    refuse_open(found, window)
    refuse_unchecked(found, window)
    return sources.order(name=dataset.name, kind=dataset.format, window=window, injections=found)


def _settle(window: Window, watch: Watch) -> None:
    """Wait until the window's last rows have reached the store."""
    settled = window.end / MICROSECONDS + LATE_ALLOWANCE_S
    remaining = min(settled - time.time(), LATE_ALLOWANCE_S)
    watch.save()
    if remaining > 0:
        Event().wait(remaining)
        watch.save()


def _await_effects(window: Window, watch: Watch) -> None:
    """Wait until the effects of the window's faults are checked, as long as that may take."""
    deadline = time.monotonic() + EFFECTS_WAIT_S
    while unchecked(sources.injections(window), window) and time.monotonic() < deadline:
        Event().wait(LOOK_EVERY_S)
        watch.save()


@transaction.atomic
def _finish(dataset_id: UUID, built: Built) -> None:
    dataset = _locked(dataset_id)
    if dataset.cancel_requested:
        raise Cancelled
    dataset.rows_done = dataset.rows_total = sum(built.counts.tables.values())
    dataset.counts = {"tables": dict(built.counts.tables), "metrics": dict(built.counts.metrics)}
    dataset.size, dataset.digest, dataset.error = built.size, built.digest, ""
    _advance(dataset, State.READY)
    dataset.save()
    audit("dataset.ready", dataset, None, digest=built.digest)


@transaction.atomic
def _end(dataset_id: UUID, state: State, error: str = "") -> None:
    """The build is over without a result. The caller holds the lock of its folder."""
    store().remove(dataset_id)
    dataset = _locked(dataset_id)
    dataset.error = error
    _advance(dataset, state)
    dataset.save()
    audit(f"dataset.{state}", dataset, None, error=error)


def _locked(dataset_id: UUID) -> Dataset:
    dataset_get(dataset_id)
    return Dataset.objects.select_for_update().get(pk=dataset_id)


def _advance(dataset: Dataset, state: State) -> None:
    STATES.check(State(dataset.state), state)
    dataset.state = state
    if dataset.is_over:
        dataset.finished_at = timezone.now()
