"""Small files that can be written anew on a disk without a free byte."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cluster import linux
from local_cluster.reserved_file import ReservedFile
from tests.full_disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 1) as made:
        yield made


def test_it_is_written_again_and_again_on_a_full_disk(disk: SmallDisk) -> None:
    path = disk.folder / "record.json"
    file = ReservedFile(path)
    file.write(json.dumps({"state": "active"}), room=10_000)
    file.reserve()
    disk.fill()
    assert disk.left == 0
    for number in range(5):
        content = {"state": "ended", "number": number, "text": "x" * number * 1000}
        file.write(json.dumps(content))
        file.to_disk()
        assert json.loads(path.read_text()) == content


def test_what_does_not_fit_leaves_the_old_content(disk: SmallDisk) -> None:
    path = disk.folder / "record.json"
    file = ReservedFile(path)
    file.write(json.dumps("old"))
    file.reserve()
    disk.fill()
    with pytest.raises(OSError, match="No space left") as full:
        file.write(json.dumps("x" * 100_000))
    assert full.value.errno == errno.ENOSPC
    assert json.loads(path.read_text()) == "old"
    disk.free()
    file.write(json.dumps("new"))
    assert json.loads(path.read_text()) == "new"


def test_a_mark_is_set_and_taken_away_on_a_full_disk(disk: SmallDisk) -> None:
    path = disk.folder / "emergency-stop"
    file = ReservedFile(path)
    file.prepare(5000)
    disk.fill()
    for number in range(3):
        file.write(json.dumps(number))
        assert json.loads(path.read_text()) == number
        file.set_aside()
        assert not path.exists()


def test_a_settled_file_gives_its_spare_back(tmp_path: Path) -> None:
    file = ReservedFile(tmp_path / "record.json")
    file.write("{}")
    file.reserve()
    assert len(list(tmp_path.iterdir())) == 2
    file.settle()
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_a_file_system_that_can_not_exchange_names_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Libc:
        def renameat2(self, *_: object) -> int:
            return -1

    monkeypatch.setattr(linux, "_libc", Libc())
    monkeypatch.setattr(linux.ctypes, "get_errno", lambda: errno.EINVAL)
    file = ReservedFile(tmp_path / "record.json")
    for number in range(3):
        file.write(json.dumps(number))
        file.reserve()
        assert json.loads((tmp_path / "record.json").read_text()) == number
