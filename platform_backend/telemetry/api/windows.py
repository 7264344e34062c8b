"""Windows of time in query parameters: `from` and `to`, RFC 3339 or integer microseconds."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from common.errors import UserError
from telemetry.records import Window

DEFAULT: Final = timedelta(minutes=15)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LATEST: Final = 253_402_300_800_000_000  # the year 10000
_INTEGER: Final = re.compile(r"[0-9]{1,18}")

PARAMETERS: Final = [
    OpenApiParameter(
        "from",
        OpenApiTypes.STR,
        description="Start of the window, RFC 3339 or UTC microseconds. Default: 15 minutes before its end.",
    ),
    OpenApiParameter(
        "to",
        OpenApiTypes.STR,
        description="End of the window, exclusive, RFC 3339 or UTC microseconds. Default: now.",
    ),
]


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def parse_time(text: str) -> int:
    """UTC microseconds. Raises ValueError that says what was expected."""
    if _INTEGER.fullmatch(text):
        value = int(text)
    else:
        # An unescaped + in a query string arrives as a space.
        moment = parse_datetime(re.sub(r" (?=\d\d:?\d\d$)", "+", text))
        if moment is None or moment.tzinfo is None:
            raise ValueError(f"expected a time like 2026-01-05T09:00:00Z or UTC microseconds, not {text!r}")
        value = microseconds(moment)
    if not 0 <= value < LATEST:
        raise ValueError(f"{text!r} is not between the years 1970 and 9999")
    return value


def window_of(query: Mapping[str, Any], *, default: timedelta = DEFAULT) -> Window:
    """Raises UserError with an error per parameter."""
    errors: dict[str, list[str]] = {}
    end = _time(query, "to", microseconds(timezone.now()), errors)
    start = _time(query, "from", max(0, end - default // MICROSECOND), errors)
    if not errors and end <= start:
        errors["to"] = ["must be after from"]
    if errors:
        raise UserError("The window of time is not valid; see errors.", fields=errors)
    return Window(start, end)


def _time(query: Mapping[str, Any], name: str, default: int, errors: dict[str, list[str]]) -> int:
    text = query.get(name)
    if not text:
        return default
    try:
        return parse_time(str(text))
    except ValueError as error:
        errors[name] = [str(error)]
        return default
