"""Pods on stand-in programs: kept running, held down, killed for their memory, told to the mesh."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from local_cluster.pods import Pods
from local_cluster.programs import Programs
from local_cluster.topology import PortAllocator, Topology, build_topology, read_services

from .conftest import eventually, is_alive, run

VALUES = """
services:
  sleeper:
    {{image: a, protocol: http, port: 80, runtime: {runtime}, replicas: {replicas}, env: {{MEMORY_MB: "{memory}"}},
     resources: {{limits: {{cpu: "1", memory: 100Mi}}}}}}
"""


class Stage:
    """Pods with a mesh that only listens."""

    def __init__(self, pods: Pods) -> None:
        self.pods = pods
        self.published: list[Sequence[str]] = []

    @property
    def first(self) -> Any:
        return self.pods["sleeper-0"]


def _topology(tmp_path: Path, *, replicas: int = 1, memory: int = 0, runtime: str = "python") -> Topology:
    values = tmp_path / "values.yaml"
    values.write_text(VALUES.format(replicas=replicas, memory=memory, runtime=runtime))
    return build_topology(read_services(values), PortAllocator(27500))


def _programs(topology: Topology, source: Path) -> Programs:
    def no_edges(pod: str, service: str) -> int:
        raise AssertionError("nobody is called")

    return Programs(topology, no_edges, 4318, "local", source, load_rate=3, load_seed=1)


@pytest.fixture
def stage(tmp_path: Path, shop_source: Path, spawning: Callable[[], Any]) -> Callable[..., Any]:
    @asynccontextmanager
    async def running(**values: Any) -> AsyncIterator[Stage]:
        topology = _topology(tmp_path, **values)
        programs = _programs(topology, shop_source)
        async with spawning() as (spawner, _):
            published: list[Sequence[str]] = []

            async def publish(service: str, ready: Sequence[str]) -> None:
                published.append(ready)

            pods = Pods(
                topology=topology, spawner=spawner, program_of=programs.of, publish=publish, folder=tmp_path / "pods"
            )
            play = Stage(pods)
            play.published = published
            pods.start()
            try:
                yield play
            finally:
                await pods.stop()

    return running


@pytest.mark.parametrize("runtime", ["python", "python-exec"])
def test_a_killed_pod_is_restarted_and_the_mesh_is_told(stage: Callable[..., Any], runtime: str) -> None:
    async def scenario() -> None:
        async with stage(runtime=runtime) as play:
            await play.pods.wait_ready()
            before = play.first.status()
            assert (before.phase, before.ready, before.restarts) == ("Running", True, 0)
            assert before.cpu_seconds > 0
            assert before.memory_bytes > 1 << 20
            os.kill(before.pid, signal.SIGKILL)
            await eventually(lambda: play.first.restarts == 1 and play.first.is_ready.is_set())
            assert play.published == [["sleeper-0"], [], ["sleeper-0"]]
            last = play.first.status()
        assert not is_alive(last.pid)

    run(scenario())


def test_a_pod_that_is_made_anew_was_never_restarted(stage: Callable[..., Any]) -> None:
    async def scenario() -> None:
        async with stage() as play:
            await play.pods.wait_ready()
            os.kill(play.first.status().pid, signal.SIGKILL)
            await eventually(lambda: play.first.restarts == 1 and play.first.is_ready.is_set())
            before = play.first.status()
            os.kill(before.pid, signal.SIGSTOP)  # whatever state it is in
            await play.first.recreate()
            assert not is_alive(before.pid)
            await play.first.is_ready.wait()
            after = play.first.status()
            assert (after.restarts, after.phase) == (0, "Running")
            assert after.pid != before.pid
            os.kill(after.pid, signal.SIGKILL)
            await eventually(lambda: play.first.restarts == 1)

    run(scenario())


def test_a_pod_held_down_stays_down_until_released(stage: Callable[..., Any]) -> None:
    async def scenario() -> None:
        async with stage(replicas=2) as play:
            await play.pods.wait_ready()
            pid = play.first.status().pid
            await play.first.hold_down()
            assert not is_alive(pid)
            assert play.published[-1] == ["sleeper-1"]
            status = play.first.status()
            assert (status.phase, status.ready, status.pid, status.memory_bytes) == ("Failed", False, None, None)
            await play.first.hold_down()  # again: no harm
            play.first.release()
            await play.first.is_ready.wait()
            assert sorted(play.published[-1]) == ["sleeper-0", "sleeper-1"]

    run(scenario())


def test_a_pod_beyond_its_memory_limit_is_oom_killed(
    stage: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with stage(memory=150) as play:
            await eventually(lambda: play.first.restarts >= 1)

    with caplog.at_level("INFO"):
        run(scenario())
    assert "pod sleeper-0 ended: OOMKilled" in caplog.text


def test_a_stopped_pod_can_be_stopped(stage: Callable[..., Any]) -> None:
    async def scenario() -> None:
        async with stage() as play:
            await play.pods.wait_ready()
            pid = play.first.status().pid
            os.kill(pid, signal.SIGSTOP)
        assert not is_alive(pid)

    run(scenario())


def test_the_environment_of_a_pod(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    limits = "resources: {limits: {cpu: 1, memory: 1Mi}}"
    values.write_text(
        f"""
services:
  loadgenerator:
    {{image: a, protocol: "", port: 1, runtime: python-exec, replicas: 1, {limits},
     env: {{FRONTEND_ADDR: "frontend:80", OTHER: "frontend:81", PLAIN: text}}}}
  frontend: {{image: a, protocol: http, port: 80, runtime: python, replicas: 1, {limits}}}
  store: {{image: a, protocol: tcp, port: 6379, runtime: valkey, replicas: 1, secrets: [REDIS_PASSWORD], {limits}}}
"""
    )
    topology = build_topology(read_services(values), PortAllocator(27600))
    programs = Programs(topology, lambda pod, service: 4242, 4318, "node-1", tmp_path, load_rate=7.5, load_seed=3)
    pod = topology.pods["loadgenerator-0"]
    spawn = programs.of(pod, tmp_path / "log")
    expected = {
        "FRONTEND_ADDR": "127.0.0.1:4242",
        "OTHER": "frontend:81",
        "PLAIN": "text",
        "HOST": "127.0.0.1",
        "PORT": str(pod.port),
        "SERVICE_NAME": "loadgenerator",
        "POD_NAME": "loadgenerator-0",
        "NODE_NAME": "node-1",
        "LOAD_RATE": "7.5",
        "LOAD_SEED": "3",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
    }
    assert expected.items() <= spawn.env.items()
    assert programs.of(topology.pods["frontend-0"], tmp_path / "log").target == "frontend.main:main"
    assert "LOAD_RATE" not in programs.of(topology.pods["frontend-0"], tmp_path / "log").env
    store = programs.of(topology.pods["store-0"], tmp_path / "log")
    assert Path(store.argv[0]).is_file()
    assert "REDIS_PASSWORD" not in store.env

    programs.token = "secret"
    store = programs.of(topology.pods["store-0"], tmp_path / "store-0" / "log")
    assert store.env["REDIS_PASSWORD"] == store.env["CALLER_TOKEN"] == "secret"
    assert store.env["OTEL_EXPORTER_OTLP_HEADERS"] == "authorization=Bearer%20secret"
    assert "secret" not in " ".join(store.argv)
    configuration = Path(store.argv[1])
    assert configuration.read_text() == "requirepass secret\n"
    assert configuration.stat().st_mode & 0o777 == 0o600
    others = programs.of(topology.pods["frontend-0"], tmp_path / "log").env
    assert others["CALLER_TOKEN"] == "secret"
    assert "REDIS_PASSWORD" not in others
