"""Ask for a dataset, and take it back."""

import re
import time
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User

from accounts.audit import audit
from common.background import enqueue
from common.errors import Conflict, UserError, said
from common.transactions import atomic
from dataset_builder.events import refuse_open_events
from dataset_builder.formats import FORMATS
from dataset_builder.knobs import Knobs
from dataset_builder.labels import MICROSECONDS, refuse_open
from datasets import sources
from datasets.models import Dataset, State
from datasets.services import quota
from datasets.services.rows import advance, locked_by
from platform_backend.config import config
from telemetry.records import Window

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@atomic
def dataset_create(
    *,
    by: User | None,
    name: str,
    window: Window | None = None,
    campaign: UUID | None = None,
    format: str = "csv",
    knobs: Knobs | None = None,
    notes: str = "",
) -> Dataset:
    """Queue a build of a window, or of the time of a campaign that is over.

    Raises UserError per field, Conflict while a fault of the window runs or the quota is used up.
    """
    knobs = knobs or Knobs()
    window = window or sources.window_of_campaign(campaign)
    _check(name, window, format, knobs)
    refuse_open(sources.injections(window), window)
    refuse_open_events(sources.events(window), window)
    quota.check_order(by, window, knobs)
    dataset = Dataset.objects.create(
        name=name,
        format=format,
        knobs=knobs.to_record(),
        window_start=window.start,
        window_end=window.end,
        created_by=by,
        campaign=campaign,
        notes=notes,
    )
    audit(
        "dataset.create",
        dataset,
        by,
        name=name,
        format=format,
        start=window.start,
        end=window.end,
        **({} if knobs.is_neutral else {"knobs": knobs.to_record()}),
    )
    enqueue("datasets.tasks.build_dataset", str(dataset.pk))
    return dataset


@atomic
def dataset_cancel(*, dataset_id: UUID, by: User | None) -> Dataset:
    """A queued dataset is cancelled at once, a build or import stops within a second."""
    dataset = locked_by(by, dataset_id, to="cancel")
    if dataset.is_over:
        raise Conflict(
            said(
                "dataset.is_over",
                "Dataset {name} is {state}; there is nothing to cancel.",
                name=dataset.name,
                state=dataset.state,
            )
        )
    dataset.cancel_requested = True
    if dataset.state == State.QUEUED:
        advance(dataset, State.CANCELLED)
    dataset.save()
    audit("dataset.cancel", dataset, by)
    return dataset


def _check(name: str, window: Window, format: str, knobs: Knobs) -> None:
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
    errors |= _check_services(knobs)
    if errors:
        raise UserError(said("dataset.invalid", "The dataset can't be built like this; see errors."), fields=errors)


def _check_services(knobs: Knobs) -> dict[str, list[str]]:
    """Services to leave out have to be services of the system."""
    if not knobs.missing_services:
        return {}
    known = sources.service_names()
    unknown = [name for name in knobs.missing_services if name not in known]
    if not unknown:
        return {}
    return {"knobs.missing_services": [f"no such service: {', '.join(unknown)}; there are: {', '.join(known)}"]}
