"""Folders on disk: whole or not there, one builder at a time, nothing left by the dead."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from datasets.storage import RESULT, Busy, Store


def finish(store: Store, dataset: UUID, content: str = "zip") -> None:
    with store.work(dataset) as work:
        (work.path / RESULT).mkdir()
        (work.path / RESULT / "d.zip").write_text(content)
        store.publish(dataset, work.path / RESULT)


def no(_: UUID) -> bool:
    return False


def everything(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_publish_and_replace(tmp_path: Path) -> None:
    store, dataset = Store(tmp_path), uuid4()
    finish(store, dataset)
    finish(store, dataset, "again")
    assert store.archive(dataset, "d").read_text() == "again"
    assert everything(tmp_path) == sorted([".building", str(dataset), f"{dataset}/d.zip"])


def test_one_builder_at_a_time(tmp_path: Path) -> None:
    store, dataset = Store(tmp_path), uuid4()
    with store.work(dataset), pytest.raises(Busy), store.work(dataset):
        pass
    with store.work(dataset):
        pass


def test_failure_leaves_nothing(tmp_path: Path) -> None:
    store, dataset = Store(tmp_path), uuid4()

    def fail() -> None:
        with store.work(dataset) as work:
            (work.path / "half.csv").write_text("x")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        fail()
    assert everything(tmp_path) == [".building"]


def test_a_killed_builder_frees_its_lock_and_is_swept(tmp_path: Path) -> None:
    store, dataset = Store(tmp_path), uuid4()
    code = (
        "import sys, pathlib, uuid, threading\n"
        "from datasets.storage import Store\n"
        "with Store(pathlib.Path(sys.argv[1])).work(uuid.UUID(sys.argv[2])) as work:\n"
        "    (work.path / 'half.csv').write_text('x'); sys.stdout.write('working\\n'); sys.stdout.flush()\n"
        "    threading.Event().wait(60)\n"
    )
    path = os.pathsep.join(sys.path)
    builder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), str(dataset)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        assert builder.stdout is not None
        assert builder.stdout.readline() == b"working\n"
        assert store.sweep(is_kept=no, is_open=no) == []
        builder.send_signal(signal.SIGKILL)
        builder.wait(10)
    finally:
        builder.kill()
        builder.wait(10)
    assert store.sweep(is_kept=no, is_open=no) == [str(dataset)]
    assert everything(tmp_path) == [".building"]


def test_sweep_keeps_what_is_owned(tmp_path: Path) -> None:
    store, kept, orphan = Store(tmp_path), uuid4(), uuid4()
    finish(store, kept)
    finish(store, orphan)
    (tmp_path / "notes.txt").write_text("not ours")
    assert store.sweep(is_kept=lambda dataset: dataset == kept, is_open=no) == [str(orphan)]
    assert store.archive(kept, "d").exists()
    assert (tmp_path / "notes.txt").exists()


def test_remove_is_idempotent(tmp_path: Path) -> None:
    store, dataset = Store(tmp_path), uuid4()
    finish(store, dataset)
    store.remove(dataset)
    store.remove(dataset)
    assert everything(tmp_path) == [".building"]
