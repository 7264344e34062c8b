"""The manager's logs when they can't be written for a while: lines are lost and counted, and it goes on."""

from pathlib import Path

import pytest
from supervisor import loggers

from cli.manager_log import EnduringLog
from tests.full_disk import files_end_at


def logger_of(path: Path, *, most: int = 1 << 20) -> loggers.Logger:
    handler = EnduringLog(str(path), maxBytes=most, backupCount=1)
    handler.setFormat("%(message)s\n")
    return loggers.Logger(handlers=[handler])


def test_a_full_disk_is_outlived_and_told(tmp_path: Path) -> None:
    path = tmp_path / "manager.log"
    log = logger_of(path)
    log.info("before")
    with files_end_at(path.stat().st_size + 4):
        for number in range(50):
            log.info(f"line {number} finds no room")
    log.info("after")
    assert path.read_text() == "before\nline\n[50 outputs could not be written here: File too large]\nafter\n"


def test_bytes_of_a_part_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    handler = EnduringLog(str(path), maxBytes=1 << 20)
    log = loggers.Logger(handlers=[handler])
    log.info(b"a\n")
    with files_end_at(0):
        log.info(b"lost\n")
    log.info(b"\xff\n")
    assert path.read_bytes() == b"a\n\n[1 outputs could not be written here: File too large]\n\xff\n"


def test_a_roll_over_without_room_for_the_next_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "manager.log"
    log = logger_of(path, most=100)
    line = "longer than a hundred bytes " * 4
    with monkeypatch.context() as patch:
        patch.setattr(loggers, "open", no_room, raising=False)
        log.info(line)
    log.info("after")
    assert path.read_text() == "\n[1 outputs could not be written here: No space left on device]\nafter\n"
    assert (tmp_path / "manager.log.1").read_text() == f"{line}\n"


def test_what_is_wrong_with_a_record_is_no_matter_of_the_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "manager.log"
    log = logger_of(path)
    log.info("%(missing)s", other="x")
    log.info("after")
    assert path.read_text() == "after\n"
    assert "KeyError" in capsys.readouterr().err
