"""What a dataset format is given, and what it has to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from datasets.files import DatasetFolder
from datasets.labels import Injection
from telemetry.ports import TelemetrySource
from telemetry.records import TableName, Window


@dataclass(frozen=True, slots=True)
class Export:
    source: TelemetrySource
    window: Window
    injections: Sequence[Injection]
    nodes: Mapping[str, str]  # node by pod
    default_node: str  # of pods that are gone
    normal: Sequence[Window] = ()  # parts of the window in which no pod shows a fault


@dataclass(frozen=True, slots=True)
class RowCounts:
    tables: Mapping[TableName, int]
    metrics: Mapping[str, int]


class Format(Protocol):
    def write(self, export: Export, folder: DatasetFolder) -> RowCounts:
        """Write every file but dataset.json, in bounded memory; the counts are those of the rows written."""
        ...
