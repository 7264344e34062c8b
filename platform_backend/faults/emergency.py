"""The emergency stop: every fault ends, none begins until it is released.

The driver is told first, and directly: neither worker nor broker is needed. The database and the driver each remember
the stop by the same id; `reconcile` brings them together again after any of them was out of reach.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import may_change, owner_or_admin
from common.background import enqueue
from common.errors import Unavailable, UserError
from common.transactions import atomic
from faults import adapters, lifecycle
from faults.guards import emergency_stop_in_force
from faults.models import EmergencyStop
from faults.ports import Block, FaultDriver
from faults.selectors import open_injections
from faults.steps import all_ended

logger = logging.getLogger(__name__)

WAIT_S: Final = 2.5
LOOK_EVERY_S: Final = 0.05
LONGEST_NAME: Final = 150  # MariaDB refuses what SQLite takes


@dataclass(frozen=True, slots=True)
class Stopped:
    """What the stop found. `unreachable` says why the driver could not be told yet; empty when it was."""

    stop: EmergencyStop
    ended: Sequence[UUID]
    ending: Sequence[UUID]  # not verified as gone yet
    unreachable: str = ""


def emergency_stop(*, reason: str, by: User, stop_id: UUID | None = None) -> Stopped:
    """End every fault now. The same `stop_id` again is the same stop."""
    stop_id = stop_id or uuid4()
    driver = adapters.fault_driver()
    until = time.monotonic() + WAIT_S
    unreachable = _tell(driver, Block(str(stop_id), reason, by.get_username()))
    stop = _record(stop_id, reason, by)
    running = list(open_injections().values_list("id", flat=True))
    left = _wait_until_gone(driver, running, until)
    for injection_id in running:
        if time.monotonic() < until:
            _write_down(injection_id)
    ended = [injection_id for injection_id in running if injection_id not in left]
    return Stopped(stop, ended, left, unreachable)


def emergency_stop_release(*, by: User) -> None:
    """Take back what `by` has pressed, or all of it as an admin; faults are allowed again when no stop is left.

    Nothing happens when none is in force. Raises Forbidden when all are others', Unavailable while the driver is out
    of reach.
    """
    driver = adapters.fault_driver()
    held = driver.blocked()
    _import(held)
    ours, others = _in_force(by)
    # First the driver: should we die in between, faults stay blocked, and the release can be repeated.
    if others:
        driver.block(_block(others[0]))
    elif held is not None:
        driver.unblock(held.stop_id)
    _release(ours, by)


def _in_force(by: User) -> tuple[list[UUID], list[EmergencyStop]]:
    """Those that `by` may release, and the others. Raises Forbidden when there are only others."""
    stops = list(EmergencyStop.objects.filter(released_at=None).select_related("created_by").order_by("at"))
    others = [stop for stop in stops if not may_change(by, owner=stop.created_by)]
    if others and len(others) == len(stops):
        owner_or_admin(by, owner=others[0].created_by, thing=f"The emergency stop of {others[0].by}", to="release")
    return [stop.id for stop in stops if stop not in others], others


@atomic
def _release(stops: Sequence[UUID], by: User) -> None:
    for stop in EmergencyStop.objects.select_for_update().filter(id__in=stops, released_at=None):
        stop.released_at, stop.released_by = timezone.now(), by.get_username()
        stop.save(update_fields=("released_at", "released_by"))
        audit("emergency_stop.release", stop.id, by, reason=stop.reason, stopped_by=stop.by)


def reconcile() -> None:
    """By the clock: what one side has missed of a stop or its release. A driver out of reach is asked again."""
    try:
        _reconcile(adapters.fault_driver())
    except Unavailable as error:
        logger.warning("emergency stop: not compared with the driver's: %s", error.message)


def _reconcile(driver: FaultDriver) -> None:
    held, stop = driver.blocked(), emergency_stop_in_force()
    if held is not None and not EmergencyStop.objects.filter(id=_id(held)).exists():
        _import(held)
    elif held is not None and stop is None:
        driver.unblock(held.stop_id)
    elif stop is not None and held is None:
        driver.block(_block(stop))


def _block(stop: EmergencyStop) -> Block:
    return Block(str(stop.id), stop.reason, stop.by)


def _tell(driver: FaultDriver, block: Block) -> str:
    try:
        driver.block(block)
    except UserError as error:  # refused or out of reach: the rest of the stop must go on
        logger.error("emergency stop: the driver could not be told: %s", error)
        return error.message
    return ""


@atomic
def _record(stop_id: UUID, reason: str, by: User) -> EmergencyStop:
    stop, made = EmergencyStop.objects.get_or_create(
        id=stop_id,
        defaults={"reason": reason, "by": by.get_username(), "created_by": by, "at": timezone.now()},
    )
    stopped = _stop_open_injections()
    if made or stopped:
        audit("emergency_stop.start", stop.id, by, reason=reason, injections=stopped)
    return stop


@atomic
def _import(held: Block | None) -> None:
    """A stop that was made at the driver itself, while the platform could not be asked."""
    if held is None:
        return
    at = datetime.fromtimestamp(0, tz=UTC) + timedelta(microseconds=held.since)
    stop, made = EmergencyStop.objects.get_or_create(
        id=_id(held), defaults={"reason": held.reason, "by": held.by[:LONGEST_NAME], "at": at}
    )
    if made:
        detail: dict[str, Any] = {"stopped_by": held.by, "reason": held.reason, "at": at.isoformat()}
        audit("emergency_stop.start", stop.id, None, **detail, injections=_stop_open_injections())


def _id(held: Block) -> UUID:
    try:
        return UUID(held.stop_id)
    except ValueError:  # its mark can't be read
        return UUID(int=held.since)


def _stop_open_injections() -> list[str]:
    """Asks for their end; the ids of those that had not been asked before."""
    stopped = []
    for injection in open_injections().select_for_update().filter(stop_requested=False):
        injection.stop_requested = True
        injection.save(update_fields=("stop_requested",))
        enqueue("faults.tasks.advance_injection", str(injection.id))
        stopped.append(str(injection.id))
    return stopped


def _wait_until_gone(driver: FaultDriver, running: Sequence[UUID], until: float) -> list[UUID]:
    """Those that are not. Asks once at least."""
    left = list(running)
    while left:
        try:
            left = [each for each in left if not all_ended(driver.records(str(each)))]
        except Unavailable:
            return left
        if time.monotonic() >= until:
            break
        Event().wait(LOOK_EVERY_S if left else 0)
    return left


def _write_down(injection_id: UUID) -> None:
    """Here and now, as no worker may be there to do it."""
    try:
        lifecycle.injection_advance(injection_id=injection_id)
    except Exception:
        logger.exception("emergency stop: injection %s could not be advanced", injection_id)
