"""When an experiment is due. Pure functions; cron is meant in a named time zone.

What the five fields stand for is `faults.cron`'s matter. Where clocks are set forward, a time that does not exist is
due as much later as they were set; where they are set back, a time that exists twice is due the first time only, unless
it is due in every hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.errors import UserError, said
from faults.cron import Fields, parse

HOURS: Final = frozenset(range(24))
HORIZON: Final = timedelta(days=41 * 366)  # a 29 February on a given day of the week may be 40 years off


@dataclass(frozen=True, slots=True)
class Cron:
    fields: Fields
    zone: ZoneInfo


@lru_cache(maxsize=256)
def cron(expression: str, time_zone: str) -> Cron:
    """Raises UserError for `schedule.cron` or `schedule.time_zone`."""
    try:
        fields = parse(expression)
    except ValueError as error:
        raise _invalid("cron", str(error)) from None
    made = Cron(fields, zone_of(time_zone))
    if next(occurrences(made, datetime.now(tz=UTC)), None) is None:
        raise _invalid("cron", f"{expression!r} never occurs: no such day of the month")
    return made


def zone_of(name: str) -> ZoneInfo:
    """Raises UserError."""
    try:
        return _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _invalid("time_zone", f"there is no time zone {name!r}; expected a name such as Europe/Paris") from None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def occurrences(cron: Cron, after: datetime, before: datetime | None = None) -> Iterator[datetime]:
    """In UTC, in order, later than `after`; none that is not earlier than `before`."""
    day = after.astimezone(cron.zone).date() - timedelta(days=1)  # what a gap moved may come late
    last = after
    end = min(after.date() + HORIZON, date(9998, 1, 1))
    if before is not None:
        end = min(end, before.astimezone(cron.zone).date() + timedelta(days=1))
    while day < end:
        for moment in _of_day(cron, day):
            if before is not None and moment >= before:
                return
            if moment > last:
                last = moment
                yield moment
        day += timedelta(days=1)


def _of_day(cron: Cron, day: date) -> list[datetime]:
    if not cron.fields.is_day(month=day.month, of_month=day.day, of_week=day.isoweekday() % 7):
        return []
    times = (time(hour, minute) for hour in cron.fields.hours for minute in cron.fields.minutes)
    return sorted({moment for each in times for moment in _moments(cron, datetime.combine(day, each))})


def _moments(cron: Cron, wall: datetime) -> list[datetime]:
    """When this time on the wall is; none, one or two moments."""
    first = wall.replace(tzinfo=cron.zone).astimezone(UTC)
    exists = first.astimezone(cron.zone).replace(tzinfo=None) == wall
    if cron.fields.hours != HOURS:
        return [first]
    second = wall.replace(tzinfo=cron.zone, fold=1).astimezone(UTC)
    return [first, second] if exists else []


def _invalid(field: str, message: str) -> UserError:
    return UserError(
        said("schedule.invalid", "The schedule is not valid; see errors."), fields={f"schedule.{field}": [message]}
    )
