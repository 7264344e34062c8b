"""kill -9 of building processes at random writes: the last of them makes the very bytes of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry_store.writer import StoreWriter

REPO = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("building_child.py")
START = 1_718_651_400_000_000
SECOND = 1_000_000
KILLS = 5
CHILD_WITHIN_S = 120
NEVER = 1 << 40


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    noise = random.Random(11)
    with StoreWriter(folder) as writer:
        for part in range(6):
            for table, columns in _columns(noise, START + part * 10 * SECOND).items():
                writer.append(table, columns)
            writer.seal()
    return folder


def _columns(noise: random.Random, start: int) -> dict[str, dict[str, list]]:
    """Of some seconds; a few rows come late."""
    rows = range(900)
    times = sorted(start + noise.randrange(11 * SECOND) for _ in rows)
    ids = [f"{noise.randrange(1 << 60):016x}" for _ in rows]
    every = {"timestamp": times, "pod": [f"p-{n % 3}" for n in rows]}
    same = {"service": "s", "level": "INFO", "duration": 7, "operation_name": "o", "kind": "server", "type": "http"}
    same |= {"status_code": 200, "parent_span_id": None, "labels": ""}
    every |= {name: [value] * len(rows) for name, value in same.items()}
    return {
        "logs": every | {"message": ids, "trace_id": ids, "span_id": ids},
        "spans": every | {"trace_id": ids, "span_id": ids},
        "samples": every | {"metric": [f"container_{n % 5}" for n in rows], "value": [n / 7 for n in rows]},
    }


def run(store: Path, work: Path, kind: str, survived: int) -> int:
    command = [sys.executable, str(CHILD), str(store), str(work), str(work / "result"), kind, str(survived)]
    environment = {**os.environ, "PYTHONPATH": str(REPO / "platform_backend")}
    child = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=CHILD_WITHIN_S)
    assert child.returncode in (0, -signal.SIGKILL), child.stderr
    return child.returncode


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_any_number_of_kills_leaves_no_trace(store: Path, tmp_path: Path, kind: str) -> None:
    assert run(store, tmp_path / "whole", kind, NEVER) == 0
    expected = (tmp_path / "whole" / "result" / "d.zip").read_bytes()
    noise = random.Random(f"kills of {kind}")
    work, killed = tmp_path / "killed", 0
    for _ in range(KILLS):
        if run(store, work, kind, noise.randrange(1, 40)) == 0:
            break
        killed += 1
        assert not (work / "result").exists()
    assert killed
    assert run(store, work, kind, NEVER) == 0
    assert (work / "result" / "d.zip").read_bytes() == expected
    assert sorted(path.name for path in (work / "result").iterdir()) == ["d.zip", "dataset.json"]
    assert not list(work.glob("*.unfinished"))
