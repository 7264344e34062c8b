"""A real web server on a state folder of its own, with datasets whose content is noise."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from cli.programs import programs
from platform_backend.config import config
from tests.e2e.platform_copy import free_ports

REPO: Final = Path(__file__).resolve().parents[3]
SIZE: Final = 24 << 20  # more than the socket buffers of both ends hold
MAX_UPLOAD: Final = 64 << 20
SETUP: Final = """
import json, os, sys, uuid
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from accounts.models import ApiToken
from datasets.models import Dataset
from datasets.selectors import store
call_command("migrate", verbosity=0)
user = User.objects.create_superuser("ada", password="x" * 12)
ids = []
for number in range(int(sys.argv[1])):
    dataset = Dataset.objects.create(
        name=f"noise-{number}", format="csv", window_start=0, window_end=1, state="ready", size=int(sys.argv[2]),
        digest=f"sha256:{number:064x}", created_by=user,
    )
    with store().work(dataset.pk) as work:
        result = work.path / "result"
        result.mkdir()
        (result / f"{dataset.name}.zip").write_bytes(os.urandom(int(sys.argv[2])))
        (result / "dataset.json").write_text("{}")
        store().publish(dataset.pk, result)
    ids.append(str(dataset.pk))
sys.stdout.write(json.dumps({"token": ApiToken.objects.create(user=user, name="t")[1], "ids": ids}))
"""
FINISH: Final = """
import django
django.setup()
from datasets import services
services.deletions_finish()
services.leftovers_sweep()
"""


@dataclass(slots=True)
class WebServer:
    state: Path
    port: int
    token: str
    ids: list[str]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def url(self, number: int, part: str = "/download") -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/datasets/{self.ids[number]}{part}"

    def file(self, number: int) -> Path:
        return self.state / "datasets" / self.ids[number] / f"noise-{number}.zip"

    def start(self, *, log: int | None = None) -> None:
        (command,) = (each.command for each in programs(config()) if each.name == "web")
        arguments = list(command)
        arguments[arguments.index("--bind") + 1] = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            arguments, env=environment(self.state), cwd=REPO / "platform_backend", stderr=log
        )
        self._await_answer()

    def finish_deletions(self) -> None:
        """What the worker does by the clock."""
        run(self.state, FINISH)

    def files(self) -> set[str]:
        """Of its datasets and of what is half-done."""
        root = self.state / "datasets"
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}

    def kill(self) -> None:
        """kill -9 of the server with its worker, as when the machine's memory ran out."""
        if self.process is None:
            return
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False, timeout=10
        )
        self.process.kill()
        self.process.wait(10)
        for pid in map(int, children.stdout.split()):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        self.process = None

    def _await_answer(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url(0, ""), headers=self.headers, timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise AssertionError("the web server does not answer")


def environment(state: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(REPO / "platform_backend"),
        "DJANGO_SETTINGS_MODULE": "platform_backend.settings",
        "MICROSERVO_STATE_DIR": str(state),
        "MICROSERVO_DATASETS__MAX_UPLOAD_GIGABYTES": str(MAX_UPLOAD / 1e9),
    }


def run(state: Path, code: str, *arguments: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(state),
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def server_with_datasets(state: Path, count: int) -> WebServer:
    made: dict[str, Any] = json.loads(run(state, SETUP, str(count), str(SIZE)))
    (port,) = free_ports(1)
    return WebServer(state=state, port=port, token=made["token"], ids=made["ids"])
