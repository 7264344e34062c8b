"""Every endpoint that writes leaves a row in the audit log for each success."""

import pytest
from django.contrib.auth.models import User

from accounts.models import AuditEntry
from faults.adapters.fake import FakeFaultDriver
from tests.backend.writes import CALLS, WRITES, caller_of


def test_every_write_is_among_the_calls() -> None:
    assert set(CALLS) == WRITES


@pytest.mark.parametrize("operation", sorted(WRITES))
def test_success_leaves_a_row_with_who_and_what(operation: str, driver: FakeFaultDriver, db: None) -> None:
    caller = caller_of(operation)
    prepare, write = CALLS[operation]
    prepared = prepare(caller)
    before = AuditEntry.objects.count()
    write(caller, prepared)
    rows = list(AuditEntry.objects.order_by("id")[before:])
    assert rows, f"{operation} left nothing in the audit log"
    who = User.objects.get(username="grace") if operation == "registration_create" else caller.user
    assert rows[0].actor == who
    assert rows[0].action.count(".") == 1
    assert rows[0].subject
