"""From a window of telemetry to a packed dataset in a folder of its own. Knows no database and no queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets.files import DatasetFolder, Progress
from datasets.formats.base import RowCounts
from datasets.formats.csv import CsvFormat, SourceExport
from datasets.labels import Injection
from datasets.manifest import MANIFEST, SystemFacts, digest, manifest
from datasets.pack import pack
from telemetry.ports import TelemetrySource
from telemetry.records import TABLES, TableName, Window


class CountMismatch(Exception):
    """The rows written are not the rows of the store; the message names table and both counts."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to build, and from what."""

    name: str
    kind: str  # the format's name
    window: Window
    source: TelemetrySource
    injections: Sequence[Injection]
    facts: SystemFacts
    nodes: Mapping[str, str]
    default_node: str
    normal: Sequence[Window] = ()

    def rows_expected(self) -> dict[TableName, int]:
        return {table: self.source.count(table, self.window) for table in TABLES}


@dataclass(frozen=True, slots=True)
class Built:
    digest: str
    size: int  # of the zip, bytes
    counts: RowCounts


def build(order: Order, kind: CsvFormat, *, work: Path, into: Path, progress: Progress) -> Built:
    """Write the dataset below `work`, then `<name>.zip` and dataset.json into `into`. Raises CountMismatch."""
    folder = work / order.name
    with DatasetFolder(folder, progress) as files:
        counts = kind.write(_export(order), files)
        verify_counts(order, counts)
        content = _manifest(order, counts, files)
        files.add(MANIFEST, content)
    into.mkdir(parents=True)
    (into / MANIFEST).write_bytes(content)
    size = pack(folder=folder, paths=files.entries, target=into / f"{order.name}.zip", progress=progress)
    return Built(digest=digest(content), size=size, counts=counts)


def verify_counts(order: Order, counts: RowCounts) -> None:
    """Compare to the row with what the store counts now."""
    for table, stored in order.rows_expected().items():
        if counts.tables[table] != stored:
            raise CountMismatch(
                f"{table}: wrote {counts.tables[table]} rows, the store counts {stored} in the window; "
                "late telemetry may still be on its way: build again in a minute"
            )


def _export(order: Order) -> SourceExport:
    return SourceExport(
        source=order.source,
        window=order.window,
        injections=order.injections,
        nodes=order.nodes,
        default_node=order.default_node,
        normal=order.normal,
    )


def _manifest(order: Order, counts: RowCounts, files: DatasetFolder) -> bytes:
    return manifest(
        name=order.name,
        kind=order.kind,
        window=order.window,
        facts=order.facts,
        injections=order.injections,
        counts=counts,
        files=files.entries,
    )
