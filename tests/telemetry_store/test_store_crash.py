"""The writer is killed at random moments; what it acknowledged is there, once, at once and after its recovery."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from telemetry_store.hot import read_hot
from telemetry_store.layout import hot_path, list_folder
from telemetry_store.reader import BEGINNING, END, StoreReader
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreLocked, StoreWriter
from tests.full_disk import files_end_at

BACKEND = Path(__file__).resolve().parents[2] / "platform_backend"
ROUNDS = 6
BATCH = 50
ENOUGH = 20_000  # rows, 40 hand-overs

# Appends numbered logs as fast as it can, sealing often; says after each batch up to where it is acknowledged.
WRITER = f"""
import os, sys
from pathlib import Path
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter
writer = StoreWriter(Path(sys.argv[1]), SealPolicy(rows=500))
number = int(writer.checkpoint_of("logs") or 0)
os.write(1, b"start %d\\n" % number)
while True:
    numbers = range(number, number + {BATCH})
    number += {BATCH}
    writer.append("logs", {{
        "timestamp": list(numbers), "message": [str(n) for n in numbers],
        **{{name: ["x"] * {BATCH} for name in ("service", "pod", "level")}},
        **{{name: [None] * {BATCH} for name in ("trace_id", "span_id")}},
    }}, checkpoint=str(number).encode())
    os.write(1, b"%d\\n" % number)
"""


def rows(count: int, *, first: int = 0) -> dict[str, list]:
    numbers = range(first, first + count)
    text = {name: ["x"] * count for name in ("service", "pod", "level")}
    ids = {name: [None] * count for name in ("trace_id", "span_id")}
    return {"timestamp": list(numbers), "message": [str(number) for number in numbers], **text, **ids}


def stored(folder: Path) -> list[int]:
    reader = StoreReader(folder, threads=1)
    found = reader.query("select timestamp from {rows}", {}, table="logs", start=BEGINNING, end=END)
    reader.close()
    return sorted(number for (number,) in found)


def run_and_kill(folder: Path, seconds: float) -> tuple[int, int]:
    """(where it began, up to where it acknowledged)"""
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, env=environment)
    try:
        began = int(child.stdout.readline().split()[1])
        first = int(child.stdout.readline())
        time.sleep(seconds)
    finally:
        child.send_signal(signal.SIGKILL)
        lines = child.communicate(timeout=30)[0].decode().split("\n")
    whole = lines[:-1]  # the last may be cut
    return began, int(whole[-1]) if whole else first


def test_kills_lose_and_double_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    noise = random.Random(11)
    before: list[int] = []
    for _ in range(ROUNDS):
        began, acknowledged = run_and_kill(tmp_path, noise.uniform(0.05, 0.4))
        assert began == len(before), "the checkpoint is that of the last stored row"
        before = stored(tmp_path)
        assert before == list(range(len(before)))
        assert acknowledged <= len(before) <= acknowledged + BATCH
    with StoreWriter(tmp_path) as writer:
        assert writer.checkpoint_of("logs") == str(len(before)).encode()
        assert stored(tmp_path) == before
    assert stored(tmp_path) == before
    assert not list(tmp_path.glob("logs/.tmp*"))
    assert not list(tmp_path.glob("logs/hot-*"))


def test_a_reader_beside_the_writer_sees_each_row_once(tmp_path: Path) -> None:
    """Through many hand-overs from hot to segment."""
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.DEVNULL, env=environment)
    reader = StoreReader(tmp_path, threads=1)
    sql = "select count(*), count(distinct timestamp), coalesce(max(timestamp) + 1, 0) from {rows}"
    seen = 0
    try:
        deadline = time.monotonic() + 20
        while seen < ENOUGH and time.monotonic() < deadline:
            count, distinct, highest = reader.query(sql, {}, table="logs", start=BEGINNING, end=END)[0]
            assert count == distinct == highest >= seen
            seen = count
    finally:
        child.kill()
        child.wait(timeout=30)
    assert seen >= ENOUGH, "many segments were sealed meanwhile"


def test_a_hot_file_cut_anywhere_gives_its_whole_batches(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path, SealPolicy(rows=1 << 40))
    for batch in range(20):
        writer.append("logs", rows(10, first=batch * 10), checkpoint=str(batch).encode())
    whole = hot_path(tmp_path / "logs", 1).read_bytes()
    torn = tmp_path / "torn.arrows"
    counts = set()
    for cut in random.Random(1).sample(range(len(whole)), 200):
        torn.write_bytes(whole[:cut])
        contents = read_hot(torn)
        numbers = [number for batch in contents.batches for number in batch["timestamp"].to_pylist()]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) % 10 == 0
        assert contents.checkpoint == (str(len(numbers) // 10 - 1).encode() if numbers else None)
        counts.add(len(numbers))
    assert len(counts) > 10
    writer.close()


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_recovery_from_a_torn_hot_file(tmp_path: Path, cut: int) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    with StoreWriter(tmp_path / "source") as source:
        source.append("logs", rows(10))
        whole = hot_path(tmp_path / "source" / "logs", 1).read_bytes()
    hot_path(folder, 7).write_bytes(whole[:cut])
    with StoreWriter(tmp_path) as writer:
        writer.append("logs", rows(5, first=100))
    assert stored(tmp_path)[-5:] == list(range(100, 105))
    assert len(stored(tmp_path)) in (5, 15)


def test_killed_between_rename_and_unlink(tmp_path: Path) -> None:
    with StoreWriter(tmp_path) as writer:
        writer.append("logs", rows(10))
        hot = hot_path(tmp_path / "logs", 1).read_bytes()
    hot_path(tmp_path / "logs", 1).write_bytes(hot)  # as if it had not been removed
    assert stored(tmp_path) == list(range(10))
    with StoreWriter(tmp_path):
        assert not hot_path(tmp_path / "logs", 1).exists()
    assert stored(tmp_path) == list(range(10))


def test_only_one_writer(tmp_path: Path) -> None:
    with StoreWriter(tmp_path), pytest.raises(StoreLocked, match="another process"):
        StoreWriter(tmp_path)
    StoreWriter(tmp_path).close()


def test_log_ids_grow_over_restarts_and_a_clock_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in (2_000_000_000, 1_000_000_000, 1_500_000_000):
        monkeypatch.setattr(time, "time_ns", lambda moment=moment: moment * 1_000_000_000)
        with StoreWriter(tmp_path) as writer:
            writer.append("logs", rows(3))
            writer.append("logs", rows(2))
    reader = StoreReader(tmp_path, threads=1)
    (batch,) = reader.batches("logs", BEGINNING, END)
    reader.close()
    ids = sorted(batch["log_id"].to_pylist())
    assert ids == list(range(2_000_000_000_000_000, 2_000_000_000_000_015))


def test_the_checkpoint_outlives_segments_without_one(tmp_path: Path) -> None:
    with StoreWriter(tmp_path) as writer:
        writer.append("logs", rows(1), checkpoint=b"here")
        writer.seal()
        writer.append("logs", rows(1, first=1))
    with StoreWriter(tmp_path) as writer:
        assert writer.checkpoint_of("logs") == b"here"


def test_half_of_a_batch_on_a_full_disk_is_taken_back(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path)
    writer.append("logs", rows(10))
    with files_end_at(hot_path(tmp_path / "logs", 1).stat().st_size + 100), pytest.raises(OSError, match="too large"):
        writer.append("logs", rows(10, first=10))
    writer.append("logs", rows(10, first=20))
    assert stored(tmp_path) == [*range(10), *range(20, 30)]
    writer.close()
    assert stored(tmp_path) == [*range(10), *range(20, 30)]
    assert len(list_folder(tmp_path / "logs").segments) == 1


def test_half_of_a_batch_that_stays_hides_nothing_that_comes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = StoreWriter(tmp_path)
    writer.append("logs", rows(10))
    with monkeypatch.context() as patch, files_end_at(hot_path(tmp_path / "logs", 1).stat().st_size + 100):
        patch.setattr("telemetry_store.appended.os.ftruncate", _broken)
        with pytest.raises(OSError, match="broken"):
            writer.append("logs", rows(10, first=10))
    writer.append("logs", rows(10, first=20))
    assert stored(tmp_path) == [*range(10), *range(20, 30)]
    writer.close()
    assert stored(tmp_path) == [*range(10), *range(20, 30)]
    assert len(list_folder(tmp_path / "logs").segments) == 2


@pytest.mark.parametrize("room", [0, 100])  # not even for the schema, and half of it
def test_a_new_file_that_finds_no_room_is_begun_when_there_is_some(tmp_path: Path, room: int) -> None:
    """It was taken for one that exists already, from then on."""
    writer = StoreWriter(tmp_path)
    for _ in range(2):
        with files_end_at(room), pytest.raises(OSError, match="too large"):
            writer.append("logs", rows(10))
    writer.append("logs", rows(10))
    writer.seal()
    with files_end_at(room), pytest.raises(OSError, match="too large"):
        writer.append("logs", rows(10, first=10))
    writer.append("logs", rows(10, first=20))
    assert stored(tmp_path) == [*range(10), *range(20, 30)]
    writer.close()
    assert stored(tmp_path) == [*range(10), *range(20, 30)]


def _broken(*_: object) -> None:
    raise OSError("broken")
