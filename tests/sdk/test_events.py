"""Events: hard negatives that a dataset tells of, read and checked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from microservo_sdk import DatasetError, Event, PodSpan, open_dataset, verify
from tests.sdk.conftest import END, START, Build, Files

EVENTS = "groundtruth/events.json"
SECOND = 1_000_000
RESTART: dict[str, Any] = {
    "event": "e1",
    "kind": "rolling-restart",
    "service": "cartservice",
    "parameters": {"pause_s": 2},
    "start": START + SECOND,
    "end": START + 9 * SECOND,
    "end_reason": "completed",
    "detail": {},
    "pods": [{"pod": "cartservice-0", "start": START + SECOND, "end": START + 4 * SECOND}],
}


def having(*events: dict[str, Any]) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files[EVENTS] = json.dumps({"events": events}).encode()

    return change


def test_they_are_read_with_their_pods(build: Build) -> None:
    path = build(change=having(RESTART, RESTART | {"event": "e2", "kind": "load-surge", "pods": [], "end": None}))
    verify(path)
    with open_dataset(path) as opened:
        first, second = opened.events()
    assert first == Event(
        "e1",
        "rolling-restart",
        "cartservice",
        START + SECOND,
        START + 9 * SECOND,
        {"pause_s": 2},
        {},
        (PodSpan("cartservice-0", START + SECOND, START + 4 * SECOND),),
    )
    assert (second.kind, second.end, second.pods) == ("load-surge", None, ())


def test_a_dataset_of_an_older_version_has_none(dataset: Path) -> None:
    with open_dataset(dataset) as opened:
        assert opened.events() == []


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"start": END + SECOND, "end": END + 2 * SECOND}, "outside of the dataset's window"),
        ({"start": START - 9 * SECOND, "end": START - SECOND}, "outside of the dataset's window"),
        ({"end": START}, "before its start"),
        ({"kind": 7}, "expected a text"),
        ({"start": None}, "expected an integer"),
        ({"pods": [{"start": START}]}, "'pod' is missing"),
    ],
)
def test_what_can_not_be_is_refused(build: Build, event: dict[str, Any], why: str) -> None:
    with pytest.raises(DatasetError, match=why) as refused:
        verify(build(change=having(RESTART | event)))
    assert refused.value.file == EVENTS


def test_two_with_one_id_are_refused(build: Build) -> None:
    with pytest.raises(DatasetError, match="a second 'e1'"):
        verify(build(change=having(RESTART, RESTART)))
