"""Cron in a time zone, on ordinary days and on those when clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import UserError
from faults.schedule import cron, occurrences


def times(expression: str, zone: str, after: str, count: int = 3) -> list[str]:
    """In local time with its offset."""
    start = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    found = islice(occurrences(cron(expression, zone), start), count)
    return [moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M %z") for moment in found]


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("*/20 9 * * *", "2026-01-05T09:20", ["01-05 09:40", "01-06 09:00", "01-06 09:20"]),
        ("0 12 * * mon", "2026-01-05T12:00", ["01-12 12:00", "01-19 12:00", "01-26 12:00"]),
        ("0 0 31 * *", "2026-01-05T12:00", ["01-31 00:00", "03-31 00:00", "05-31 00:00"]),
        ("0 0 29 2 *", "2026-01-01T00:00", ["02-29 00:00", "02-29 00:00"]),
        ("0 0 1 * sun", "2026-02-02T00:00", ["02-08 00:00", "02-15 00:00", "02-22 00:00"]),
        ("59 23 31 12 *", "2026-12-31T23:58", ["12-31 23:59", "12-31 23:59", "12-31 23:59"]),
    ],
)
def test_fields_mean_what_they_mean_to_cron(expression: str, after: str, expected: list[str]) -> None:
    assert times(expression, "UTC", after, len(expected)) == [f"{each} +0000" for each in expected]


def test_either_day_is_enough_when_both_are_restricted() -> None:
    """The 1st is no Sunday in March 2026 but a Sunday in November."""
    found = times("0 0 13 * fri", "UTC", "2026-03-09T00:00", 4)
    assert found == ["03-13 00:00 +0000", "03-20 00:00 +0000", "03-27 00:00 +0000", "04-03 00:00 +0000"]


def test_time_that_does_not_exist_is_due_as_much_later() -> None:
    """Paris, 29 March 2026: 02:00 becomes 03:00."""
    found = times("30 2 * * *", "Europe/Paris", "2026-03-28T12:00")
    assert found == ["03-29 03:30 +0200", "03-30 02:30 +0200", "03-31 02:30 +0200"]


def test_time_that_exists_twice_is_due_once() -> None:
    """Paris, 25 October 2026: 03:00 becomes 02:00."""
    found = times("30 2 * * *", "Europe/Paris", "2026-10-24T12:00")
    assert found == ["10-25 02:30 +0200", "10-26 02:30 +0100", "10-27 02:30 +0100"]


def test_every_half_hour_stays_every_half_hour() -> None:
    for start in ("2026-03-28T23:00", "2026-10-24T23:00"):
        after = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("Europe/Paris"))
        found = list(islice(occurrences(cron("*/30 * * * *", "Europe/Paris"), after), 20))
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}


def test_half_hour_change_of_clocks() -> None:
    """Lord Howe sets its clocks by 30 minutes: no occurrence at odd minutes, none lost, none doubled."""
    for start in ("2026-04-04T20:00", "2026-10-03T20:00"):
        after = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("Australia/Lord_Howe"))
        found = list(islice(occurrences(cron("0,30 * * * *", "Australia/Lord_Howe"), after), 24))
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("expression", "zone", "field", "message"),
    [
        ("* * * *", "UTC", "cron", "five fields"),
        ("61 * * * *", "UTC", "cron", "minute: 61 is not between 0 and 59"),
        ("0 0 30 2 *", "UTC", "cron", "never occurs"),
        ("0 0 * * *", "Mars/Olympus", "time_zone", "no time zone"),
        ("0 0 * * *", "", "time_zone", "no time zone"),
        ("0 0 * * *", "../../etc/passwd", "time_zone", "no time zone"),
        ("0 0 * * *", "a\x00b", "time_zone", "no time zone"),
    ],
)
def test_errors_name_their_field(expression: str, zone: str, field: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        cron(expression, zone)
    assert message in caught.value.fields[f"schedule.{field}"][0]


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        found = cron(text, "UTC")
    except UserError as error:
        fields = list(error.fields)
    else:
        fields = ["schedule.cron"] if found.minutes else []
    assert fields == ["schedule.cron"]


ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
EXPRESSIONS = st.sampled_from(["30 2 * * *", "*/7 * * * *", "0 0 * * *", "15 1,2,3 * * sun", "0 */5 1-7 * *"])


@given(EXPRESSIONS, ZONES, st.integers(946_684_800, 3_786_912_000))
def test_each_occurrence_is_later_and_found_from_anywhere(expression: str, zone: str, seconds: int) -> None:
    """Asking again after each one, as the platform does, finds the same as asking once."""
    start = datetime.fromtimestamp(seconds, tz=UTC)
    asked, after = cron(expression, zone), start
    at_once = list(islice(occurrences(asked, after), 6))
    one_by_one = []
    for _ in range(6):
        after = next(occurrences(asked, after))
        one_by_one.append(after)
    assert at_once == one_by_one
    assert all(earlier < later for earlier, later in pairwise([start, *at_once]))
