"""Times as users write them, in bodies and query strings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.moments import END, as_datetime, microseconds, of_number, of_query, of_text

MOMENT = 1_767_603_600_000_000
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "1767603600000000",
        "2026-01-05T09:00:00Z",
        "2026-01-05t09:00:00z",
        "2026-01-05T10:00:00+01:00",
        "2026-01-05T10:00:00 01:00",  # a + that was not escaped
        "2026-01-05 09:00:00Z",
        "2026-01-05T09:00:00.000000Z",
        "2026-01-05T09:00:00.000000999Z",
    ],
)
def test_one_moment_in_many_ways(text: str) -> None:
    assert of_query(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "now",
        "2026-01-05",
        "2026-W02-1",
        "20260105T090000Z",
        "2026-01-05T09:00:00",
        "-1",
        "1.5",
        "2026-13-05T09:00:00Z",
        "2026-02-30T09:00:00Z",
        "2026-01-05T09:00:00+25:00",
        "1" * 19,
        str(2**70),
        "0000-01-05T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "10000-01-01T00:00:00Z",
        "٣",
        "\x00",
        "",
    ],
)
def test_what_is_no_moment_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a time|is not between"):
        of_query(text)


def test_a_body_has_numbers_for_microseconds_and_no_text_of_digits() -> None:
    assert of_number(MOMENT) == MOMENT
    with pytest.raises(ValueError, match="expected a time"):
        of_text(str(MOMENT))


@pytest.mark.parametrize("value", [-1, END, 2**70, -(2**70)])
def test_numbers_out_of_bounds(value: int) -> None:
    with pytest.raises(ValueError, match="between the years 1970 and 9999"):
        of_number(value)


@given(MOMENTS)
def test_any_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    expected = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    assert of_text(moment.isoformat()) == microseconds(moment) == expected
    assert as_datetime(expected) == moment


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        assert 0 <= of_query(text) < END
    except ValueError as error:
        assert str(error)  # noqa: PT017  either of the two is right


def test_messages_stay_short() -> None:
    with pytest.raises(ValueError, match="…") as caught:
        of_query("x" * 100_000)
    assert len(str(caught.value)) < 300
