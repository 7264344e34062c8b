"""Which rows of a table are wanted: by time, by service, by pod."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Moment = int | datetime | None  # integer microseconds since 1970, or a datetime; naive ones are UTC
Names = str | Iterable[str] | None
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows with start <= timestamp < end, of any of the services, of any of the pods. None: no matter which."""

    start: int | None = None
    end: int | None = None
    services: frozenset[str] | None = None
    pods: frozenset[str] | None = None

    @property
    def restricted(self) -> tuple[str, ...]:
        """The columns that matter."""
        timed = self.start is not None or self.end is not None
        return tuple(
            name
            for name, matters in (
                ("timestamp", timed),
                ("service", self.services is not None),
                ("pod", self.pods is not None),
            )
            if matters
        )

    def accepts(self, column: str) -> Callable[[Any], bool]:
        if column == "timestamp":
            start = float("-inf") if self.start is None else self.start
            end = float("inf") if self.end is None else self.end
            return lambda moment: start <= moment < end
        names = (self.services if column == "service" else self.pods) or frozenset()
        return names.__contains__

    def expression(self, columns: Sequence[str]) -> Any:
        """As a condition for Arrow; None when every row is wanted."""
        import pyarrow.compute as pc

        conditions = []
        if self.start is not None:
            conditions.append(pc.field("timestamp") >= self.start)
        if self.end is not None:
            conditions.append(pc.field("timestamp") < self.end)
        if self.services is not None and "service" in columns:
            conditions.append(pc.field("service").isin(sorted(self.services)))
        if self.pods is not None and "pod" in columns:
            conditions.append(pc.field("pod").isin(sorted(self.pods)))
        whole = None
        for condition in conditions:
            whole = condition if whole is None else whole & condition
        return whole

    def past(self, newest: int) -> bool:
        """In a table in order of time nothing after a row of this time is wanted."""
        return self.end is not None and newest >= self.end


def selection(start: Moment, end: Moment, service: Names, pod: Names) -> Selection:
    return Selection(microseconds(start), microseconds(end), _names(service), _names(pod))


def microseconds(moment: Moment) -> int | None:
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - EPOCH) // timedelta(microseconds=1)
    return moment


def _names(names: Names) -> frozenset[str] | None:
    if names is None:
        return None
    return frozenset([names]) if isinstance(names, str) else frozenset(names)
