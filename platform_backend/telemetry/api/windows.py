"""Windows of time in query strings: `from` and `to`."""

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from rest_framework import serializers

from common import moments
from common.fields import Moment
from common.forms import PageQuery, Query
from telemetry.records import Window

DEFAULT: Final = timedelta(minutes=15)


class WindowQuery(Query):
    """Gives `window`."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python, so these two can't be attributes."""
        moments = {
            "from": Moment(required=False, help_text="Start of the window. Default: 15 minutes before its end."),
            "to": Moment(required=False, help_text="End of the window, exclusive. Default: now."),
        }
        return moments | super().get_fields()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs | {"window": window_of(attrs.pop("from", None), attrs.pop("to", None))}


class OpenWindowQuery(WindowQuery):
    """`window` is None when neither end of it is given."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return super().validate(attrs) if attrs else {"window": None}


class WindowPageQuery(WindowQuery, PageQuery):
    pass


def window_of(start: int | None, end: int | None) -> Window:
    """Raises ValidationError for an empty one."""
    end = moments.microseconds(timezone.now()) if end is None else end
    start = max(0, end - DEFAULT // moments.MICROSECOND) if start is None else start
    if end <= start:
        raise serializers.ValidationError({"to": ["must be after from"]})
    return Window(start, end)
