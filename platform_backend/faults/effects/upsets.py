"""Events near a fault, such as a rolling restart: what they move is not the fault's doing. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from faults.effects.load import SETTLING, LoadChange
from faults.windows import COOL_DOWN
from telemetry.records import Window

SURGE: Final = "load-surge"


@dataclass(frozen=True, slots=True)
class Upset:
    """An event, as far as checks have to know; `end` None: it goes on. UTC microseconds."""

    kind: str
    service: str
    start: int
    end: int | None
    rates: tuple[float, float] | None = None  # of a surge: requests per second before and during it

    def __str__(self) -> str:
        return f"a {self.kind} of {self.service}"

    def window(self, now: int) -> Window:
        """With what may linger of it."""
        return Window(self.start, max(self.start + 1, now if self.end is None else self.end) + COOL_DOWN)


def around(service: str, calls: Mapping[str, Collection[str]]) -> set[str]:
    """Whose events show in the calls of a service: its own, those of its callers, and those of all that it needs,
    however far: a store that is slow slows whoever waits for those who wait for it.
    """
    needed, found = [service], set[str]()
    while needed:
        name = needed.pop()
        if name not in found:
            found.add(name)
            needed += calls.get(name, ())
    return found | {caller for caller, called in calls.items() if service in called}


def near(upsets: Iterable[Upset], services: set[str]) -> list[Upset]:
    """Those of these services."""
    return [each for each in upsets if each.service in services and each.kind != SURGE]


def as_load(upsets: Iterable[Upset]) -> list[LoadChange]:
    """A surge is two changes of the load."""
    changes = []
    for each in upsets:
        if each.kind == SURGE and each.rates is not None:
            changes.append(LoadChange(each.start, each.rates[1]))
            changes += [LoadChange(each.end, each.rates[0])] if each.end is not None else []
    return changes


def until_upset(upsets: Sequence[Upset], during: Window) -> tuple[Window | None, str]:
    """The part of a fault before the first of them; None, and which it was, when there is next to none."""
    meanwhile = [each for each in upsets if each.start < during.end and each.window(during.end).end > during.start]
    first = min(meanwhile, key=lambda each: each.start, default=None)
    if first is None:
        return during, ""
    if first.start - during.start < SETTLING:
        return None, f"{first} happened meanwhile, and what it did can't be told from the fault"
    return Window(during.start, first.start), ""
