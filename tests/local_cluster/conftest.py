"""Parts of the local cluster on small stand-in pods, and the whole of it on the real shop."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_cluster.children import Children
from local_cluster.client import ClusterUnavailable, LocalClusterClient
from local_cluster.environment import TOKEN_VARIABLE
from local_cluster.forkserver import Spawn
from local_cluster.spawner import Spawner

REPO = Path(__file__).resolve().parents[2]
BACKEND = REPO / "platform_backend"

# A shop without trouble of its own, so that what a test sees is the fault's. test_noise.py has it with.
QUIET = {f"MICROSERVO_SHOP__NOISE__{name}": "0" for name in ("FAILURES", "SLOW", "MISTAKES", "JOBS_EVERY_S")}

# An HTTP pod with knobs: /_healthz answers 200, MEMORY_MB is allocated at start.
SLEEPER = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments):
        pass

def main():
    print("hello from", os.environ["POD_NAME"], flush=True)
    ballast = bytearray(os.urandom(1024)) * (1024 * int(os.environ.get("MEMORY_MB", "0")))
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()

if __name__ == "__main__":
    main()
"""


def run(coroutine: Coroutine[Any, Any, None], timeout: float = 60) -> None:
    """Run one asynchronous test, bounded in time."""

    async def bounded() -> None:
        async with asyncio.timeout(timeout):
            await coroutine

    asyncio.run(bounded())


async def eventually(condition: Callable[[], Any], timeout: float = 15) -> Any:
    """Wait until `condition()` (or what it awaits) is true, and return that."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)


def wait_for(condition: Callable[[], Any], timeout: float = 30) -> Any:
    """The same for synchronous tests."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)
    return value


def is_alive(pid: int) -> bool:
    """Whether a process exists and is not just a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def shop_source(tmp_path: Path) -> Path:
    """An import root with one service, `sleeper`."""
    package = tmp_path / "src" / "sleeper"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "main.py").write_text(SLEEPER)
    return tmp_path / "src"


@pytest.fixture
def spawning(tmp_path: Path, shop_source: Path) -> Callable[[], Any]:
    """A context manager: a running fork server with its children owner."""

    @asynccontextmanager
    async def running() -> AsyncIterator[tuple[Spawner, Children]]:
        children = Children()
        spawner = Spawner(
            children=children,
            socket=tmp_path / "fork.sock",
            log=tmp_path / "forkserver.log",
            preload=("http.server",),
            path=os.pathsep.join([str(shop_source), str(BACKEND)]),
        )
        await spawner.start()
        try:
            yield spawner, children
        finally:
            await spawner.stop()
            await children.stop_all()

    return running


def sleeper(tmp_path: Path, **changes: Any) -> Spawn:
    """What a pod of the service `sleeper` is born with."""
    env = {"POD_NAME": "sleeper-0", "PORT": str(free_port())}
    usual = {"name": "sleeper-0", "env": env, "log": str(tmp_path / "out"), "target": "sleeper.main:main"}
    return Spawn(**usual | changes)


@dataclass
class RunningCluster:
    """`python -m local_cluster` on its own state directory."""

    state: Path
    environment: dict[str, str]
    client: LocalClusterClient
    process: subprocess.Popen[bytes]

    @property
    def shop(self) -> str:
        return f"http://127.0.0.1:{self.environment['MICROSERVO_SHOP__PORT']}"

    @property
    def log(self) -> Path:
        return self.state / "controller.log"

    def pids(self) -> list[int]:
        """All its processes."""
        pods = [pod.pid for pod in self.client.pods()]
        return [pid for pid in pods + [process.pid for process in self.client.processes()] if pid]

    def pid_of(self, name: str) -> int:
        pid = next(process.pid for process in self.client.processes() if process.name == name)
        assert pid is not None
        return pid

    @property
    def token(self) -> str:
        """Of this start; only who owns the processes can read it."""
        environment = Path(f"/proc/{self.pid_of('collector')}/environ").read_text()
        return dict(entry.split("=", 1) for entry in environment.split("\0") if "=" in entry)[TOKEN_VARIABLE]

    def launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local_cluster"], env=self.environment, stdout=log, stderr=log
            )

    def wait_ready(self, timeout: float = 60) -> None:
        wait_for(self._is_ready, timeout)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.client.health().state == "ready"
        except ClusterUnavailable:
            return False

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextmanager
def started(state: Path, first_port: int, settings: Mapping[str, str]) -> Iterator[RunningCluster]:
    """The real shop, ready, with its own state and ports."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MICROSERVO_")}
    environment |= {
        "PYTHONPATH": str(BACKEND),
        "MICROSERVO_STATE_DIR": str(state),
        "MICROSERVO_SHOP__PORT": str(free_port()),
        "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": str(first_port),
        **settings,
    }
    running = RunningCluster(state, environment, LocalClusterClient(state / "run" / "cluster.sock"), None)  # type: ignore[arg-type]
    running.launch()
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()
        running.client.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """One for all tests of a module."""
    state = tmp_path_factory.mktemp("cluster")
    state.chmod(0o755)  # as a hand makes it, or who mounts a volume
    with started(state, 26000, QUIET) as running:
        yield running
