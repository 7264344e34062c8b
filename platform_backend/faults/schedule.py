"""When an experiment is due. Pure functions; cron is meant in a named time zone.

The five fields are read by Celery. As in cron, when both the day of the month and the day of the week are restricted,
either is enough. Where clocks are set forward, a time that does not exist is due as much later as they were set; where
they are set back, a time that exists twice is due the first time only, unless it is due in every hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from celery.schedules import ParseException, crontab

from common.errors import UserError

HOURS: Final = frozenset(range(24))
DAYS_OF_MONTH: Final = frozenset(range(1, 32))
DAYS_OF_WEEK: Final = frozenset(range(7))
HORIZON: Final = timedelta(days=8 * 366)  # 29 February may be 8 years off


@dataclass(frozen=True, slots=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]  # 0 is Sunday
    zone: ZoneInfo


@lru_cache(maxsize=256)
def cron(expression: str, time_zone: str) -> Cron:
    """Raises UserError for `schedule.cron` or `schedule.time_zone`."""
    parsed = _parse(expression)
    made = Cron(
        frozenset(parsed.minute),
        frozenset(parsed.hour),
        frozenset(parsed.day_of_month),
        frozenset(parsed.month_of_year),
        frozenset(parsed.day_of_week),
        zone_of(time_zone),
    )
    if next(occurrences(made, datetime.now(tz=UTC)), None) is None:
        raise _invalid("cron", f"{expression!r} never occurs")
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


def occurrences(cron: Cron, after: datetime) -> Iterator[datetime]:
    """In UTC, in order, later than `after`."""
    day = after.astimezone(cron.zone).date() - timedelta(days=1)  # what a gap moved may come late
    last = after
    end = min(after.date() + HORIZON, date(9998, 1, 1))
    while day < end:
        for moment in _of_day(cron, day):
            if moment > last:
                last = moment
                yield moment
        day += timedelta(days=1)


def _of_day(cron: Cron, day: date) -> list[datetime]:
    if not _is_day(cron, day):
        return []
    times = (time(hour, minute) for hour in cron.hours for minute in cron.minutes)
    return sorted({moment for each in times for moment in _moments(cron, datetime.combine(day, each))})


def _is_day(cron: Cron, day: date) -> bool:
    of_month, of_week = day.day in cron.days_of_month, day.isoweekday() % 7 in cron.days_of_week
    both_restricted = cron.days_of_month != DAYS_OF_MONTH and cron.days_of_week != DAYS_OF_WEEK
    return day.month in cron.months and ((of_month or of_week) if both_restricted else (of_month and of_week))


def _moments(cron: Cron, wall: datetime) -> list[datetime]:
    """When this time on the wall is; none, one or two moments."""
    first = wall.replace(tzinfo=cron.zone).astimezone(UTC)
    exists = first.astimezone(cron.zone).replace(tzinfo=None) == wall
    if cron.hours != HOURS:
        return [first]
    second = wall.replace(tzinfo=cron.zone, fold=1).astimezone(UTC)
    return [first, second] if exists else []


def _parse(expression: str) -> Any:
    fields = expression.split()
    if len(fields) != 5:
        raise _invalid("cron", f"expected five fields (minute hour day month weekday), not {len(fields)}")
    minute, hour, day_of_month, month, day_of_week = fields
    try:
        return crontab(
            minute=minute, hour=hour, day_of_month=day_of_month, month_of_year=month, day_of_week=day_of_week
        )
    except (ParseException, ValueError, ZeroDivisionError) as error:
        raise _invalid("cron", f"{expression!r} is no cron expression: {error}") from None


def _invalid(field: str, message: str) -> UserError:
    return UserError("The schedule is not valid; see errors.", fields={f"schedule.{field}": [message]})
