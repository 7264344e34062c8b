"""From a window of telemetry to a packed dataset in a folder of its own. Knows no database and no queue.

    <work>/held/       the telemetry of the window, see `telemetry_store.window.HeldTelemetry`
    <work>/spool/      what is made so far, see `engine.spool`

Called again with the same work folder after a kill it goes on after the last finished part.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from dataset_builder.card.files import UNKNOWN, Origin, Subject, card_files, split_of
from dataset_builder.engine import run
from dataset_builder.engine.disk import room_in
from dataset_builder.engine.spool import Spool
from dataset_builder.events import Event
from dataset_builder.files import Progress
from dataset_builder.formats.base import AT_ONCE, NEUTRAL, Export, Format, RowCounts
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection, Reach
from dataset_builder.manifest import MANIFEST, SystemFacts, digest, manifest
from dataset_builder.vetting import vet
from telemetry_store.schemas import TABLES, TableName
from telemetry_store.window import HeldTelemetry, Window

HELD: Final = "held"
SPOOL: Final = "spool"
THREADS: Final = 2


class CountMismatch(Exception):
    """The rows written are not the rows of the store; the message names table and both counts."""


class Holder(Protocol):
    """What a build needs of a telemetry source; every `telemetry.ports.TelemetrySource` is one."""

    def hold(self, window: Window, folder: Path) -> HeldTelemetry:
        """The window as it is at the first call with this folder. Raises `common.errors.Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What to build, and from what."""

    name: str
    kind: str  # the format's name
    window: Window
    source: Holder
    injections: Sequence[Injection]
    facts: SystemFacts
    nodes: Mapping[str, str]
    default_node: str
    normal: Sequence[Window] = ()
    reach: Reach = AT_ONCE
    knobs: Knobs = NEUTRAL
    origin: Origin = UNKNOWN
    events: Sequence[Event] = ()

    def hold(self, work: Path) -> Export:
        """The telemetry as it is at the first call with this work folder. Raises Unavailable."""
        return Export(
            held=self.source.hold(self.window, work / HELD),
            window=self.window,
            injections=self.injections,
            nodes=self.nodes,
            default_node=self.default_node,
            normal=self.normal,
            reach=self.reach,
            knobs=self.knobs,
            events=self.events,
            stores=self.facts.stores(),
        )


@dataclass(frozen=True, slots=True)
class Built:
    digest: str
    size: int  # of the zip, bytes
    counts: RowCounts


def build(order: Order, kind: Format, *, work: Path, into: Path, progress: Progress, threads: int = THREADS) -> Built:
    """Make `into` with `<name>.zip` and dataset.json, whole or not at all. Raises CountMismatch, DiskFull."""
    with room_in(work, lambda: None):
        export = order.hold(work)
    export = replace(export, vetted=vet(export, order.facts.gaps, progress))
    expected = {table: export.expected(table, progress) for table in TABLES}
    if kind.complete:  # of the rows of a part of the window nobody knows the number before
        progress(total=sum(expected.values()))
    with Spool(work / SPOOL, _fingerprint(order, export), progress) as spool:
        run.make(kind.parts(export), spool, threads=threads, rows=sum(expected.values()), progress=progress)
        counts = spool.counts
        if kind.complete:
            verify_counts(counts, expected)
        for path, about in card_files(_subject(order, export, counts), progress).items():
            spool.add(path, about)
        content = _manifest(order, export, spool, kind.facts(export))
        spool.add(MANIFEST, content)
        size = _publish(order, spool, content, into, progress)
    return Built(digest=digest(content), size=size, counts=counts)


def verify_counts(counts: RowCounts, expected: Mapping[TableName, int]) -> None:
    """Compare to the row with what was held, as far as the knobs leave it."""
    for table, rows in expected.items():
        if counts.tables[table] != rows:
            raise CountMismatch(
                f"{table}: wrote {counts.tables[table]} rows, the store has {rows} in the window; "
                "this is a mistake of the platform or of its disk: build again, and if it stays, report it"
            )


def _publish(order: Order, spool: Spool, content: bytes, into: Path, progress: Progress) -> int:
    unfinished = into.with_name(f".{into.name}.unfinished")
    for leftover in (unfinished, into):
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished.mkdir(parents=True)
    size = run.assemble(spool, unfinished / f"{order.name}.zip", folder=order.name, progress=progress)
    (unfinished / MANIFEST).write_bytes(content)
    unfinished.rename(into)
    return size


def _fingerprint(order: Order, export: Export) -> str:
    """Of everything that the parts are made from: what was made from something else is of no use."""
    held = [[path.name for path in export.held.files(table)] + [*export.held.edges(table)] for table in TABLES]
    facts = (
        order.name,
        order.kind,
        order.window,
        list(order.injections),
        list(order.events),
        sorted(order.nodes.items()),
        order.default_node,
        list(order.normal),
        order.knobs,
        sorted(order.facts.versions.items()),
        sorted(order.facts.stores().items()),
        list(order.facts.gaps),
        held,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _subject(order: Order, export: Export, counts: RowCounts) -> Subject:
    return Subject(
        name=order.name, kind=order.kind, export=export, facts=order.facts, origin=order.origin, counts=counts
    )


def _manifest(order: Order, export: Export, spool: Spool, facts: Mapping[str, Any]) -> bytes:
    split = split_of(export)
    return manifest(
        name=order.name,
        kind=order.kind,
        window=order.window,
        facts=order.facts,
        injections=order.injections,
        counts=spool.counts,
        files=spool.entries,
        knobs=order.knobs.to_record(),
        split=None if split is None else {side: len(found) for side, found in split.injections.items()},
        licence=order.origin.licence,
        of_format=facts,
    )
