"""The labels of the window, which go with every format."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from dataset_builder.events import events_in, events_record
from dataset_builder.formats.base import Chunk, Export, Part
from dataset_builder.labels import groundtruth, in_window, injection_record, normal_record

GROUNDTRUTH_PATH: Final = "groundtruth/groundtruth.json"
INJECTIONS_PATH: Final = "groundtruth/injections.json"
NORMAL_PATH: Final = "groundtruth/normal.json"
EVENTS_PATH: Final = "groundtruth/events.json"


def label_parts(export: Export) -> Iterator[Part]:
    truth = in_window(export.injections, export.window)
    contents = {
        GROUNDTRUTH_PATH: groundtruth(export.knobs.labels(truth)),
        INJECTIONS_PATH: {"injections": [injection_record(each) for each in truth]},
        NORMAL_PATH: normal_record(export.vetted, export.normal),
        EVENTS_PATH: events_record(events_in(export.events, export.window)),
    }
    for path, content in contents.items():
        yield Part(path, partial(_json_chunk, path, content))


def _json_chunk(path: str, content: Any) -> list[Chunk]:
    return [Chunk(path, (json.dumps(content, indent=1, sort_keys=False) + "\n").encode())]
