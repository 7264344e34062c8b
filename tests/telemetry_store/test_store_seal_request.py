"""A reader may ask for everything acknowledged to be in segments."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from telemetry_store.layout import list_folder, request_folder
from telemetry_store.seal_request import SealTimeout, request_seal
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreLocked, StoreWriter

BACKEND = Path(__file__).resolve().parents[2] / "platform_backend"
LONG = SealPolicy(rows=1 << 40, longest_s=1e9)

# Appends numbered samples, says up to where it is acknowledged, and minds its store as a collector does.
WRITER = """
import os, sys, time
from pathlib import Path
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter
writer = StoreWriter(Path(sys.argv[1]), SealPolicy(rows=1 << 40, longest_s=1e9))
number = 0
while True:
    text = {name: ["x"] for name in ("service", "pod", "metric", "labels")}
    writer.append("samples", {"timestamp": [number], "value": [1.0], **text})
    os.write(1, b"%d\\n" % number)
    number += 1
    writer.seal_if_due()
    time.sleep(0.01)
"""


def samples(times: list[int]) -> dict[str, list]:
    text = {name: ["x"] * len(times) for name in ("service", "pod", "metric", "labels")}
    return {"timestamp": times, "value": [1.0] * len(times), **text}


def sealed(folder: Path) -> list[int]:
    segments = list_folder(folder / "samples").segments
    return sorted(at for segment in segments for at in pq.read_table(segment.path)["timestamp"].to_pylist())


def test_a_running_writer_seals_what_it_has_acknowledged(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    try:
        for _ in range(3):
            acknowledged = int(child.stdout.readline())
            request_seal(tmp_path, "samples", timeout_s=60)
            assert len(sealed(tmp_path)) > acknowledged
            assert sealed(tmp_path) == list(range(len(sealed(tmp_path))))
        assert child.poll() is None
    finally:
        child.kill()
        child.communicate(timeout=30)
    assert list(request_folder(tmp_path / "samples").iterdir()) == []


def test_without_a_writer_the_caller_seals(tmp_path: Path) -> None:
    with StoreWriter(tmp_path / "source", LONG) as source:
        source.append("samples", samples([1, 2]))
        hot = next((tmp_path / "source" / "samples").glob("hot-*")).read_bytes()
    (tmp_path / "killed" / "samples").mkdir(parents=True)
    (tmp_path / "killed" / "samples" / "hot-00000001.arrows").write_bytes(hot)
    request_seal(tmp_path / "killed", "samples")
    assert sealed(tmp_path / "killed") == [1, 2]
    StoreWriter(tmp_path / "killed").close()


def test_a_store_that_was_never_written_has_nothing_to_seal(tmp_path: Path) -> None:
    request_seal(tmp_path / "none", "logs")
    assert not (tmp_path / "none").exists()


def test_a_writer_that_ends_meanwhile(tmp_path: Path) -> None:
    """It leaves everything sealed, and does not answer."""
    writer = StoreWriter(tmp_path, LONG)
    writer.append("samples", samples([1]))
    asking = threading.Thread(target=request_seal, args=(tmp_path, "samples"))
    asking.start()
    _wait_for_request(tmp_path)
    writer.close()
    asking.join(timeout=60)
    assert not asking.is_alive()
    assert sealed(tmp_path) == [1]


def test_a_stuck_writer_is_told(tmp_path: Path) -> None:
    with StoreWriter(tmp_path) as writer:
        writer.append("samples", samples([1]))
        with pytest.raises(SealTimeout, match="did not seal within"):
            request_seal(tmp_path, "samples", timeout_s=0.2)
    assert list(request_folder(tmp_path / "samples").iterdir()) == []


def test_no_answer_while_sealing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = StoreWriter(tmp_path, LONG)
    writer.append("samples", samples([1]))
    with monkeypatch.context() as patch, _tended(writer):
        patch.setattr("telemetry_store.table_writer.write_segment", _fails)
        with pytest.raises(SealTimeout):
            request_seal(tmp_path, "samples", timeout_s=0.5)
    with _tended(writer):
        request_seal(tmp_path, "samples", timeout_s=60)
    assert sealed(tmp_path) == [1]
    writer.close()


def test_a_writer_may_wait_for_the_one_before(tmp_path: Path) -> None:
    first = StoreWriter(tmp_path)
    closing = threading.Timer(0.2, first.close)
    closing.start()
    StoreWriter(tmp_path, wait_s=60).close()
    closing.join(timeout=30)
    with StoreWriter(tmp_path), pytest.raises(StoreLocked):
        StoreWriter(tmp_path, wait_s=0.1)


def _fails(*_: object) -> None:
    raise OSError(28, "No space left on device")


def _wait_for_request(folder: Path) -> None:
    deadline = time.monotonic() + 60
    requests = request_folder(folder / "samples")
    while not (requests.is_dir() and list(requests.iterdir())):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def _tended(writer: StoreWriter) -> Iterator[None]:
    """Its loop runs; nobody else uses the writer meanwhile."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(0.01):
            writer.seal_if_due()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)
