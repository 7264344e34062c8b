"""The journal of gaps: what retention deleted is told, in one entry a table."""

import json
from pathlib import Path

from local_cluster.collector.gaps import FILE_NAME, Gap, GapLog
from telemetry_store.layout import Segment
from tests.full_disk import files_end_at


def segment(folder: Path, table: str, first: int, last: int) -> Segment:
    return Segment(1, first, last, 1, folder / table / "seg")


def journal(folder: Path) -> list[tuple]:
    lines = (folder / FILE_NAME).read_text().splitlines()
    return [
        (gap["table"], gap["reason"], gap["start_us"], gap["end_us"]) for gap in map(json.loads, filter(None, lines))
    ]


def test_what_retention_deletes_grows_into_one_gap_a_table(tmp_path: Path) -> None:
    gaps = GapLog(tmp_path)
    gaps.add_deleted([])
    assert not (tmp_path / FILE_NAME).exists()
    gaps.add(Gap(5, 7, "samples", "collector did not run"))
    gaps.add_deleted([segment(tmp_path, "logs", 0, 9), segment(tmp_path, "samples", 0, 4)])
    gaps.add_deleted([segment(tmp_path, "logs", 8, 19)])
    assert journal(tmp_path) == [
        ("samples", "collector did not run", 5, 7),
        ("samples", "retention", 0, 5),
        ("logs", "retention", 0, 20),
    ]


def test_a_line_torn_by_a_kill_is_dropped(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"start_us": 1, "end_')
    GapLog(tmp_path).add_deleted([segment(tmp_path, "logs", 0, 9)])
    assert journal(tmp_path) == [("logs", "retention", 0, 10)]


def test_a_torn_line_takes_no_other_with_it(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"start_us": 1, "end_')
    GapLog(tmp_path).add(Gap(5, 7, "samples", "late"))
    torn, whole = (tmp_path / FILE_NAME).read_text().splitlines()
    assert (torn, json.loads(whole)["start_us"]) == ('{"start_us": 1, "end_', 5)


def test_gaps_that_find_no_room_are_written_when_there_is_some(tmp_path: Path) -> None:
    gaps = GapLog(tmp_path)
    gaps.add(Gap(1, 2, "samples", "late"))
    with files_end_at((tmp_path / FILE_NAME).stat().st_size + 10):
        gaps.begin("the disk was full", 5, table="logs")
        gaps.end("the disk was full", 9, table="logs")
        gaps.add(Gap(5, 8, "samples", "late"))
    assert journal(tmp_path) == [("samples", "late", 1, 2)], "and no part of one"
    gaps.write()
    assert journal(tmp_path) == [
        ("samples", "late", 1, 2),
        ("logs", "the disk was full", 5, 9),
        ("samples", "late", 5, 8),
    ]
