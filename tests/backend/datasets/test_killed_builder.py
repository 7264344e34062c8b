"""kill -9 of a building process: the next one goes on after the last finished part, and nothing else stays."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from telemetry_store.schemas import TABLES
from telemetry_store.writer import StoreWriter

REPO = Path(__file__).resolve().parents[3]
START = 1_718_651_400_000_000
LOGS, SPANS, SAMPLES = 3000, 500, 2000

PRELUDE = """
import sys, threading
import django
django.setup()
from common.errors import Conflict
from datasets import services
from datasets.models import Dataset
from datasets.services import working
from telemetry.records import Window
from systems import adapters
from systems.adapters.fake import FakeSystemDriver
adapters.system_driver = FakeSystemDriver
"""
CREATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
window = Window({start}, {start} + 60_000_000)
dataset = Dataset.objects.create(name="d", format="csv", window_start=window.start, window_end=window.end)
sys.stdout.write(str(dataset.pk))
"""
RECORD_PARTS = """
from dataset_builder.engine.spool import Spool
append, parts = Spool.append, []
def recording(self, made):
    append(self, made)
    parts.append(made.key)
    then()
Spool.append = recording
"""
BUILD_AND_HANG = (
    RECORD_PARTS
    + """
import json
def then():
    if len(parts) == 3:
        sys.stdout.write(json.dumps(parts) + "\\n"); sys.stdout.flush()
        threading.Event().wait(60)
services.dataset_build(dataset_id=Dataset.objects.get().pk)
"""
)
RESUME = (
    RECORD_PARTS
    + """
then = lambda: None
from datetime import timedelta
working.STALE = timedelta(0)
sent = []
working.enqueue = lambda task, *args: sent.append(args)
services.builds_resume()
services.leftovers_sweep()
assert sent == [(str(Dataset.objects.get().pk),)], sent
services.dataset_build(dataset_id=Dataset.objects.get().pk)
services.leftovers_sweep()
dataset = Dataset.objects.get()
import json
keys = list(parts)
again = Dataset.objects.create(name="d", format="csv", window_start=dataset.window_start, window_end=dataset.window_end)
services.dataset_build(dataset_id=again.pk)
undisturbed = Dataset.objects.get(pk=again.pk).digest
again.delete()
services.leftovers_sweep()
sys.stdout.write(json.dumps(
    [dataset.state, dataset.error, dataset.attempts, dataset.counts, dataset.digest, undisturbed, keys]
))
"""
)


def python(code: str, state: Path) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPO / "platform_backend"),
        "DJANGO_SETTINGS_MODULE": "platform_backend.settings",
        "MICROSERVO_STATE_DIR": str(state),
    }
    command = [sys.executable, "-c", PRELUDE + code]
    return subprocess.Popen(command, env=environment, cwd=REPO, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(code: str, state: Path) -> str:
    process = python(code, state)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err.decode()
    return out.decode()


def fill(folder: Path) -> None:
    """Real segments: logs, spans and samples spread over a minute."""
    with StoreWriter(folder) as writer:
        writer.append("logs", common(LOGS) | {"level": ["INFO"] * LOGS, "message": ["m"] * LOGS} | ids(LOGS, None))
        spans = common(SPANS) | ids(SPANS, "ab") | {"duration": [5] * SPANS, "parent_span_id": [None] * SPANS}
        names = {"operation_name": ["op"] * SPANS, "kind": ["server"] * SPANS, "type": ["grpc"] * SPANS}
        writer.append("spans", spans | names | {"status_code": [0] * SPANS})
        metrics = [f"container_metric_{row % 4}" for row in range(SAMPLES)]
        values = {"metric": metrics, "labels": [""] * SAMPLES, "value": [1.5] * SAMPLES}
        writer.append("samples", common(SAMPLES) | values)


def common(rows: int) -> dict[str, list[object]]:
    times = [START + row * 60_000_000 // rows for row in range(rows)]
    return {"timestamp": times, "service": ["cartservice"] * rows, "pod": ["cartservice-0"] * rows}  # type: ignore[dict-item]


def ids(rows: int, value: str | None) -> dict[str, list[object]]:
    return {"trace_id": [value] * rows, "span_id": [value] * rows}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    fill(tmp_path / "telemetry")
    return tmp_path


def test_kill_and_resume(state: Path) -> None:
    dataset = run(CREATE.format(start=START), state)
    builder = python(BUILD_AND_HANG, state)
    try:
        assert builder.stdout is not None
        finished = json.loads(builder.stdout.readline())
        assert list((state / "datasets" / ".building").iterdir())
    finally:
        builder.kill()
        builder.communicate(timeout=20)

    ended, error, attempts, counts, digest, undisturbed, made = json.loads(run(RESUME, state))
    assert (ended, error, attempts) == ("ready", "", 2)
    assert counts["tables"] == dict(zip(TABLES, (LOGS, SPANS, SAMPLES), strict=True))
    root = state / "datasets"
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert files == [f"{dataset}/d.zip", f"{dataset}/dataset.json"]
    assert not list((root / ".building").iterdir())
    with zipfile.ZipFile(root / dataset / "d.zip") as archive:
        assert archive.testzip() is None
    assert digest.startswith("sha256:")
    assert digest == undisturbed
    assert made
    assert not set(made) & set(finished)
