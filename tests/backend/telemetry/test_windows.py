"""Windows of time in query strings."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from telemetry.api.windows import OpenWindowQuery, WindowQuery
from telemetry.records import Window

MOMENT = 1_767_603_600_000_000


def asked(form: type[WindowQuery] = WindowQuery, **values: str) -> WindowQuery:
    query = QueryDict(mutable=True)
    query.update(values)
    return form(data=query)


def window(form: type[WindowQuery] = WindowQuery, **values: str) -> Any:
    query = asked(form, **values)
    assert query.is_valid(), query.errors
    return query.validated_data["window"]


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    query = asked(**{"from": text})
    if query.is_valid():
        found = query.validated_data["window"]
        assert found.start < found.end
    else:
        assert set(query.errors) <= {"from", "to"}


def test_window_defaults_to_a_quarter_of_an_hour() -> None:
    found = window()
    assert found.end - found.start == 15 * 60 * 1_000_000
    assert window(to=str(MOMENT)) == Window(MOMENT - 900_000_000, MOMENT)


def test_an_open_window_may_be_absent() -> None:
    assert window(OpenWindowQuery) is None
    assert window(OpenWindowQuery, to=str(MOMENT)) == Window(MOMENT - 900_000_000, MOMENT)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"from": "x", "to": "y"}, {"from", "to"}),
        ({"from": str(MOMENT), "to": str(MOMENT)}, {"to"}),
        ({"from": "9", "to": "8"}, {"to"}),
        ({"from": ""}, {"from"}),
    ],
)
def test_errors_name_their_field(query: dict[str, str], fields: set[str]) -> None:
    form = asked(**query)
    assert not form.is_valid()
    assert set(form.errors) == fields
