"""How much of the disk one user's datasets may take."""

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.models import User

from common.errors import Conflict, Unavailable, said
from dataset_builder.knobs import Knobs
from datasets import sources
from datasets.selectors import bytes_stored
from platform_backend.config import config
from telemetry.records import TableName, Window

GIGABYTE: Final = 1_000_000_000
# Zipped csv of the shop's telemetry, measured: logs 14, spans 28, samples 6. An estimate may err: the end decides.
BYTES_PER_ROW: Final[Mapping[TableName, int]] = {"logs": 14, "spans": 28, "samples": 6}


def one_at_a_time(by: User | None) -> None:
    """Others of the same user wait until this transaction has ended, so that two can't take the same room."""
    if by is not None:
        User.objects.select_for_update().get(pk=by.pk)


def check_order(by: User | None, window: Window, knobs: Knobs) -> None:
    """Raises Conflict when this dataset would most likely not find room."""
    if _limit(by) is None:
        return
    try:
        rows = sources.rows_expected(window, knobs)
    except Unavailable:
        rows = {}  # the build will wait for the telemetry, and look again at its end
    check(by, sum(BYTES_PER_ROW[table] * count for table, count in rows.items()))


def check(by: User | None, size: int) -> None:
    """Raises Conflict when `size` more bytes are too many."""
    limit = _limit(by)
    if limit is None:
        return
    used = bytes_stored(by)
    if used >= limit or used + size > limit:
        raise Conflict(
            said(
                "dataset.quota_exceeded",
                "Your datasets use {used} of {limit}, and this one needs about {size}: delete some, "
                "or raise datasets.quota_gigabytes_per_user.",
                used=_gigabytes(used),
                limit=_gigabytes(limit),
                size=_gigabytes(size),
            )
        )


def _limit(by: User | None) -> int | None:
    """Bytes; None where there is no limit. What nobody asked for belongs to nobody."""
    gigabytes = config().datasets.quota_gigabytes_per_user
    return round(gigabytes * GIGABYTE) if gigabytes and by is not None else None


def _gigabytes(size: int) -> str:
    return f"{size / GIGABYTE:.3g} GB"
