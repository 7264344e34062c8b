"""The engine: order, resumption, damage, stops. Parts are made up; tests/dataset_builder/test_engine_kill.py kills."""

import hashlib
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dataset_builder.engine import pool, run
from dataset_builder.engine.journal import Entry, Journal, Piece
from dataset_builder.engine.spool import JOURNAL, SPOOL, Spool
from dataset_builder.formats.base import Chunk, FileRange, Part

PARTS = 12


def quiet(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


def parts(made: list[str] | None = None, count: int = PARTS) -> Iterator[Part]:
    def make(number: int) -> Iterator[Chunk]:
        if made is not None:
            made.append(f"part-{number}")
        text = f"{number}: ".encode() + bytes([number]) * 5000 + b"\n"
        yield Chunk("log/log.csv", text, 1, "logs", header=b"header\n")
        yield Chunk(f"metric/{number % 3}.csv", memoryview(text), 2, "samples", f"m{number % 3}")
        yield Chunk("raw/part.parquet", text, None)

    for number in range(count):
        yield Part(f"part-{number}", lambda number=number: make(number))


def built(folder: Path, enumerated: Iterator[Part], *, fingerprint: str = "f", progress: Callable = quiet) -> bytes:
    with Spool(folder, fingerprint, progress) as spool:
        run.make(enumerated, spool, threads=2, rows=PARTS * 3, progress=progress)
        run.assemble(spool, folder / "out.zip", folder="d", progress=progress)
    return (folder / "out.zip").read_bytes()


def contents(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_parts_of_a_file_stand_in_order_under_one_header(tmp_path: Path) -> None:
    built(tmp_path, parts())
    found = contents(tmp_path)
    texts = [f"{number}: ".encode() + bytes([number]) * 5000 + b"\n" for number in range(PARTS)]
    assert found["d/log/log.csv"] == b"header\n" + b"".join(texts)
    assert found["d/metric/1.csv"] == b"".join(texts[1::3])
    assert found["d/raw/part.parquet"] == b"".join(texts)
    assert list(found) == sorted(found)


def test_entries_and_counts_are_those_of_the_content(tmp_path: Path) -> None:
    with Spool(tmp_path, "f", quiet) as spool:
        run.make(parts(), spool, threads=2, rows=0, progress=quiet)
        spool.add("about.json", b"{}")
        run.assemble(spool, tmp_path / "out.zip", folder="d", progress=quiet)
        entries, counts = spool.entries, spool.counts
    for name, content in contents(tmp_path).items():
        entry = entries[name.removeprefix("d/")]
        assert (entry.size, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert entries["log/log.csv"].rows == PARTS
    assert entries["about.json"].rows is None
    assert counts.tables == {"logs": PARTS, "spans": 0, "samples": 2 * PARTS}
    assert counts.metrics == {"m0": 8, "m1": 8, "m2": 8}


def test_a_second_run_makes_nothing_again(tmp_path: Path) -> None:
    expected = built(tmp_path, parts())
    made: list[str] = []
    assert built(tmp_path, parts(made)) == expected
    assert made == []


def test_progress_tells_what_was_there_already(tmp_path: Path) -> None:
    built(tmp_path, parts())
    seen: list[int] = []

    def note(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        seen.append(rows)

    built(tmp_path, parts(), progress=note)
    assert sum(seen) == 3 * PARTS


@pytest.mark.parametrize("name", [SPOOL, JOURNAL])
@pytest.mark.parametrize("cut", [1, 50, 700, 5000])
def test_a_torn_end_costs_only_the_end(tmp_path: Path, name: str, cut: int) -> None:
    expected = built(tmp_path / "whole", parts())
    built(tmp_path / "torn", parts())
    path = tmp_path / "torn" / name
    path.write_bytes(path.read_bytes()[:-cut])
    made: list[str] = []
    assert built(tmp_path / "torn", parts(made)) == expected
    # A spool shorter than its journal is no kill's doing, so nothing of it is trusted.
    assert made[-1] == f"part-{PARTS - 1}"
    assert len(made) < PARTS or name == SPOOL or cut == 5000


def test_what_follows_the_journal_is_dropped(tmp_path: Path) -> None:
    expected = built(tmp_path, parts())
    with (tmp_path / SPOOL).open("ab") as spool:
        spool.write(b"half a part")
    with (tmp_path / JOURNAL).open("ab") as journal:
        journal.write(b'{"part": "part-12", "end"')
    assert built(tmp_path, parts()) == expected


def test_damage_is_noticed_and_everything_made_again(tmp_path: Path) -> None:
    expected = built(tmp_path, parts())
    spool = tmp_path / SPOOL
    content = bytearray(spool.read_bytes())
    content[len(content) // 2] ^= 0xFF
    spool.write_bytes(content)
    made: list[str] = []
    assert built(tmp_path, parts(made)) == expected
    assert len(made) == PARTS


def test_what_is_made_again_is_not_told_twice(tmp_path: Path) -> None:
    """The damage is in the last part, so all before it are found whole first."""
    built(tmp_path, parts())
    spool = tmp_path / SPOOL
    content = bytearray(spool.read_bytes())
    content[-1] ^= 0xFF
    spool.write_bytes(content)
    seen: list[int] = []

    def note(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        seen.append(rows)

    built(tmp_path, parts(), progress=note)
    assert sum(seen) == 3 * PARTS


def test_only_rows_of_tables_are_told(tmp_path: Path) -> None:
    seen: list[int] = []

    def with_tasks() -> Iterator[Part]:
        yield from parts()
        yield Part("tasks", lambda: iter([Chunk("query.csv", b"a task\n", rows=1)]))

    def note(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        seen.append(rows)

    for _ in range(2):  # made, and found again
        seen.clear()
        built(tmp_path, with_tasks(), progress=note)
        assert sum(seen) == 3 * PARTS


def test_another_build_in_the_same_folder_begins_anew(tmp_path: Path) -> None:
    built(tmp_path, parts(), fingerprint="one")
    made: list[str] = []
    built(tmp_path, parts(made), fingerprint="two")
    assert len(made) == PARTS


def test_a_range_of_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "segment"
    source.write_bytes(b"x" * 3_000_000 + b"tail")

    def enumerated() -> Iterator[Part]:
        yield Part(
            "a", lambda: [Chunk("a.parquet", FileRange(source, 2, 3_000_002), 7, "logs"), Chunk("a.parquet", b"!")]
        )

    for _ in range(2):
        with Spool(tmp_path / "spool", "f", quiet) as spool:
            run.make(enumerated(), spool, threads=2, rows=7, progress=quiet)
            run.assemble(spool, tmp_path / "out.zip", folder="d", progress=quiet)
            assert spool.length == 1  # only what is in no other file
            assert spool.counts.tables["logs"] == 7
        assert contents(tmp_path)["d/a.parquet"] == (b"x" * 3_000_000 + b"tail")[2:3_000_002] + b"!"


def test_a_range_of_a_file_in_a_compressed_one_is_a_mistake(tmp_path: Path) -> None:
    part = Part("a", lambda: [Chunk("a.csv", FileRange(tmp_path / "x", 0, 1))])
    with pytest.raises(ValueError, match=r"a\.csv"):
        built(tmp_path, iter([part]))


def test_two_parts_of_one_key_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="part-0"):
        built(tmp_path, iter([*parts(count=1), *parts(count=1)]))


def test_a_failing_part_ends_the_build_and_the_rest_is_kept(tmp_path: Path) -> None:
    def failing() -> Iterator[Part]:
        yield from parts(count=5)

        def fail() -> list[Chunk]:
            raise ZeroDivisionError

        yield Part("part-5", fail)

    with pytest.raises(ZeroDivisionError):
        built(tmp_path, failing())
    made: list[str] = []
    built(tmp_path, parts(made))
    assert made[0] == "part-5"


class Stop(Exception):
    pass


def test_progress_stops_also_while_a_part_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_S", 0.01)
    release = threading.Event()

    def slow() -> list[Chunk]:
        release.wait(60)
        return []

    def stop(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        release.set()
        raise Stop

    with pytest.raises(Stop):
        built(tmp_path, iter([Part("slow", slow)]), progress=stop)


def test_a_stop_while_packing_leaves_no_zip(tmp_path: Path) -> None:
    def stop() -> None:
        raise Stop

    with Spool(tmp_path, "f", quiet) as spool:
        run.make(parts(), spool, threads=2, rows=0, progress=quiet)
        with pytest.raises(Stop):
            run.assemble(spool, tmp_path / "out.zip", folder="d", progress=lambda **_: stop())
    assert not (tmp_path / "out.zip").exists()


def test_no_more_parts_are_in_memory_than_threads_and_one() -> None:
    alive, most = set(), 0
    lock = threading.Lock()

    def make(number: int) -> int:
        nonlocal most
        with lock:
            alive.add(number)
            most = max(most, len(alive))
        return number

    for number in pool.in_order(make, range(50), threads=3, idle=lambda: None):
        with lock:
            alive.discard(number)
    assert most <= 4


def test_the_journal_reads_what_it_wrote(tmp_path: Path) -> None:
    piece = Piece('a\n,"ü', "", 3, 9, 100, 1 << 31, None, "", "")
    journal = Journal(tmp_path / "j")
    journal.begin("f")
    journal.add(Entry("key", 9, (piece,)))
    journal.close()
    again = Journal(tmp_path / "j")
    assert again.entries("f") == [Entry("key", 9, (piece,))]
    assert again.entries("g") is None
    again.close()
    assert len((tmp_path / "j").read_text().splitlines()) == 2
    assert json.loads((tmp_path / "j").read_text().splitlines()[0])["fingerprint"] == "f"
