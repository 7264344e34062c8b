"""Is the platform well? Asked by every open dashboard each few seconds, so an answer serves all that ask within two.

Each section stands for itself: what can't be asked is told as an error beside what can.
"""

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final
from uuid import uuid4

from celery.exceptions import OperationalError as BrokerError
from django.db.models import Sum
from kombu.exceptions import OperationalError

from campaigns.models import Campaign
from campaigns.selectors import open_campaign
from common.errors import UserError
from datasets.models import Dataset
from datasets.models import State as DatasetState
from faults.guards import emergency_stop_in_force
from faults.models import PodQuarantine
from faults.selectors import open_injections
from platform_backend import parts
from platform_backend.celery import app
from platform_backend.config import config
from systems import selectors as systems
from telemetry.records import TABLES
from telemetry.services import telemetry_source

logger = logging.getLogger(__name__)

FRESH_S: Final = 2.0
BROKER_TIMEOUT_S: Final = 1.0
QUEUE: Final = "celery"
# Uploaded algorithms are no part of this version, so there is nothing that holds them.
SANDBOX: Final = {"level": "none", "reason": "This version runs no uploaded algorithms."}


class Shared:
    """One answer for all that ask within FRESH_S; while it is made, the others wait for it."""

    def __init__(self, make: Callable[[], Mapping[str, Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._clock = make, clock
        self._lock = Lock()
        self._made: float | None = None
        self._answer: Mapping[str, Any] = {}

    def __call__(self) -> Mapping[str, Any]:
        with self._lock:
            if self._made is None or self._clock() - self._made > FRESH_S:
                self._answer = self._make()
                self._made = self._clock()
            return self._answer


def look() -> Mapping[str, Any]:
    """Everything, asked for now."""
    sections: Mapping[str, Callable[[], Any]] = {
        "parts": _parts,
        "pods": _pods,
        "queues": _queues,
        "telemetry": _telemetry,
        "disk": _disk,
        "faults": _faults,
        "campaign": _campaign,
    }
    found: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, ask in sections.items():
        try:
            found[name] = ask()
        except (UserError, OSError) as error:
            found[name] = None
            errors.append({"section": name, "detail": str(error)})
        except Exception:  # a mistake of ours in one section must not hide the others
            found[name], error_id = None, uuid4().hex
            logger.exception("internal error %s while the status asked for %s", error_id, name)
            errors.append({"section": name, "detail": f"internal error {error_id}; the web server's log has it"})
    return found | {"sandbox": SANDBOX, "unknown": errors, "well": _is_well(found, errors)}


def _is_well(found: Mapping[str, Any], errors: list[dict[str, str]]) -> bool:
    if errors or found["faults"]["quarantine"]:
        return False
    return not found["pods"]["not_ready"] and all(part["state"] == "running" for part in found["parts"])


def _parts() -> list[dict[str, Any]]:
    return [
        {"name": part.name, "state": part.state.lower(), "since": _micros(part.started), "restarts": part.restarts}
        for part in parts.parts(config().run_dir)
    ]


def _micros(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1_000_000)


def _pods() -> dict[str, Any]:
    pods = systems.pods()
    return {
        "total": len(pods),
        "ready": sum(pod.ready for pod in pods),
        "not_ready": sorted(pod.name for pod in pods if not pod.ready),
        "restarts": sum(pod.restarts for pod in pods),
    }


def _queues() -> dict[str, Any]:
    work = Dataset.objects.values_list("state", flat=True)
    return {
        "tasks": _waiting_tasks(),
        "builds_queued": sum(state == DatasetState.QUEUED for state in work),
        "builds_running": sum(state == DatasetState.BUILDING for state in work),
    }


def _waiting_tasks() -> int | None:
    """Messages that no worker has taken yet; None while the broker is out of reach."""
    with app.connection_for_read(connect_timeout=BROKER_TIMEOUT_S) as connection:
        # The transport's own errors are none of kombu's: a broker that ends between the two calls raises one.
        errors = (*connection.connection_errors, *connection.channel_errors)
        try:
            connection.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
            return int(connection.default_channel.client.llen(QUEUE))
        except (OperationalError, BrokerError, OSError, *errors):
            return None


def _campaign() -> dict[str, Any] | None:
    campaign: Campaign | None = open_campaign()
    return {"id": campaign.id, "name": campaign.name, "state": campaign.state} if campaign else None


def _telemetry() -> dict[str, int | None]:
    source = telemetry_source()
    return {table: source.newest(table) for table in TABLES}


def _disk() -> dict[str, int]:
    usage = shutil.disk_usage(config().state)
    stored = Dataset.objects.aggregate(size=Sum("size"))["size"] or 0
    return {"total_bytes": usage.total, "free_bytes": usage.free, "datasets_bytes": stored}


def _faults() -> dict[str, Any]:
    stop = emergency_stop_in_force()
    told = {"id": stop.id, "by": stop.by, "reason": stop.reason, "at": stop.at} if stop else None
    quarantined = PodQuarantine.objects.filter(cleared_at=None).values_list("pod", flat=True)
    return {"emergency_stop": told, "quarantine": sorted(quarantined), "open_injections": open_injections().count()}


status: Final = Shared(look)
