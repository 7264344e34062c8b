"""A campaign over every kind of the local cluster, unattended: all recover, and the system is as it was before.

The kinds and their parameters are those of campaigns/full.yaml, one service each and shorter. And a campaign
that a restart of the platform cuts goes on where it was.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_cluster.client import LocalClusterClient
from local_cluster.faults.kinds import KINDS
from local_cluster.leftovers import leftovers, snapshot
from platform_backend.config import REPO
from tests.e2e.platform_copy import free_ports

pytestmark = pytest.mark.timeout(900)
POSSIBLE = [name for name, kind in KINDS.items() if not kind.unavailable()]  # on this machine


@dataclass(frozen=True)
class Running:
    folder: Path
    env: dict[str, str]

    def cli(self, *arguments: str, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        command = [str(REPO / "microservo"), *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=timeout, check=False)

    def client(self) -> LocalClusterClient:
        return LocalClusterClient(self.folder / "state" / "run" / "cluster.sock")

    def write(self, name: str, content: dict[str, Any]) -> str:
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(content | {"name": name}))
        return str(file)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("c")
    web, shop = free_ports(2)
    env = os.environ | {
        "MICROSERVO_STATE_DIR": str(folder / "state"),
        "MICROSERVO_WEB__PORT": str(web),
        "MICROSERVO_SHOP__PORT": str(shop),
        "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": "25500",
    }
    running = Running(folder, env)
    done = running.cli("up", "--detach")
    try:
        assert done.returncode == 0, done.stderr
        yield running
    finally:
        running.cli("down")


def one_of_each_kind() -> dict[str, Any]:
    full = yaml.safe_load((REPO / "campaigns" / "full.yaml").read_text())
    possible = [entry for entry in full["matrix"] if entry["fault"] in POSSIBLE]
    entries = {entry["fault"]: entry | {"services": entry["services"][:1]} for entry in possible}
    for entry in entries.values():
        parameters = entry.get("parameters", {})
        single = {name: value[0] if isinstance(value, list) else value for name, value in parameters.items()}
        entry["parameters"] = single
    pauses = {"normal_before": 1, "normal_after": 1, "pause_jitter": 0}
    quick = {"warm_up": 15, "duration": 5, "stop": [], "matrix": list(entries.values()), **pauses}
    return full | quick


def test_every_injection_recovers_and_nothing_is_left(platform: Running) -> None:
    file = platform.write("each-kind", one_of_each_kind())
    with closing(platform.client()) as client:
        before = snapshot(client, platform.folder / "state" / "cluster")
        done = platform.cli("campaign", "run", file, timeout=800)
        after = snapshot(client, platform.folder / "state" / "cluster")
    assert done.returncode == 0, done.stdout + done.stderr
    assert leftovers(before, after) == []
    assert f"each-kind completed: {len(POSSIBLE)} steps, all of use" in done.stdout
    for kind in POSSIBLE:
        assert re.search(rf"^{kind}\s", done.stdout, re.MULTILINE), kind


def test_goes_on_after_a_restart_of_the_platform(platform: Running) -> None:
    services = ["currencyservice", "shippingservice"]
    matrix = [{"fault": "network-delay", "services": services, "parameters": {"latency_ms": 100}}]
    # A shop that has just started on a busy machine may be slower than before: that is no matter of this test.
    content = {"warm_up": 2, "duration": 6, "cool_down": 1, "on_recovery_failed": "continue", "matrix": matrix}
    command = [str(REPO / "microservo"), "campaign", "run", platform.write("restarted", content)]
    with subprocess.Popen(
        command, env=platform.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as following:
        time.sleep(5)  # the first fault is on its way, or in force
        assert platform.cli("down").returncode == 0
        assert platform.cli("up", "--detach").returncode == 0
        out, err = following.communicate(timeout=300)
    assert "restarted completed" in out, out + err
    for service in services:
        assert re.search(rf"^network-delay\s+{service}-0\s+2", out, re.MULTILINE), out
    assert re.search(r"restarted\s+completed\s+\d/2", platform.cli("campaign", "list").stdout)
