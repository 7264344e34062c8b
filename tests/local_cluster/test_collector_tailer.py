"""The log tailer on real files: each line once, in pieces, over restarts, truncation and new files."""

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_cluster.collector import tailer as module
from local_cluster.collector.holes import HolePuncher
from local_cluster.collector.tailer import Tail, Tailer

NOW = 1_760_000_000_000_000


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "pods" / "cartservice-0" / "stdout.log"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def read(tailer: Tailer) -> list[str]:
    tail = tailer.poll(NOW)
    tailer.commit(tail)
    return tail.columns["message"]


def pods_of(log: Path) -> Path:
    return log.parents[1]


def test_lines_come_once_and_a_partial_line_waits(log: Path) -> None:
    tailer = Tailer(pods_of(log), None)
    append(log, "one\ntwo\nthr")
    assert read(tailer) == ["one", "two"]
    assert read(tailer) == []
    append(log, "ee\n")
    assert read(tailer) == ["three"]


def test_pod_and_service(log: Path) -> None:
    append(log, "x\n")
    columns = Tailer(pods_of(log), None).poll(NOW).columns
    assert (columns["pod"], columns["service"], columns["timestamp"]) == (["cartservice-0"], ["cartservice"], [NOW])


def test_half_of_a_line_that_found_no_room_does_not_hide_the_next(log: Path) -> None:
    def record(text: str) -> str:
        return json.dumps({"timestamp": "2026-01-01T00:00:00Z", "severity": "INFO", "message": text})

    half = record("never whole")[:60]
    append(log, record("before") + "\n" + half + record('after, with "timestamp": in it') + "\n" + half + "\n")
    assert read(Tailer(pods_of(log), None)) == ["before", 'after, with "timestamp": in it', half]


def test_half_of_a_line_among_many(log: Path) -> None:
    lines = [json.dumps({"timestamp": "2026-01-01T00:00:00Z", "message": str(number)}) + "\n" for number in range(200)]
    append(log, "".join(lines[:100]) + lines[100][:20] + "".join(lines[101:]))
    assert read(Tailer(pods_of(log), None)) == [str(number) for number in range(200) if number != 100]


def test_what_was_not_committed_is_read_again(log: Path) -> None:
    append(log, "one\n")
    tailer = Tailer(pods_of(log), None)
    assert tailer.poll(NOW).columns["message"] == ["one"]
    assert read(tailer) == ["one"]


def test_the_checkpoint_continues_where_it_was_stored(log: Path) -> None:
    append(log, "one\ntwo\n")
    first = Tailer(pods_of(log), None)
    tail = first.poll(NOW)
    append(log, "three\n")
    assert read(Tailer(pods_of(log), tail.checkpoint)) == ["three"]


def test_a_truncated_file_is_read_from_its_beginning(log: Path) -> None:
    tailer = Tailer(pods_of(log), None)
    append(log, "one\ntwo\n")
    read(tailer)
    log.write_text("new\n")
    assert read(tailer) == ["new"]


def test_a_new_file_is_read_from_its_beginning(log: Path) -> None:
    tailer = Tailer(pods_of(log), None)
    append(log, "one\n")
    read(tailer)
    fresh = log.with_name("fresh")
    fresh.write_text("new first\nnew second\n")
    fresh.rename(log)
    assert read(tailer) == ["new first", "new second"]


def test_pods_come_and_go(log: Path) -> None:
    tailer = Tailer(pods_of(log), None)
    append(log, "one\n")
    assert read(tailer) == ["one"]
    log.unlink()
    assert read(tailer) == []
    (pods_of(log) / "not-a-pod").write_text("a file\n")
    other = pods_of(log) / "frontend-0" / "stdout.log"
    other.parent.mkdir()
    append(other, "hello\n")
    assert read(tailer) == ["hello"]


def test_no_pods_yet(tmp_path: Path) -> None:
    assert read(Tailer(tmp_path / "none", None)) == []


def test_a_traceback_in_pieces_is_one_row(log: Path) -> None:
    tailer = Tailer(pods_of(log), None)
    append(log, 'before\nTraceback (most recent call last):\n  File "a"\n')
    assert read(tailer) == ["before"]
    append(log, "ValueError: b\nafter\n")
    rows = read(tailer)
    assert [row.splitlines()[-1] for row in rows] == ["ValueError: b", "after"]


def test_a_traceback_that_stays_unfinished_is_taken_as_it_is(log: Path) -> None:
    tailer = Tailer(pods_of(log), None)
    append(log, 'Traceback (most recent call last):\n  File "a"\n')
    assert read(tailer) == []
    assert len(read(tailer)) == 1
    assert read(tailer) == []


def test_a_long_backlog_is_read_in_pieces(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_BYTES", 100)
    append(log, "".join(f"line {number}\n" for number in range(50)) + "x" * 250 + "\nlast\n")
    tailer = Tailer(pods_of(log), None)
    found: list[str] = []
    for _ in range(30):
        tail: Tail = tailer.poll(NOW)
        tailer.commit(tail)
        found += tail.columns["message"]
        if not tail.behind:
            break
    assert found[:50] == [f"line {number}" for number in range(50)]
    assert "".join(found[50:]) == "x" * 250 + "last"


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 600), max_size=12), kills=st.lists(st.booleans(), min_size=13, max_size=13))
def test_any_writes_and_restarts(tmp_path_factory: pytest.TempPathFactory, cuts: list[int], kills: list[bool]) -> None:
    """The file grows in arbitrary pieces; after each the tailer may be killed with or without having stored."""
    folder = tmp_path_factory.mktemp("pods")
    path = folder / "a-0" / "stdout.log"
    path.parent.mkdir()
    text = "".join(json.dumps({"message": f"m{number}"}) + "\n" for number in range(40))
    found: list[str] = []
    tailer, checkpoint, start = Tailer(folder, None), None, 0
    for cut, killed in zip([*sorted(cuts), len(text)], kills, strict=False):
        append(path, text[start : max(cut, start)])
        start = max(cut, start)
        tail = tailer.poll(NOW)
        if not killed and tail.columns["message"]:
            found += tail.columns["message"]
            checkpoint = tail.checkpoint
            tailer.commit(tail)
        tailer = Tailer(folder, checkpoint) if killed else tailer
    found += tailer.poll(NOW).columns["message"]
    assert found == [f"m{number}" for number in range(40)]


def test_consumed_space_is_given_back(log: Path) -> None:
    line = "x" * 1023 + "\n"
    append(log, line * 400)
    os.sync()
    before = log.stat()
    tailer = Tailer(pods_of(log), None, HolePuncher(keep=100 * 1024))
    assert len(read(tailer)) == 400
    after = log.stat()
    assert after.st_size == before.st_size
    assert after.st_blocks * 512 <= 150 * 1024 < before.st_blocks * 512
    append(log, "next\n")
    assert read(tailer) == ["next"]


def test_random_interleaving_of_many_pods(tmp_path: Path) -> None:
    noise = random.Random(2)
    names = [f"svc-{number}" for number in range(5)]
    for name in names:
        (tmp_path / name).mkdir()
    tailer, written, found = Tailer(tmp_path, None), [], []
    for number in range(300):
        name = noise.choice(names)
        append(tmp_path / name / "stdout.log", f"{name}:{number}\n")
        written.append(f"{name}:{number}")
        if noise.random() < 0.2:
            found += read(tailer)
    found += read(tailer)
    assert sorted(found) == sorted(written)
