"""Records and adapters for the contract tests of TelemetrySource."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.adapters.fake import FakeTelemetry
from telemetry.ports import TelemetrySource
from telemetry.records import LogRecord, Sample, Span, TableName, Window
from telemetry_store.reader import StoreReader
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

SECOND = 1_000_000
T0 = 1_760_000_000 * SECOND
WINDOW = Window(T0, T0 + 600 * SECOND)
NEVER = 1 << 40


@dataclass(frozen=True)
class Records:
    logs: Sequence[LogRecord] = ()
    spans: Sequence[Span] = ()
    samples: Sequence[Sample] = ()


def columns(table: TableName, rows: Sequence[LogRecord] | Sequence[Span] | Sequence[Sample]) -> dict[str, list]:
    names = [name for name in type(rows[0]).__slots__ if (table, name) != ("logs", "log_id")]
    return {name: [getattr(row, name) for row in rows] for name in names}


def store(records: Records, folder: Path, *, parts: int) -> None:
    """Write the records in the order given, as `parts` segments and a last part that stays hot."""
    writer = StoreWriter(folder, SealPolicy(rows=NEVER, seconds=NEVER, longest_s=NEVER))
    for part in range(parts):
        for table in ("logs", "spans", "samples"):
            rows = getattr(records, table)
            share = rows[part * len(rows) // parts : (part + 1) * len(rows) // parts]
            if share:
                writer.append(table, columns(table, share))
        if part < parts - 1:
            writer.seal()
    # Not closed: closing seals, and a reader has to see hot files too. What is sealing must end, though.
    for table_writer in writer._tables.values():
        for sealing in table_writer._sealing:
            sealing.future.result()


def embedded(records: Records, folder: Path) -> TelemetrySource:
    """The store assigns log_ids by order of arrival, as the records have them."""
    store(records, folder, parts=4)
    return EmbeddedTelemetry(StoreReader(folder), seal_within_s=0.1)  # nobody answers: the writer is not closed


def fake(records: Records, folder: Path) -> TelemetrySource:
    return FakeTelemetry(records.logs, records.spans, records.samples)


LOADERS = {"embedded": embedded, "fake": fake}


def log(index: int, *, at: int, level: str = "INFO", message: str = "", pod: str = "cartservice-0") -> LogRecord:
    return LogRecord(index, at, pod.rsplit("-", 1)[0], pod, level, message or f"message {index}", None, None)


def span(
    span_id: str,
    parent: str | None,
    *,
    at: int,
    duration: int = 1000,
    trace: str = "t1",
    service: str = "frontend",
    kind: str = "server",
    operation: str = "/hipstershop.CartService/GetCart",
    type: str = "grpc",
    status: int = 0,
) -> Span:
    return Span(at, duration, trace, span_id, parent, service, f"{service}-0", operation, kind, type, status)


def sample(metric: str, *, at: int, value: float, pod: str = "cartservice-0", labels: str = "") -> Sample:
    return Sample(at, pod.rsplit("-", 1)[0], pod, metric, labels, float(value))
