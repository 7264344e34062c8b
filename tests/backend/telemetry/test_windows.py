"""Windows of time as users write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import UserError
from telemetry.api.windows import microseconds, parse_time, window_of
from telemetry.records import Window

MOMENT = 1_767_603_600_000_000
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "1767603600000000",
        "2026-01-05T09:00:00Z",
        "2026-01-05T10:00:00+01:00",
        "2026-01-05T10:00:00 01:00",  # a + that was not escaped
        "2026-01-05 09:00:00Z",
        "2026-01-05T09:00:00.000000Z",
    ],
)
def test_one_moment_in_many_ways(text: str) -> None:
    assert parse_time(text) == MOMENT


@pytest.mark.parametrize(
    "text", ["now", "2026-01-05", "2026-01-05T09:00:00", "-1", "1.5", "2026-13-05T09:00:00Z", "1" * 19, "٣", "\x00"]
)
def test_what_is_no_moment_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a time|not between|must be in|out of range"):
        parse_time(text)


@given(MOMENTS)
def test_any_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    expected = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    assert parse_time(moment.isoformat()) == microseconds(moment) == expected


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        window = window_of({"from": text})
    except UserError:
        return
    assert window.start < window.end


def test_window_defaults_to_a_quarter_of_an_hour() -> None:
    window = window_of({})
    assert window.end - window.start == 15 * 60 * 1_000_000
    assert window_of({"to": str(MOMENT)}) == Window(MOMENT - 900_000_000, MOMENT)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"from": "x", "to": "y"}, {"from", "to"}),
        ({"from": str(MOMENT), "to": str(MOMENT)}, {"to"}),
        ({"from": "9", "to": "8"}, {"to"}),
    ],
)
def test_errors_name_their_field(query: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(UserError) as caught:
        window_of(query)
    assert set(caught.value.fields) == fields
