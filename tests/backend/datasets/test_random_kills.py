"""kill -9 of builders at random moments, again and again: in the end the dataset is what an undisturbed build makes."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from telemetry_store.writer import StoreWriter

REPO = Path(__file__).resolve().parents[3]
START = 1_718_651_400_000_000
ROWS = 500_000
BATCH = 50_000

# Builders are forked, so that each is at work at once; this process itself starts no thread.
DRIVER = """
import json, os, random, signal, sys, time
import django
django.setup()
from django.core.management import call_command
from django.db import connections
from datasets import services
from datasets.models import Dataset
from datasets.selectors import store
from datasets.services import working
from systems import adapters
from systems.adapters.fake import FakeSystemDriver
adapters.system_driver = FakeSystemDriver
working.MAX_ATTEMPTS = 1000
call_command("migrate", verbosity=0)
chance = random.Random(int(sys.argv[1]))
window = dict(window_start=int(sys.argv[2]), window_end=int(sys.argv[2]) + 60_000_000)

def builder(dataset):
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            services.dataset_build(dataset_id=dataset.pk)
        finally:
            os._exit(0)
    return pid

def ended(pid, deadline):
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return True
        time.sleep(0.01)
    return False

def kill_at_random(dataset):
    pid = builder(dataset)
    if ended(pid, time.monotonic() + chance.uniform(0.02, 0.5)):
        return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    services.leftovers_sweep()
    return True

def finish(dataset):
    assert ended(builder(dataset), time.monotonic() + 120)
    dataset.refresh_from_db()
    return dataset

kills, digests = 0, []
for name in ("csv", "parquet"):
    for disturbed in (True, False):
        dataset = Dataset.objects.create(name="d", format=name, **window)
        for _ in range(12 if disturbed else 0):
            if not kill_at_random(dataset):
                break
            kills += 1
        dataset = finish(dataset)
        digests.append([name, dataset.state, dataset.error, dataset.digest, dataset.counts["tables"], str(dataset.pk)])
services.leftovers_sweep()
sys.stdout.write(json.dumps({"kills": kills, "digests": digests}))
"""


def fill(folder: Path) -> None:
    with StoreWriter(folder) as writer:
        for first in range(0, ROWS, BATCH):
            rows = range(first, first + BATCH)
            writer.append(
                "logs",
                {
                    "timestamp": [START + row * 60_000_000 // ROWS for row in rows],
                    "service": ["cartservice"] * BATCH,
                    "pod": ["cartservice-0"] * BATCH,
                    "level": ["INFO"] * BATCH,
                    "message": [f"request {row} took {row * 7919 % 1009} ms" for row in rows],
                    "trace_id": [None] * BATCH,
                    "span_id": [None] * BATCH,
                },
            )


@pytest.mark.parametrize("seed", [4])
def test_every_row_is_there_once_whenever_builders_die(tmp_path: Path, seed: int) -> None:
    fill(tmp_path / "telemetry")
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPO / "platform_backend"),
        "DJANGO_SETTINGS_MODULE": "platform_backend.settings",
        "MICROSERVO_STATE_DIR": str(tmp_path),
    }
    command = [sys.executable, "-c", DRIVER, str(seed), str(START)]
    process = subprocess.run(
        command, env=environment, cwd=REPO, capture_output=True, text=True, timeout=280, check=False
    )
    assert process.returncode == 0, process.stderr
    answer = json.loads(process.stdout)
    print(f"{answer['kills']} builders killed")  # noqa: T201
    made = answer["digests"]
    for disturbed, undisturbed in zip(made[::2], made[1::2], strict=True):
        assert disturbed[:5] == undisturbed[:5]
        assert disturbed[1:3] == ["ready", ""]
        assert disturbed[4]["logs"] == ROWS
        first, second = ((tmp_path / "datasets" / each[5] / "d.zip").read_bytes() for each in (disturbed, undisturbed))
        assert first == second
        with zipfile.ZipFile(tmp_path / "datasets" / disturbed[5] / "d.zip") as archive:
            assert archive.testzip() is None
    assert not list((tmp_path / "datasets" / ".building").iterdir())
