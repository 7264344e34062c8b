"""The real local cluster, started once for all contract tests that need it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cluster.client import ClusterUnavailable, LocalClusterClient
from platform_backend.config import REPO

READY_WITHIN_S = 90
STOPS_WITHIN_S = 30


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(state: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MICROSERVO_")}
    return kept | {
        "PYTHONPATH": str(REPO / "platform_backend"),
        "MICROSERVO_STATE_DIR": state,
        "MICROSERVO_SHOP__PORT": str(_free_port()),
        "MICROSERVO_SHOP__LOAD_RATE": "1",
        "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": "28500",
    }


def _wait_ready(process: subprocess.Popen[bytes], client: LocalClusterClient, log: Path) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            if client.health().state == "ready":
                return
        except ClusterUnavailable:
            pass
        time.sleep(0.2)
    pytest.fail(f"the local cluster was not ready within {READY_WITHIN_S} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalClusterClient]:
    with tempfile.TemporaryDirectory(prefix="ms-contract-", ignore_cleanup_errors=True) as state:
        log = Path(state) / "controller.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "local_cluster"], env=_environment(state), stdout=output, stderr=output
            )
        client = LocalClusterClient(Path(state) / "run" / "cluster.sock")
        try:
            _wait_ready(process, client, log)
            yield client
        finally:
            client.close()
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
