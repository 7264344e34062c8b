"""A writer is killed at fifty random moments: while it stores, seals, recovers, and deletes what has expired.

What it acknowledged is there, once, and every line of the pods' files that it follows is stored once.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cluster.collector.tailer import Tailer
from telemetry_store.layout import list_folder
from telemetry_store.reader import BEGINNING, END, StoreReader
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

BACKEND = Path(__file__).resolve().parents[2] / "platform_backend"
MOMENTS = 50
BATCH = 40
KEPT = 400  # samples that retention must not touch
PODS = ("adservice-0", "cartservice-0", "frontend-0")

# Forks a child whenever it is told to, since to start an interpreter takes longer than what is tested here. The child
# does what a collector does, as fast as it can: numbered samples, pods' lines, sealing, retention.
NURSERY = f"""
import os, sys, time
from pathlib import Path
from local_cluster.collector.tailer import Tailer
from telemetry_store.retention import Retention, delete, expired
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

folder = Path(sys.argv[1])
retention = Retention(hours={KEPT} / 3.6e9, gigabytes=1)

def collect():
    acknowledged = os.open(folder / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    writer = StoreWriter(folder / "store", SealPolicy(rows=120))
    tailer = Tailer(folder / "pods", writer.checkpoint_of("logs"))
    number = int(writer.checkpoint_of("samples") or 0)
    os.write(acknowledged, b"%d\\n" % number)
    while True:
        text = {{name: ["x"] * {BATCH} for name in ("service", "pod", "metric", "labels")}}
        times = list(range(number, number + {BATCH}))
        number += {BATCH}
        columns = {{"timestamp": times, "value": [1.0] * {BATCH}, **text}}
        writer.append("samples", columns, checkpoint=str(number).encode())
        os.write(acknowledged, b"%d\\n" % number)
        tail = tailer.poll(time.time_ns() // 1000)
        writer.append("logs", tail.columns, checkpoint=tail.checkpoint)
        tailer.commit(tail)
        delete(expired(folder / "store", retention, now_us=number))

while os.read(0, 1):
    child = os.fork()
    if not child:
        try:
            collect()
        finally:
            os._exit(1)
    os.write(1, b"%d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"gone\\n")
"""


class Nursery:
    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment,
        )
        self._child = 0

    def start(self) -> None:
        self._process.stdin.write(b"x")
        self._child = int(self._process.stdout.readline())

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        os.kill(self._child, signal.SIGKILL)
        assert self._process.stdout.readline() == b"gone\n"
        self._child = 0

    def close(self) -> None:
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
        self._process.kill()
        self._process.communicate(timeout=30)


class Pods:
    """Writes numbered lines, some as JSON, some plain, now and then many at once."""

    def __init__(self, folder: Path, noise: random.Random) -> None:
        self._noise = noise
        self._files = [folder / pod / "stdout.log" for pod in PODS]
        for path in self._files:
            path.parent.mkdir(parents=True)
        self.written = 0

    def write(self) -> None:
        count = self._noise.choice([1, 3, 100])
        json_lines = self._noise.random() < 0.8
        lines = [self._line(self.written + index, json_lines=json_lines) for index in range(count)]
        self.written += count
        with self._noise.choice(self._files).open("a") as file:
            file.write("".join(lines))

    @staticmethod
    def _line(number: int, *, json_lines: bool) -> str:
        fields = {"timestamp": "2026-01-05T09:00:00.5Z", "severity": "INFO", "message": str(number), "trace_id": ""}
        return (json.dumps(fields) if json_lines else str(number)) + "\n"


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    made = Nursery(tmp_path)
    yield made
    made.close()


def acknowledged(folder: Path) -> int:
    """Up to which number; the last line may be torn."""
    path = folder / "acknowledged"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return int(lines[-1]) if lines else 0


def column(folder: Path, table: str, name: str) -> Counter:
    reader = StoreReader(folder / "store", threads=1)
    try:
        rows = reader.query(f"select {name} from {{rows}}", {}, table=table, start=BEGINNING, end=END)
    finally:
        reader.close()
    return Counter(value for (value,) in rows)


def live_and_die(folder: Path, nursery: Nursery, pods: Pods, seconds: float, *, at_once: bool) -> None:
    """`at_once`: killed so long after its start, thus maybe while it recovers; else after its first new rows."""
    before = acknowledged(folder)
    nursery.start()
    latest = time.monotonic() + 60
    while not at_once and acknowledged(folder) < before + 2 * BATCH:
        assert time.monotonic() < latest, "the writer stores nothing"
        time.sleep(0.002)
    moment = time.monotonic() + seconds
    while time.monotonic() < moment:
        pods.write()
        time.sleep(0.003)
    nursery.kill()


def check_samples(folder: Path) -> int:
    """All that was acknowledged and has not expired, once; how many have expired."""
    counts = column(folder, "samples", "timestamp")
    stored = sorted(counts)
    if stored:
        assert stored == list(range(stored[0], stored[-1] + 1))
        assert set(counts.values()) == {1}
        assert stored[0] <= max(0, stored[-1] + 1 - KEPT)
    end = stored[-1] + 1 if stored else 0
    assert acknowledged(folder) <= end <= acknowledged(folder) + BATCH
    return stored[0] if stored else 0


def test_fifty_kills_lose_and_double_nothing(tmp_path: Path, nursery: Nursery) -> None:
    noise = random.Random(50)
    pods = Pods(tmp_path / "pods", noise)
    for moment in range(MOMENTS):
        live_and_die(tmp_path, nursery, pods, noise.uniform(0.0, 0.1), at_once=moment % 5 == 4)
        check_samples(tmp_path)
        if moment % 10 == 0:
            assert set(column(tmp_path, "logs", "message").values()) <= {1}
    store_the_rest(tmp_path)
    assert column(tmp_path, "logs", "message") == Counter(map(str, range(pods.written)))
    assert check_samples(tmp_path) > 0, "retention has deleted something"
    assert not [path for path in (tmp_path / "store").rglob("*") if path.name.startswith((".tmp", "hot-"))]
    assert len(list_folder(tmp_path / "store" / "logs").segments) > 1


def store_the_rest(folder: Path) -> None:
    """As the next collector does."""
    with StoreWriter(folder / "store", SealPolicy()) as writer:
        tailer = Tailer(folder / "pods", writer.checkpoint_of("logs"))
        for _ in range(1000):
            tail = tailer.poll(time.time_ns() // 1000)
            if not writer.append("logs", tail.columns, checkpoint=tail.checkpoint):
                return
            tailer.commit(tail)
    raise AssertionError("the pods' files do not end")
