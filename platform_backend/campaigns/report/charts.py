"""The geometry of a report's charts: pure numbers, which the templates draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from campaigns.report.content import EFFECTS, Report

WIDTH: Final = 960
LEFT: Final = 190  # of the names
RIGHT: Final = 20
ROW: Final = 24
TOP: Final = 10
AXIS: Final = 34
THINNEST: Final = 3.0  # a fault of a second must still be seen in a night's campaign
STEPS_S: Final = (10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_TICKS: Final = 10


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    look: str  # the name of its style
    tip: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    height: int
    names: Sequence[Mark]
    bars: Sequence[Bar]
    ticks: Sequence[Mark] = ()
    foot: str = ""  # where the ticks end
    width: int = WIDTH
    left: int = LEFT
    right: int = field(default=WIDTH - RIGHT)
    thickness: int = ROW - 8


def timeline(report: Report) -> Chart:
    """A row for each service, a bar for each pod and fault and for each event, over the campaign's time."""
    services = sorted({hit.service for hit in report.hits} | {event.service for event in report.events})
    whole = max(report.seconds, 1.0)
    bars = []
    for hit in report.hits:
        end = hit.end_s if hit.end_s is not None else whole
        begins, ends = _along(hit.start_s, whole), _along(end, whole)
        tip = f"{hit.number}: {hit.what} on {hit.pod}, {hit.start_s:.0f} s to {end:.0f} s, {hit.effect}"
        y = TOP + services.index(hit.service) * ROW + 4
        bars.append(Bar(f"{begins:.1f}", str(y), f"{max(ends - begins, THINNEST):.1f}", hit.effect, tip))
    for event in report.events:
        end = event.end_s if event.end_s is not None else whole
        begins, ends = _along(event.start_s, whole), _along(end, whole)
        tip = f"{event.number}: event {event.what} of {event.service}, {event.start_s:.0f} s to {end:.0f} s"
        y = TOP + services.index(event.service) * ROW + 4
        bars.append(Bar(f"{begins:.1f}", str(y), f"{max(ends - begins, THINNEST):.1f}", "event", tip))
    height = TOP + len(services) * ROW + AXIS
    return Chart("Timeline", height, _names(services), bars, _ticks(whole, height), str(height - AXIS + 6))


def effects(report: Report) -> Chart:
    """A row for each kind of fault: on how many pods it showed."""
    kinds = list(report.effects)
    most = max((sum(counts.values()) for counts in report.effects.values()), default=1)
    unit = (WIDTH - LEFT - RIGHT) / most
    bars = []
    for row, kind in enumerate(kinds):
        x = float(LEFT)
        for effect in EFFECTS:
            count = report.effects[kind][effect]
            if count:
                tip = f"{kind}: {count} {effect}"
                bars.append(
                    Bar(f"{x:.1f}", str(TOP + row * ROW + 4), f"{count * unit - 1:.1f}", effect, tip, str(count))
                )
            x += count * unit
    return Chart("Effects by kind", TOP + len(kinds) * ROW + TOP, _names(kinds), bars)


def _names(names: Sequence[str]) -> list[Mark]:
    return [Mark(str(LEFT - 10), str(TOP + row * ROW + 16), name) for row, name in enumerate(names)]


def _along(seconds: float, whole: float) -> float:
    return LEFT + min(max(seconds, 0.0), whole) / whole * (WIDTH - LEFT - RIGHT)


def _ticks(whole: float, height: int) -> list[Mark]:
    step = next((each for each in STEPS_S if whole / each <= MOST_TICKS), STEPS_S[-1])
    moments = range(0, int(whole) + 1, step)
    return [Mark(f"{_along(each, whole):.1f}", str(height - 8), clock(each)) for each in moments]


def clock(seconds: float) -> str:
    """As hours, minutes and seconds from the start."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
