"""Pods that come and go: each part is told, and nothing is left of what has gone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from local_cluster.cpu_quota import CpuQuota
from local_cluster.mesh import MeshError
from local_cluster.pods import Pods
from local_cluster.programs import Programs
from local_cluster.roster import Roster
from local_cluster.topology import PortAllocator, Topology, build_topology, read_services

from .conftest import is_alive, run

VALUES = """
services:
  sleeper:
    {image: a, protocol: http, port: 80, runtime: python, replicas: 2, env: {},
     resources: {limits: {cpu: "1", memory: 100Mi}}}
"""


class Mesh:
    """Only listens."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.broken = False

    async def add(self, pod: Any) -> None:
        self.told.append(("add", pod.name))
        if self.broken:
            raise MeshError("Envoy is away")

    async def remove(self, pod: str) -> None:
        self.told.append(("remove", pod))

    async def publish(self, service: str, ready: Any) -> None:
        self.told.append(("ready", ",".join(sorted(ready))))


class Files:
    """Of the supervisor of file operations."""

    def __init__(self) -> None:
        self.pods: set[str] = set()

    def expect(self, pod: str, mounts: Any) -> None:
        self.pods.add(pod)

    def forget(self, pod: str) -> None:
        self.pods.discard(pod)


class Stage:
    def __init__(self, topology: Topology, pods: Pods, folder: Path) -> None:
        self.topology, self.pods = topology, pods
        self.mesh, self.io, self.quota = Mesh(), Files(), CpuQuota(pods.cgroups())
        self.ports = PortAllocator(27700)
        self.roster = Roster(
            topology=topology,
            ports=self.ports,
            mesh=self.mesh,  # type: ignore[arg-type]
            io=self.io,  # type: ignore[arg-type]
            quota=self.quota,
            pods=pods,
            folder=folder,
        )


@pytest.fixture
def stage(tmp_path: Path, shop_source: Path, spawning: Callable[[], Any]) -> Callable[[], Any]:
    @asynccontextmanager
    async def running() -> AsyncIterator[Stage]:
        values = tmp_path / "values.yaml"
        values.write_text(VALUES)
        topology = build_topology(read_services(values), PortAllocator(27600))
        programs = Programs(topology, lambda *_: 0, 4318, "local", shop_source, load_rate=0, load_seed=1)
        async with spawning() as (spawner, _):
            mesh = Mesh()
            pods = Pods(
                topology=topology,
                spawner=spawner,
                program_of=programs.of,
                publish=mesh.publish,
                folder=tmp_path / "pods",
            )
            play = Stage(topology, pods, tmp_path / "pods")
            play.mesh.told = mesh.told
            pods.start()
            play.quota.start()
            try:
                await pods.wait_ready()
                yield play
            finally:
                play.quota.stop()
                await pods.stop()

    return running


def test_one_more_and_one_less(stage: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with stage() as play:
            play.mesh.told.clear()
            pod = await play.roster.add("sleeper")
            assert pod.spec.name == "sleeper-2"
            await pod.is_ready.wait()
            assert play.mesh.told == [("add", "sleeper-2"), ("ready", "sleeper-0,sleeper-1,sleeper-2")]
            assert play.topology.services["sleeper"].replicas == 3
            assert play.io.pods == {"sleeper-2"}
            assert len(play.quota._accounts) == 3
            pid = pod.status().pid
            play.mesh.told.clear()
            await play.roster.remove("sleeper-2")
            assert not is_alive(pid)
            assert play.mesh.told == [("ready", "sleeper-0,sleeper-1"), ("remove", "sleeper-2")]
            assert sorted(play.topology.pods) == ["sleeper-0", "sleeper-1"]
            assert play.topology.services["sleeper"].replicas == 2
            assert "sleeper-2" not in play.pods
            assert (play.io.pods, len(play.quota._accounts)) == (set(), 2)

    run(scenario())


def test_the_limits_of_a_new_pod_hold(stage: Callable[[], Any]) -> None:
    """Its memory is watched as that of the others is."""

    async def scenario() -> None:
        async with stage() as play:
            pod = await play.roster.add("sleeper")
            await pod.is_ready.wait()
            assert pod.cgroup in play.pods.watchdog._cgroups
            await play.roster.remove(pod.spec.name)
            assert pod.cgroup not in play.pods.watchdog._cgroups

    run(scenario())


def test_the_lowest_free_name_and_port_are_taken(stage: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with stage() as play:
            await play.roster.remove("sleeper-0")
            first = await play.roster.add("sleeper")
            assert first.spec.name == "sleeper-0"
            await first.is_ready.wait()
            second = await play.roster.add("sleeper")
            await play.roster.remove(second.spec.name)
            third = await play.roster.add("sleeper")
            assert third.spec == second.spec

    run(scenario())


def test_what_the_mesh_does_not_take_up_is_no_pod(stage: Callable[[], Any]) -> None:
    async def scenario() -> None:
        async with stage() as play:
            play.mesh.broken = True
            with pytest.raises(MeshError, match="Envoy is away"):
                await play.roster.add("sleeper")
            assert sorted(play.topology.pods) == ["sleeper-0", "sleeper-1"]
            assert "sleeper-2" not in play.pods
            assert play.mesh.told[-1] == ("remove", "sleeper-2")

    run(scenario())
