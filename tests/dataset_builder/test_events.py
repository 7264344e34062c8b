"""Events beside the labels: the same in every format, listed by the cases they happened in, and never a label."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.errors import Conflict
from common.registry import load_adapter
from dataset_builder.events import Event, PodSpan, events_in, refuse_open_events
from dataset_builder.formats import FORMATS
from dataset_builder.formats.rcaeval import RcaevalFormat
from telemetry.records import Window
from tests.dataset_builder import shop_window as shop

ROWS = shop.table_rows()
FAULT = shop.injection("fault", "cpu-stress", shop.label("cartservice-1", 1300.5, 1330))


def event(name: str, start: float | None, end: float | None, **more: Any) -> Event:
    moments = [None if each is None else shop.at(each) for each in (start, end)]
    return Event(name, "rolling-restart", "cartservice", {"pause_s": 2}, *moments, **more)


EVENTS = (
    event("late", 1400, 1420, pods=[PodSpan("cartservice-0", shop.at(1400), shop.at(1419))], detail={"x": 1}),
    event("early", 100, 130),
    event("before", -100, -50),
    event("after", 1900, 1930),
    event("over-the-edge", 1790, 1830),
    event("never", None, None),
)


def written(kind: str, folder: Path, events: Any = EVENTS) -> Path:
    export = replace(shop.export_of(shop.held_tables(ROWS), [FAULT]), events=events)
    shop.write(load_adapter("datasets", kind, FORMATS)(), export, folder)
    return folder


def told(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "groundtruth/events.json").read_text())["events"]
    return found


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_every_format_has_those_of_its_window_in_the_order_of_time(kind: str, tmp_path: Path) -> None:
    events = told(written(kind, tmp_path))
    assert [each["event"] for each in events] == ["early", "late", "over-the-edge"]
    late = events[1]
    assert (late["start"], late["end"]) == (shop.at(1400), shop.at(1420))
    assert late["pods"] == [{"pod": "cartservice-0", "start": shop.at(1400), "end": shop.at(1419)}]
    assert (late["kind"], late["service"], late["detail"]) == ("rolling-restart", "cartservice", {"x": 1})


def test_the_file_is_there_without_events(tmp_path: Path) -> None:
    assert told(written("csv", tmp_path, ())) == []


def test_no_event_is_a_label(tmp_path: Path) -> None:
    folder = written("csv", tmp_path)
    truth = json.loads((folder / "groundtruth/groundtruth.json").read_text())
    assert truth["failure_type"] == ["cpu-stress"]
    injections = json.loads((folder / "groundtruth/injections.json").read_text())["injections"]
    assert [each["injection"] for each in injections] == ["fault"]


def test_a_case_lists_the_events_of_its_time_and_is_not_cut_by_them(tmp_path: Path) -> None:
    (case,) = json.loads((written("rcaeval", tmp_path) / "cases.json").read_text())["cases"]
    assert (case["seconds_each_side"], case["cut_by"]) == (500, ["the dataset's window"])
    assert case["events"] == [
        {
            "event": name,
            "kind": "rolling-restart",
            "service": "cartservice",
            "start": shop.at(start),
            "end": shop.at(end),
        }
        for name, start, end in (("late", 1400, 1420), ("over-the-edge", 1790, 1830))
    ]


def test_order_depends_on_nothing_else() -> None:
    assert events_in(EVENTS, shop.WINDOW) == events_in(EVENTS[::-1], shop.WINDOW)


@pytest.mark.parametrize(
    ("start", "end_of_window", "refused"), [(100, 200, True), (None, 200, True), (300, 200, False), (200, 200, False)]
)
def test_a_window_with_an_event_that_goes_on_is_refused(
    start: float | None, end_of_window: float, *, refused: bool
) -> None:
    window = Window(shop.START, shop.at(end_of_window))
    going_on = [event("x", start, None, finished=False), event("over", 10, 20)]
    if not refused:
        refuse_open_events(going_on, window)
        return
    with pytest.raises(Conflict, match=r"rolling-restart of cartservice \(x\)"):
        refuse_open_events(going_on, window)


def test_cases_without_events_say_so(tmp_path: Path) -> None:
    shop.write(RcaevalFormat(), shop.export_of(shop.held_tables(ROWS), [FAULT]), tmp_path)
    (case,) = json.loads((tmp_path / "cases.json").read_text())["cases"]
    assert case["events"] == []
