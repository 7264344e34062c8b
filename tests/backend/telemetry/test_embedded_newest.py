"""Searches of the embedded store that end early: page by page they find everything, once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.adapters import embedded, embedded_newest
from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.ports import LogQuery, Page, TraceQuery
from telemetry.records import Window
from telemetry_store.reader import StoreReader
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

LONG = SealPolicy(rows=1 << 40, longest_s=1e9)
WINDOW = Window(0, 100_000)
PARTS = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=8), min_size=1, max_size=4)


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    """Every search of a few dozen rows ends early."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "MOST_TEXT_ROWS", 10)
        patch.setattr(embedded_newest, "MOST_SPANS", 20)
        patch.setattr(embedded_newest, "MINUTE_US", 5)
        for module in (embedded, embedded_newest):
            patch.setattr(module, "TRACE_SPREAD_US", 20)
        yield


def log_columns(times: list[int]) -> dict[str, list]:
    text = {name: ["x"] * len(times) for name in ("service", "pod", "level")}
    ids = {name: [None] * len(times) for name in ("trace_id", "span_id")}
    return {"timestamp": times, "message": [f"m{time % 7}" for time in times], **text, **ids}


def span_columns(starts: list[int], *, first: int) -> dict[str, list]:
    """Traces of three spans, the last 20 after the first."""
    rows = [(start + later, f"t{first + index:04}") for index, start in enumerate(starts) for later in (0, 3, 20)]
    text = {name: ["x"] * len(rows) for name in ("service", "pod", "operation_name", "kind", "type")}
    return {
        "timestamp": [time for time, _ in rows],
        "trace_id": [trace for _, trace in rows],
        "span_id": [str(index) for index in range(len(rows))],
        "parent_span_id": [None] * len(rows),
        "duration": [2] * len(rows),
        "status_code": [0] * len(rows),
        **text,
    }


def stored(folder: Path, table: str, parts: list[dict[str, list]]) -> EmbeddedTelemetry:
    """Each part a segment."""
    with StoreWriter(folder, LONG) as writer:
        for columns in parts:
            writer.append(table, columns)
            writer.seal()
    return EmbeddedTelemetry(StoreReader(folder))


def all_pages(fetch: Callable[[str | None], Page]) -> list[Page]:
    pages, cursor = [], None
    for _ in range(200):
        pages.append(fetch(cursor))
        cursor = pages[-1].cursor
        if cursor is None:
            return pages
    raise AssertionError("the pages do not end")


@settings(max_examples=8, deadline=None)
@given(parts=PARTS)
def test_a_text_is_found_everywhere_once(tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]]) -> None:
    source = stored(tmp_path_factory.mktemp("logs"), "logs", [log_columns(times) for times in parts])
    pages = all_pages(lambda cursor: source.logs(LogQuery(WINDOW, contains="m3", limit=5, cursor=cursor)))
    found = [row for page in pages for row in page.rows]
    assert [row.timestamp for row in found] == sorted((t for part in parts for t in part if t % 7 == 3), reverse=True)
    assert len({row.log_id for row in found}) == len(found)


@settings(max_examples=8, deadline=None)
@given(parts=PARTS, limit=st.integers(4, 12))
def test_every_trace_is_found_once_and_whole(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], limit: int
) -> None:
    columns = [span_columns([t * 10 for t in times], first=100 * i) for i, times in enumerate(parts)]
    source = stored(tmp_path_factory.mktemp("spans"), "spans", columns)
    pages = all_pages(lambda cursor: source.traces(TraceQuery(WINDOW, limit=limit, cursor=cursor)))
    found = [row for page in pages for row in page.rows]
    assert [row.timestamp for row in found] == sorted((t * 10 for part in parts for t in part), reverse=True)
    assert len({row.trace_id for row in found}) == len(found)
    assert {(row.span_count, row.duration) for row in found} == {(3, 22)}


def test_a_search_in_vain_ends_early_and_goes_on(tmp_path: Path) -> None:
    source = stored(tmp_path, "logs", [log_columns(list(range(i * 10, i * 10 + 10))) for i in range(6)])
    first = source.logs(LogQuery(WINDOW, contains="nothing"))
    assert not first.rows
    assert first.cursor is not None
    pages = all_pages(lambda cursor: source.logs(LogQuery(WINDOW, contains="nothing", cursor=cursor)))
    assert 3 <= len(pages) <= 7
    assert not any(page.rows for page in pages)


def test_traces_that_do_not_match_end_early_too(tmp_path: Path) -> None:
    parts = [span_columns([at * 10 for at in range(i * 10, i * 10 + 10)], first=100 * i) for i in range(6)]
    source = stored(tmp_path, "spans", parts)
    pages = all_pages(lambda cursor: source.traces(TraceQuery(WINDOW, status="error", cursor=cursor)))
    assert len(pages) > 2
    assert not any(page.rows for page in pages)
