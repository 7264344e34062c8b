"""Following the embedded store while it is written to, sealed, and read a segment at a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.adapters import embedded
from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.ports import LogQuery
from telemetry.records import Window
from telemetry_store.reader import StoreReader
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

T0 = 1_760_000_000_000_000
HOUR = 3_600_000_000
ALWAYS = Window(0, T0 * 2)
NEVER = 1 << 40


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[StoreWriter]:
    with StoreWriter(tmp_path, SealPolicy(rows=NEVER, seconds=NEVER, longest_s=NEVER)) as opened:
        yield opened


def append(writer: StoreWriter, *messages: str, at: int) -> None:
    count = len(messages)
    columns = {"timestamp": [at] * count, "message": list(messages), "trace_id": [None] * count}
    columns |= {"service": ["a"] * count, "pod": ["a-0"] * count, "level": ["INFO"] * count, "span_id": [None] * count}
    writer.append("logs", columns)


def test_late_rows_are_not_lost_by_any_handing_over(writer: StoreWriter, tmp_path: Path) -> None:
    source = EmbeddedTelemetry(StoreReader(tmp_path))
    append(writer, "before", at=T0)
    after = source.arrivals(LogQuery(ALWAYS), None).last
    seen, written = [], []
    for turn in range(12):
        messages = [f"{turn}-{index}" for index in range(3)]
        append(writer, *messages, at=T0 - turn * HOUR)  # ever later
        written += messages
        if turn % 3 == 2:
            writer.seal()
        found = source.arrivals(LogQuery(ALWAYS, limit=2), after)
        seen += [row.message for row in found.rows]
        after = found.last
    while found.more:
        found = source.arrivals(LogQuery(ALWAYS, limit=2), after)
        seen += [row.message for row in found.rows]
        after = found.last
    assert seen == written


def test_reads_a_bounded_part_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with StoreWriter(tmp_path) as writer:  # its end waits for what is being sealed
        for turn in range(6):
            append(writer, f"{turn}", "other", at=T0 - turn * HOUR)
            writer.seal()
    monkeypatch.setattr(embedded, "MOST_ID_ROWS", 2)
    source = EmbeddedTelemetry(StoreReader(tmp_path))
    query, after, answers = LogQuery(ALWAYS, regex="^[0-9]$"), 0, []
    for _ in range(20):
        found = source.arrivals(query, after)
        answers.append([row.message for row in found.rows])
        after = found.last
        if not found.more:
            break
    assert [message for each in answers for message in each] == list("012345")
    assert len(answers) > 1, "one answer read everything"
