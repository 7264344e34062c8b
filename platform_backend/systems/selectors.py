"""Reads of the system under test."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from accounts.models import AuditEntry
from platform_backend.config import config
from systems import adapters
from systems.ports import LoadShape, Pod, Service

LOAD_SET: Final = "system.load_set"
SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LoadSetting:
    """Somebody set the load generator's aim: when (UTC microseconds), and to how many requests a second."""

    at: int
    rate: float


def services() -> Sequence[Service]:
    protected = set(config().faults.protected_services)
    return [replace(service, protected=service.name in protected) for service in adapters.system_driver().services()]


def pods() -> Sequence[Pod]:
    return adapters.system_driver().pods()


def load() -> float:
    return adapters.system_driver().load()


def load_shape() -> LoadShape:
    return adapters.system_driver().load_shape()


def load_settings(start: int, end: int) -> list[LoadSetting]:
    """The last one before `start` (UTC microseconds), and those until `end`; in order of time."""
    entries = AuditEntry.objects.filter(action=LOAD_SET).order_by("at", "pk")
    earlier = entries.filter(at__lt=_moment(start)).last()
    within = entries.filter(at__gte=_moment(start), at__lt=_moment(end))
    return [
        LoadSetting(round(entry.at.timestamp() * SECOND), float(entry.detail["rate"]))
        for entry in [*([earlier] if earlier else []), *within]
    ]


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / SECOND, UTC)
