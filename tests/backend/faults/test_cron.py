"""What the five fields of cron stand for, and what is refused."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from faults import tasks
from faults.adapters.fake import FakeFaultDriver
from faults.cron import parse
from faults.models import Experiment, ExperimentState, Occurrence
from faults.schedule import cron, occurrences
from platform_backend.config import REPO

FIELD_CASES = (
    (REPO / "tests" / "data" / "field-cases" / "cron-that-must-be-refused.txt").read_text(encoding="utf-8").splitlines()
)
FAULT = {"kind": "pod-kill", "services": ["cartservice"], "allow_last_replica": True}


@pytest.mark.parametrize(
    ("expression", "name", "numbers"),
    [
        ("* * * * *", "minutes", range(60)),
        ("5,10-12,*/20 * * * *", "minutes", [0, 5, 10, 11, 12, 20, 40]),
        ("10-30/10 * * * *", "minutes", [10, 20, 30]),
        ("07 09 * * *", "hours", [9]),
        ("0 0-23/6 * * *", "hours", [0, 6, 12, 18]),
        ("0 0 */10 * *", "days_of_month", [1, 11, 21, 31]),
        ("0 0 1 Jan,JUN-aug *", "months", [1, 6, 7, 8]),
        ("0 0 * * sun", "days_of_week", [0]),
        ("0 0 * * 7", "days_of_week", [0]),
        ("0 0 * * 5-7", "days_of_week", [0, 5, 6]),
        ("0 0 * * 0-7", "days_of_week", range(7)),
        ("0 0 * * Mon-Fri", "days_of_week", range(1, 6)),
        ("0 0 * * mon-5", "days_of_week", range(1, 6)),
        ("0\t0  1   1 *", "minutes", [0]),
    ],
)
def test_a_field_stands_for(expression: str, name: str, numbers: Any) -> None:
    assert getattr(parse(expression), name) == frozenset(numbers)


@pytest.mark.parametrize(
    ("expression", "field", "why"),
    [
        ("", "expected five fields (minute, hour, day of month, month, day of week)", "not 0"),
        ("* * * *", "expected five fields", "not 4"),
        ("0 * * * * *", "expected five fields", "not 6"),
        ("@daily", "expected five fields", "not 1"),
        ("60 * * * *", "minute", "60 is not between 0 and 59"),
        ("0 24 * * *", "hour", "24 is not between 0 and 23"),
        ("0 0 0 * *", "day of month", "0 is not between 1 and 31"),
        ("0 0 32 * *", "day of month", "32 is not between 1 and 31"),
        ("0 0 1 13 *", "month", "13 is not between 1 and 12"),
        ("0 0 * * 8", "day of week", "8 is not between 0 and 7"),
        ("0 0 * * 1-8", "day of week", "8 is not between 0 and 7"),
        ("0 0 * * monday", "day of week", "'monday' is unknown; expected a number from 0 to 7, or one of: sun, mon,"),
        ("0 0 1 march *", "month", "'march' is unknown"),
        ("0 0 mon * *", "day of month", "'mon' is unknown; expected a number from 1 to 31"),
        ("0 0 * * jan", "day of week", "'jan' is unknown"),
        ("0 17-9 * * *", "hour", "'17-9' ends before it begins"),
        ("0 0 * * fri-mon", "day of week", "'fri-mon' ends before it begins"),
        ("*/0 * * * *", "minute", "step of 0"),
        ("*/90 * * * *", "minute", "step of 90, which leaves one number or none of 0-59"),
        ("10-20/15 * * * *", "minute", "step of 15"),
        ("5/15 * * * *", "minute", "'5/15' has a step but no range; expected e.g. 5-59/15"),
        ("*/ * * * *", "minute", "'*/' is none of: *, a number, a range like 1-5, a step like */10 or 1-30/5"),
        ("*/-5 * * * *", "minute", "is none of"),
        ("*/5/5 * * * *", "minute", "is none of"),
        ("*5 * * * *", "minute", "is none of"),
        ("** * * * *", "minute", "is none of"),
        ("*-5 * * * *", "minute", "is none of"),
        ("1- * * * *", "minute", "is none of"),
        ("-1 * * * *", "minute", "is none of"),
        ("+1 * * * *", "minute", "is none of"),
        ("1.0 * * * *", "minute", "is none of"),
        ("1, * * * *", "minute", "'' is none of"),
        (",1 * * * *", "minute", "'' is none of"),
        ("1,,2 * * * *", "minute", "'' is none of"),
        ("1_0 * * * *", "minute", "is none of"),
        ("٣ * * * *", "minute", "is none of"),
        ("0 0 L * *", "day of month", "'l' is unknown"),
        ("0 0 15W * *", "day of month", "is none of"),
        ("0 0 ? * *", "day of month", "is none of"),
        ("0 0 * * 5L", "day of week", "is none of"),
        ("0 0 * * mon#1", "day of week", "is none of"),
    ],
)
def test_what_is_no_field_is_refused_by_name(expression: str, field: str, why: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(expression)
    assert str(refused.value).startswith(field)
    assert why in str(refused.value)


@pytest.mark.parametrize("expression", FIELD_CASES)
def test_what_the_field_saw_taken_as_another_schedule(expression: str, api: APIClient, driver: FakeFaultDriver) -> None:
    schedule = {"type": "cron", "cron": expression}
    answer = api.post("/api/v1/faults/experiments", FAULT | {"name": "x", "schedule": schedule})
    assert answer.status_code == 400
    [message] = answer.json()["errors"]["schedule.cron"]
    name, _, why = message.partition(": ")
    assert name in ("minute", "hour", "day of week", "expected five fields (minute, hour, day of month")
    assert why
    shown = api.post("/api/v1/faults/preview", FAULT | {"schedule": schedule}).json()
    assert shown["refusals"]["schedule.cron"] == [message]
    assert shown["occurrences"] == []


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("0 0 13 * fri", [2, 9, 13, 16, 23, 30]),  # both restricted: either is enough
        ("0 0 */2 * fri", [9, 23]),  # a field that begins with a star: both must fit
        ("0 0 */2,4 * fri", [9, 23]),
        ("0 0 1-31 * fri", range(1, 32)),  # no star: restricted, though to everything
        ("0 0 13 * */7", []),  # the 13th of January 2026 is a Tuesday
        ("0 0 13 * 0-6", range(1, 32)),
        ("0 0 13 * *", [13]),
        ("0 0 * * fri", [2, 9, 16, 23, 30]),
    ],
)
def test_days_of_month_and_of_week_together(expression: str, days: Any) -> None:
    """In January 2026, whose Fridays are the 2nd, 9th, 16th, 23rd and 30th."""
    after = datetime(2025, 12, 31, 12, tzinfo=UTC)
    found = islice(occurrences(cron(expression, "UTC"), after), 31)
    assert [moment.day for moment in found if (moment.year, moment.month) == (2026, 1)] == list(days)


def test_a_29_february_on_a_sunday_is_waited_for() -> None:
    [moment] = islice(occurrences(cron("0 0 29 2 */7", "UTC"), datetime(2026, 1, 1, tzinfo=UTC)), 1)
    assert moment == datetime(2032, 2, 29, tzinfo=UTC)


def _field(first: int, last: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    number = st.integers(first, last).map(str)
    single = st.one_of(number, st.sampled_from(names)) if names else number
    span = st.tuples(st.integers(first, last), st.integers(first, last)).map(sorted)
    step = st.tuples(span, st.integers(1, max(1, (last - first) // 2)))
    stepped = step.filter(lambda it: it[1] <= it[0][1] - it[0][0]).map(lambda it: f"{it[0][0]}-{it[0][1]}/{it[1]}")
    star_step = st.integers(1, (last - first) // 2).map(lambda n: f"*/{n}")
    term = st.one_of(single, span.map(lambda it: f"{it[0]}-{it[1]}"), stepped, star_step, st.just("*"))
    return st.lists(term, min_size=1, max_size=3).map(",".join)


EXPRESSIONS = st.tuples(
    _field(0, 59),
    _field(0, 23),
    _field(1, 28),  # a 30 February is a matter of its own
    _field(1, 12, ("jan", "feb", "dec")),
    _field(0, 7, ("sun", "mon", "sat")),
).map(" ".join)


@given(EXPRESSIONS, st.integers(946_684_800, 3_786_912_000))
def test_agrees_with_another_reading_of_debians_cron(expression: str, seconds: int) -> None:
    after = datetime.fromtimestamp(seconds, tz=UTC)
    found = list(islice(occurrences(cron(expression, "UTC"), after), 5))
    assert found == list(islice(CronSim(expression, after), len(found)))
    assert found


def test_an_experiment_planned_by_what_is_no_cron_any_more_is_stopped(
    api: APIClient, driver: FakeFaultDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version took it; it must neither fire nor keep the others from firing."""
    body = FAULT | {"name": "x", "schedule": {"type": "cron", "cron": "0 9 * * *"}}
    old, other = (api.post("/api/v1/faults/experiments", body).json()["id"] for _ in range(2))
    Experiment.objects.filter(id=old).update(cron="0 9 * * 1-5#2")
    for _ in range(2):
        tasks.fire_experiments()
    stopped = Experiment.objects.get(id=old)
    assert (stopped.state, stopped.next_at) == (ExperimentState.STOPPED, None)
    assert "schedule.cron: day of week: '1-5#2'" in Occurrence.objects.get(experiment=old).reason
    assert AuditEntry.objects.filter(action="experiment.stop", subject=old).count() == 1
    assert Experiment.objects.get(id=other).state == ExperimentState.SCHEDULED
