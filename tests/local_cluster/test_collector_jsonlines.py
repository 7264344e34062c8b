"""Many lines at once are read as they would be one by one, and whatever is special is left to that."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_cluster.collector.jsonlines import FEWEST_LINES, looks_regular, parse_blocks
from local_cluster.collector.loglines import parse_lines
from local_cluster.collector.tailer import Tailer

NOW = 1_760_000_000_000_000
NAMES = ("timestamp", "level", "message", "trace_id", "span_id")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LINES = st.fixed_dictionaries(
    {
        "timestamp": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
        "severity": st.sampled_from(["INFO", "warn", "ERROR", "FATAL", "unheard of"]),
        "message": TEXT,
        "trace_id": st.sampled_from(["", "ab" * 16]),
        "span_id": st.sampled_from(["", "cd" * 8]),
    },
    optional={"pod": TEXT, "more": st.lists(st.integers())},
)


def line(**fields: Any) -> bytes:
    usual = {"timestamp": "2026-01-05T09:00:00.123456Z", "severity": "INFO", "message": "hello", "trace_id": ""}
    return json.dumps({**usual, **fields}).encode() + b"\n"


def one_by_one(block: bytes) -> dict[str, list]:
    rows, unfinished = parse_lines(block.splitlines(keepends=True), NOW)
    assert not unfinished
    return {name: [getattr(row, name) for row in rows] for name in NAMES}


def at_once(block: bytes) -> dict[str, list] | None:
    columns = parse_blocks([block])
    return columns and {name: columns[name].to_pylist() for name in NAMES}


@settings(deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=20), ascii_only=st.booleans())
def test_the_same_as_one_by_one(lines: list[dict[str, Any]], ascii_only: bool) -> None:
    block = b"".join(json.dumps(fields, ensure_ascii=ascii_only).encode() + b"\n" for fields in lines)
    assert looks_regular(block)
    assert at_once(block) == one_by_one(block)


@pytest.mark.parametrize(
    "special",
    [
        b'{"message": "no time"}\n',
        b'{"timestamp": "2026-01-05T09:00:00.1Z"}\n',
        line(message=None),
        line(message=5),
        line(severity=7),
        line(timestamp="yesterday"),
        line(timestamp=12),
        line(timestamp="2026-01-05T09:00:00"),
        line(trace_id="é"),
        line(trace_id=5),
        line(message="\ud800"),
        line().replace(b"hello", b"\xff\xfe"),
        line().replace(b'"message"', b'"severity"'),
        b'{"timestamp": \n',
        b"{nothing}\n",
        line()[:-1] + line(),
    ],
)
def test_special_lines_are_left_to_the_other_way(special: bytes) -> None:
    assert at_once(line() + line() + special) is None


@pytest.mark.parametrize("block", [b"", b"text\n", line() + b"text\n", line()[:-1], b"\n" + line(), line() + b"\n"])
def test_what_does_not_look_regular(block: bytes) -> None:
    assert not looks_regular(block)


@pytest.mark.parametrize("special", [b"", b"plain text\n", line(message=5), line().replace(b"hello", b"\xff")])
def test_the_tailer_mixes_both(tmp_path: Path, special: bytes) -> None:
    count = 2 * FEWEST_LINES
    blocks = {
        "adservice-0": b"".join(line(message=f"ad {number}") for number in range(count)),
        "cartservice-0": b"one\n" + line(severity="ERROR") + b"two\n",
        "frontend-0": special + b"".join(line(message=f"page {number}") for number in range(count)),
    }
    for pod, block in blocks.items():
        (tmp_path / pod).mkdir()
        (tmp_path / pod / "stdout.log").write_bytes(block)
    tailer = Tailer(tmp_path, None)
    tail = tailer.poll(NOW)
    columns = {name: list(map(_plain, values)) for name, values in tail.columns.items()}
    rows = zip(columns["pod"], columns["service"], *(columns[name] for name in NAMES), strict=True)
    expected = []
    for pod, block in blocks.items():
        values = one_by_one(block)
        expected += [(pod, pod[:-2], *row) for row in zip(*(values[name] for name in NAMES), strict=True)]
    assert sorted(rows, key=repr) == sorted(expected, key=repr)
    tailer.commit(tail)
    assert not len(tailer.poll(NOW).columns["timestamp"])


def _plain(value: Any) -> Any:
    return value.as_py() if hasattr(value, "as_py") else value
