"""Reads of the system under test."""

from collections.abc import Sequence
from dataclasses import replace

from platform_backend.config import config
from systems import adapters
from systems.ports import Pod, Service


def services() -> Sequence[Service]:
    protected = set(config().faults.protected_services)
    return [replace(service, protected=service.name in protected) for service in adapters.system_driver().services()]


def pods() -> Sequence[Pod]:
    return adapters.system_driver().pods()


def load() -> float:
    return adapters.system_driver().load()
