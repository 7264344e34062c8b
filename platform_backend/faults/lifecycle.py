"""An injection's way from planned to recovered or failed, driven by what the driver measured.

The driver is asked outside of any transaction; all its calls may be repeated. What follows from its answer is written
under a lock and only if the injection is still in the state that the answer was for, so a retry, a second worker or
a task that was killed half-way does no harm.
"""

import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from accounts.audit import audit
from common.errors import Unavailable
from common.transactions import atomic
from faults import adapters
from faults.models import Injection, State
from faults.outcomes import settle_labels, write
from faults.ports import FaultDriver, PodRecord
from faults.selectors import open_injections
from faults.steps import STEPS, Outcome, all_ended, is_overdue

logger = logging.getLogger(__name__)

# While the driver does not answer, an overdue injection is closed after this many looks, about one a second. Looks,
# not seconds, because the platform itself may have been down for hours, and the driver needs its time to come back.
MAX_ATTEMPTS: Final = 120
MAX_STEPS: Final = 8


def open_injections_advance() -> None:
    """Every open injection, each on its own: a broken one must not hold up the others."""
    for injection_id in open_injections().values_list("id", flat=True):
        try:
            injection_advance(injection_id=injection_id)
        except Exception:
            logger.exception("injection %s could not be advanced", injection_id)
            _count_attempt(injection_id, "The platform could not drive this injection; its log says more.")


def injection_advance(*, injection_id: UUID) -> None:
    """Go as far as it goes now."""
    driver = adapters.fault_driver()
    for _ in range(MAX_STEPS):
        injection = Injection.objects.filter(id=injection_id).first()
        if injection is None or not injection.is_open:
            return
        try:
            outcome = STEPS[State(injection.state)](injection, driver)
            if not _settle(injection, outcome, driver) or (outcome.to is None and not outcome.look_again):
                return
        except Unavailable as error:
            _count_attempt(injection_id, error.message)
            return


def unsettled_injections_settle() -> None:
    """Those that were closed while the driver could not tell how they ended: it can by now, for it keeps a journal."""
    driver = adapters.fault_driver()
    for injection_id in Injection.objects.filter(unsettled=True).values_list("id", flat=True):
        try:
            records = driver.records(str(injection_id))
            if not all_ended(records):  # it is still there: nobody but us would end it
                driver.recover(str(injection_id))
                continue
        except Unavailable:
            return
        _write_afterwards(injection_id, records)


@atomic
def _write_afterwards(injection_id: UUID, records: Sequence[PodRecord]) -> None:
    injection = Injection.objects.select_for_update().get(id=injection_id)
    if injection.unsettled:
        settle_labels(injection, records)
        audit(
            "injection.settled", injection.id, None, pods=[record.pod for record in records if record.end is not None]
        )


def _settle(before: Injection, outcome: Outcome, driver: FaultDriver) -> bool:
    """Write the outcome unless another worker has moved the injection on meanwhile; False then."""
    injection = _write_unless_moved(before, outcome)
    if injection is None:
        return True
    if not injection.is_open:
        # Our apply may have come after the other worker's recover. A fault must not outlive its injection.
        driver.recover(str(injection.id))
    return False


@atomic
def _write_unless_moved(before: Injection, outcome: Outcome) -> Injection | None:
    """The injection as another worker has left it; None when the outcome is written."""
    injection = Injection.objects.select_for_update().get(id=before.id)
    if injection.state != before.state:
        return injection
    write(injection, outcome)
    return None


@atomic
def _count_attempt(injection_id: UUID, reason: str) -> None:
    """One more look in vain; close the injection when it is past its deadline and there were too many."""
    injection = Injection.objects.select_for_update().get(id=injection_id)
    if not injection.is_open:
        return
    injection.attempts += 1
    injection.save(update_fields=("attempts",))
    if injection.attempts >= MAX_ATTEMPTS and is_overdue(injection):
        write(injection, Outcome(State.FAILED, error=f"Its end is not known: {reason}", unsettled=True))
