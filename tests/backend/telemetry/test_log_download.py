"""Log lines as a file: all of a filter, in bounded memory, safe to open, and never cut short unnoticed."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from rest_framework.test import APIClient

from common import transfers
from common.errors import Unavailable
from telemetry import export, services
from telemetry.adapters.fake import FakeTelemetry
from telemetry.ports import LogQuery, Page
from telemetry.records import LogRecord, Window

URL = "/api/v1/telemetry/logs/download"
T0 = 1_760_000_000_000_000
SECOND = 1_000_000
WINDOW = {"from": T0, "to": T0 + 10_000 * SECOND}
MESSAGES = ['said "hi", twice', "two\nlines", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", "plain", "日本", ""]


def log(index: int, message: str = "") -> LogRecord:
    level = "ERROR" if index % 5 == 0 else "INFO"
    return LogRecord(index, T0 + index * SECOND, "cartservice", "cartservice-0", level, message, None, None)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> FakeTelemetry:
    fake = FakeTelemetry([log(index, MESSAGES[index % len(MESSAGES)]) for index in range(2500)])
    monkeypatch.setattr(services, "telemetry_source", lambda: fake)
    return fake


def get(api: APIClient, **query: Any) -> Any:
    answer = api.get(URL, WINDOW | query)
    assert answer.status_code == 200, getattr(answer, "content", answer)
    return answer


def text(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_ndjson_has_every_line_as_it_was_newest_first(api: APIClient, source: FakeTelemetry) -> None:
    answer = get(api, format="ndjson")
    rows = [json.loads(line) for line in text(answer).splitlines()]
    assert [row["log_id"] for row in rows] == list(range(2499, -1, -1))
    assert [row["message"] for row in rows[-10:]] == MESSAGES[::-1]
    assert rows[-1]["time"] == "2025-10-09T08:53:20.000000+00:00"
    assert answer.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert answer.headers["X-Truncated"] == "false"
    assert 'filename="logs-20251009T085320Z-20251009T114000Z.ndjson"' in answer.headers["Content-Disposition"]


def test_csv_is_no_formula_to_a_spreadsheet(api: APIClient, source: FakeTelemetry) -> None:
    answer = get(api)
    rows = list(csv.DictReader(io.StringIO(text(answer), newline="")))
    assert len(rows) == 2500
    told = [row["message"] for row in rows[-10:]][::-1]
    assert told == [f"'{each}" if each[:1] in ("=", "+", "-", "@", "\t") and each else each for each in MESSAGES]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_filters_hold_and_a_limit_says_that_there_is_more(api: APIClient, source: FakeTelemetry) -> None:
    answer = get(api, levels=["ERROR"], limit=1200, format="ndjson")
    assert len(text(answer).splitlines()) == 500
    assert answer.headers["X-Truncated"] == "false"
    answer = get(api, levels=["ERROR"], limit=499, format="ndjson")
    assert len(text(answer).splitlines()) == 499
    assert answer.headers["X-Truncated"] == "true"
    assert "-newest-499.ndjson" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(("accept", "kind"), [("text/csv", "csv"), ("application/x-ndjson", "ndjson"), ("*/*", "csv")])
def test_accept_chooses_too(api: APIClient, source: FakeTelemetry, accept: str, kind: str) -> None:
    answer = api.get(URL, WINDOW, HTTP_ACCEPT=accept)
    assert f".{kind}" in answer.headers["Content-Disposition"]
    answer.close()


def test_what_is_wrong_is_told_before_anything_is_sent(api: APIClient, source: FakeTelemetry) -> None:
    for query in ({"regex": "("}, {"limit": 0}, {"limit": export.MOST_ROWS + 1}, {"cursor": "x"}, {"format": "xml"}):
        answer = api.get(URL, WINDOW | query)
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json"), query
        assert list(query) == list(answer.json()["errors"])


def test_a_place_is_given_back_however_it_ends(api: APIClient, source: FakeTelemetry) -> None:
    for _ in range(transfers.PLACES + 1):
        get(api).close()  # nobody read it
    for _ in range(transfers.PLACES + 1):
        assert api.get(URL, WINDOW | {"regex": "("}).status_code == 400
    held = [get(api) for _ in range(transfers.PLACES)]
    assert api.get(URL, WINDOW).status_code == 503
    for answer in held:
        text(answer)
        answer.close()
    get(api).close()


class Failing(FakeTelemetry):
    """The store goes away after the first page."""

    def logs(self, query: LogQuery) -> Page[LogRecord]:
        if query.cursor:
            raise Unavailable("gone")
        return super().logs(query)


def test_one_that_fails_half_way_does_not_end_as_if_whole(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "telemetry_source", lambda: Failing([log(index) for index in range(2500)]))
    answer = get(api)
    with pytest.raises(Unavailable):
        text(answer)
    answer.close()


class Endless(FakeTelemetry):
    """A million lines of a kilobyte."""

    def count(self, *_: Any) -> int:
        return 1_000_000

    def logs(self, query: LogQuery) -> Page[LogRecord]:
        first = query.cursor[0] if query.cursor else 1_000_000
        page = [replace(log(5, "x" * 1000), log_id=first - place) for place in range(query.limit)]
        return Page(page, (first - query.limit, 0) if first > query.limit else None)


def test_memory_does_not_grow_with_the_rows() -> None:
    def texts() -> Iterator[str]:
        query = LogQuery(Window(T0, T0 + SECOND))
        return map(export.csv_rows, export.pages(Endless(), query, 100_000))

    tracemalloc.start()
    size = sum(len(each) for each in texts())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 100_000_000
    assert peak < 20_000_000
