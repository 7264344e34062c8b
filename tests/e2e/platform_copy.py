"""A copy of the platform as a user runs it, with a state folder and ports of its own."""

import os
import random
import re
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from cli.instance import Instance
from platform_backend.config import REPO


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of the platform with a state folder and ports of its own."""

    state: Path
    web_port: int
    shop_port: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MICROSERVO_STATE_DIR": str(self.state),
            "MICROSERVO_WEB__PORT": str(self.web_port),
            "MICROSERVO_SHOP__PORT": str(self.shop_port),
            "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": str(random.randrange(24000, 31000)),
        }

    def command(self, *arguments: str) -> list[str]:
        # The same interpreter as the tests': what the entry script does first has tests of its own.
        return [str(REPO / ".venv" / "bin" / "python"), "-m", "cli", *arguments]

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = self.environment | {"PYTHONPATH": str(REPO / "platform_backend")} | variables
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=150, env=environment)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        environment = self.environment | {"PYTHONPATH": str(REPO / "platform_backend")}
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )

    @property
    def instance(self) -> Instance:
        return Instance(self.state, self.state / "run", self.state / "logs")

    def processes(self) -> list[psutil.Process]:
        """All of it: those that carry its mark, and whatever descends from them."""
        marked = self.instance.processes()
        return [*{process: None for each in marked for process in (each, *each.children(recursive=True))}]

    def pid(self, name: str) -> int:
        match = re.search(rf"^{re.escape(name)} +running +(\d+) ", self.run("status").stdout, re.MULTILINE)
        assert match, f"{name} is not running"
        return int(match[1])


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def left_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a dead one that nobody has waited for yet is no process left."""
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def wait_for(condition: Callable[[], object], what: str, timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        time.sleep(0.2)
