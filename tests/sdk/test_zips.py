"""Archives that lie: refused before anything of them is unpacked or read whole."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from microservo_sdk import DatasetError, Limits, open_dataset, verify
from tests.sdk.conftest import Build

Members = list[tuple[str | zipfile.ZipInfo, bytes]]


def archive(path: Path, members: Members) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **kwargs: None)  # of names that are there twice
        for name, content in members:
            target.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    ["../x.csv", "/etc/x.csv", "demo/../../x.csv", "C:/x.csv", "demo\\..\\x.csv", "demo//x.csv", "demo/./x", "a\nb"],
)
def test_names_that_leave_the_folder(tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    path = archive(tmp_path / "evil.zip", [(info, b"x"), ("demo/dataset.json", b"{}")])
    with pytest.raises(DatasetError, match="unsafe file name"):
        verify(path)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["demo/log/log.csv", "demo/log/log.csv"], "twice in it"),
        (["demo/log/log.csv", "demo/Log/log.csv"], "but for its case"),
        (["demo/caf\u00e9.csv", "demo/cafe\u0301.csv"], "but for its case"),
        (["demo/log", "demo/log/log.csv"], "a file and a folder"),
    ],
)
def test_names_that_collide(tmp_path: Path, names: list[str], text: str) -> None:
    path = archive(tmp_path / "evil.zip", [(name, b"x") for name in names])
    with pytest.raises(DatasetError, match=text):
        open_dataset(path)


def test_symbolic_links(tmp_path: Path, build: Build) -> None:
    link = zipfile.ZipInfo("demo/log/log.csv")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DatasetError, match=r"log\.csv, byte 0: a link"):
        open_dataset(archive(tmp_path / "evil.zip", [(link, b"/etc/passwd")]))
    folder = build()
    (folder / "log" / "log.csv").unlink()
    (folder / "log" / "log.csv").symlink_to("/etc/passwd")
    with pytest.raises(DatasetError, match=r"log\.csv: a link"):
        open_dataset(folder)


def test_a_bomb(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.zip", [("demo/log/log.csv", bytes(20 << 20))])
    with pytest.raises(DatasetError, match="zip bomb"):
        open_dataset(path)


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    path = archive(tmp_path / "quine.zip", [("demo/a.csv", b"a" * 100), ("demo/b.csv", b"b" * 100)])
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\1\2")
    struct.pack_into("<L", content, second + 42, 0)  # the header of the first one
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="overlaps"):
        open_dataset(path)


def test_a_size_that_is_a_lie(build: Build) -> None:
    path = build(zipped=True)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\1\2")
    (size,) = struct.unpack_from("<L", content, entry + 24)
    struct.pack_into("<L", content, entry + 24, size + 10)
    path.write_bytes(content)
    with pytest.raises(DatasetError):
        verify(path)


def test_too_many_too_large(build: Build) -> None:
    path = build(zipped=True)
    with pytest.raises(DatasetError, match="more than 2 files"):
        open_dataset(path, limits=Limits(files=2))
    with pytest.raises(DatasetError, match="unpacked is too much"):
        open_dataset(path, limits=Limits(total_bytes=100))
    with pytest.raises(DatasetError, match="more than 100"):
        open_dataset(path, limits=Limits(file_bytes=100))


def test_a_list_of_members_without_end(tmp_path: Path) -> None:
    path = tmp_path / "long.zip"
    path.write_bytes(b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, 300 << 20, 0, 0))
    with pytest.raises(DatasetError, match="list of members"):
        open_dataset(path)


def test_unknown_compression_and_encryption(tmp_path: Path) -> None:
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as target:
        target.writestr("demo/dataset.json", b"{}")
    with pytest.raises(DatasetError, match="compressed by method 12"):
        open_dataset(path)
    content = bytearray(archive(path, [("demo/dataset.json", b"{}")]).read_bytes())
    content[content.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="encrypted"):
        open_dataset(path)


def test_an_archive_that_is_cut_off_says_how_long_it_is(build: Build) -> None:
    path = build(zipped=True)
    content = path.read_bytes()
    path.write_bytes(content[:-100])
    with pytest.raises(DatasetError, match="it may be cut off: download it again") as caught:
        verify(path)
    assert caught.value.offset == len(content) - 100


def test_an_empty_archive_is_no_dataset(tmp_path: Path) -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    (tmp_path / "empty.zip").write_bytes(empty.getvalue())
    with pytest.raises(DatasetError, match="no dataset"):
        open_dataset(tmp_path / "empty.zip")


def test_a_record_without_end_does_not_fill_the_memory(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microservo_sdk.csvfile.MAX_RECORD", 10_000)
    monkeypatch.setattr("microservo_sdk.csvfile.BLOCK", 1_000)

    def change(files: dict[str, bytes]) -> None:
        files["log/log.csv"] += b'120,1718651459.1,"x","cartservice-0","' + b"x\n" * 20_000

    path = build(change=change)
    with pytest.raises(DatasetError, match="a quote may be missing"), open_dataset(path) as opened:
        opened.logs()
