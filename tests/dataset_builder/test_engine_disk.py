"""A full disk ends a build with a message to act on, and leaves nothing that looks finished."""

import errno
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dataset_builder.build import Order, build
from dataset_builder.engine import disk, spool
from dataset_builder.engine.disk import DiskFull
from dataset_builder.formats.csv import CsvFormat

MEBIBYTE = 1 << 20


def quiet(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


@pytest.fixture
def large(order: Order, source_of: Any, sample_row: Any) -> Order:
    """Some 2 MB that don't compress well."""
    rows = [sample_row(n % 60, f"pod-{n}", f"container_{os.urandom(40).hex()}", n / 7) for n in range(6000)]
    return replace(order, source=source_of(500, samples=rows))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk is not allowed here; the other tests of this file fake its errors")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, timeout=30, check=True)


def test_a_disk_that_is_too_small(small_disk: Path, large: Order) -> None:
    with pytest.raises(DiskFull, match=rf"{small_disk}.*needs about [0-9,]+ bytes more, [0-9,]+ are free"):
        build(large, CsvFormat(), work=small_disk / "work", into=small_disk / "result", progress=quiet)
    assert not (small_disk / "result").exists()
    assert not list(small_disk.rglob("*.zip"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_for_the_spool(tmp_path: Path, large: Order, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    write_all = spool.write_all
    written = 0

    def full(descriptor: int, data: bytes) -> None:
        nonlocal written
        written += len(data)
        if written > MEBIBYTE // 4:
            raise OSError(code, os.strerror(code))
        write_all(descriptor, data)

    with monkeypatch.context() as patched:
        patched.setattr(spool, "write_all", full)
        with pytest.raises(DiskFull, match=r"needs about [0-9,]+ bytes more"):
            build(large, CsvFormat(), work=tmp_path / "work", into=tmp_path / "result", progress=quiet)
    assert not (tmp_path / "result").exists()
    built = build(large, CsvFormat(), work=tmp_path / "work", into=tmp_path / "result", progress=quiet)
    assert built.counts.tables["samples"] == 6000


def test_no_space_for_the_zip_is_known_before_it_is_begun(
    tmp_path: Path, large: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = disk.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(DiskFull, match=r"1,000 are free"):
        build(large, CsvFormat(), work=tmp_path / "work", into=tmp_path / "result", progress=quiet)
    assert not (tmp_path / "result").exists()
    assert not list(tmp_path.rglob("*.zip"))


def test_other_errors_stay_what_they_are(tmp_path: Path, large: Order) -> None:
    (tmp_path / "work").write_text("in the way")
    with pytest.raises(NotADirectoryError):
        build(large, CsvFormat(), work=tmp_path / "work", into=tmp_path / "result", progress=quiet)
