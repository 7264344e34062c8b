"""The disk of the state folder fills up while faults are active: afterwards all is as after a crash."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.parts import parts
from local_cluster.client import LocalClusterClient
from tests.e2e.platform_copy import Copy, free_ports, wait_for
from tests.full_disk import SmallDisk, small_disk

pytestmark = pytest.mark.timeout(240)

DURATION_S = 14.0
# Of each way in which faults act: the wire, Envoy's files, a pod that is started again, processes.
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "currencyservice-0": ("network-delay", {"latency_ms": 200}),
    "shippingservice-0": ("http-abort", {"status": 14}),
    "adservice-0": ("pod-failure", {}),
    "emailservice-0": ("cpu-stress", {"workers": 1}),
}
KILLED = ("web", "worker", "beat")


@dataclass(frozen=True)
class Platform:
    copy: Copy
    disk: SmallDisk

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        token = (self.copy.state / "secrets" / "cli_token").read_text().strip()
        url = f"http://127.0.0.1:{self.copy.web_port}/api/v1{path}"
        return httpx.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def inject(self, pod: str) -> httpx.Response:
        kind, parameters = FAULTS[pod]
        body = {"kind": kind, "pods": [pod], "parameters": parameters, "duration_s": DURATION_S}
        return self.ask("POST", "/faults/injections", body | {"allow_last_replica": True})

    def injection(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/faults/injections/{identity}").json()
        return found

    def state(self, identity: str) -> str:
        return str(self.injection(identity).get("state"))

    def answers(self) -> int:
        """The status of the platform's health; 0 without any."""
        try:
            return self.ask("GET", "/health").status_code
        except httpx.HTTPError:
            return 0

    def pids(self) -> dict[str, int | None]:
        return {part.name: part.pid for part in parts(self.copy.instance) if part.state == "RUNNING"}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with small_disk(tmp_path / "ms", 640) as disk:
        copy = Copy(tmp_path / "ms", *free_ports(2))
        up = copy.run("up", "--detach")
        try:
            assert up.returncode == 0, up.stderr
            yield Platform(copy, disk)
        finally:
            copy.run("down")


def test_a_full_disk_is_as_a_crash(platform: Platform, tmp_path: Path) -> None:
    injections = [platform.inject(pod).json()["id"] for pod in FAULTS]
    wait_for(lambda: all(platform.injection(each)["labels"] for each in injections), "all faults have begun")
    manager = platform.copy.instance.manager_pid()
    with platform.disk.kept_full():
        _while_it_is_full(platform)
    freed_us = time.time() * 1e6

    wait_for(lambda: platform.copy.run("status").returncode == 0, "all parts run again", timeout=60)
    assert platform.copy.instance.manager_pid() == manager
    wait_for(lambda: all(platform.state(each) == "recovered" for each in injections), "all are over", timeout=60)
    for each in injections:
        (label,) = platform.injection(each)["labels"]
        assert label["end_reason"] == "deadline"
        assert (label["end"] - label["start"]) / 1e6 > DURATION_S - 1  # counted from the order, not from its effect
        assert label["end"] < freed_us, "it ended in time, and not when there was room for its end"

    again = platform.inject("currencyservice-0")
    assert again.status_code == 201, again.text
    wait_for(lambda: platform.state(again.json()["id"]) == "recovered", "a new one works", timeout=60)
    _nothing_is_half_made(platform.copy, tmp_path)


def _while_it_is_full(platform: Platform) -> None:
    """The parts that die come back, the faults end, and who asks is answered in words."""
    assert platform.disk.left == 0
    before = platform.pids()
    for name in KILLED:
        os.kill(before[name] or 0, signal.SIGKILL)
    with closing(LocalClusterClient(platform.copy.state / "run" / "cluster.sock")) as cluster:
        assert any(fault.state == "active" for fault in cluster.faults())
        wait_for(lambda: all(fault.state == "ended" for fault in cluster.faults()), "the faults end")
    # Beat can't live without its database: it comes and goes.
    lasting = [name for name in KILLED if name != "beat"]
    wait_for(lambda: all(platform.pids().get(name, before[name]) != before[name] for name in lasting), "parts return")
    wait_for(lambda: platform.answers() in (200, 507), "the platform answers")
    refused = platform.inject("currencyservice-0")
    assert refused.status_code in (503, 507), refused.text
    assert "full" in refused.json()["detail"] or "No space left" in refused.json()["detail"]


def _nothing_is_half_made(copy: Copy, folder: Path) -> None:
    built = copy.run("dataset", "build", "--last", "3m")
    assert built.returncode == 0, built.stderr
    dataset = built.stdout.split()[0]
    wait_for(lambda: copy.run("dataset", "export", dataset, "--out", str(folder / "out")).returncode == 0, "a dataset")
    with closing(sqlite3.connect(copy.state / "microservo.sqlite3")) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    records = [json.loads(path.read_text()) for path in (copy.state / "cluster" / "faults").glob("*.json")]
    assert {record["state"] for record in records} == {"ended"}
    assert not [path for path in copy.state.rglob("*") if path.name.startswith(".tmp-") or path.suffix == ".bad"]
    gaps = [json.loads(line) for line in (copy.state / "telemetry" / "gaps.jsonl").read_text().splitlines()]
    assert {gap["table"] for gap in gaps} >= {"samples", "spans", "logs"}
