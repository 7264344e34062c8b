"""Which pods there are: takes in new ones and lets others go, each part told in the order that keeps calls whole."""

import asyncio
from dataclasses import replace
from pathlib import Path

from local_cluster.cpu_quota import CpuQuota
from local_cluster.file_io.supervisor import IoSupervisor
from local_cluster.mesh import Mesh, MeshError
from local_cluster.pods import Pod, Pods
from local_cluster.topology import PodSpec, PortAllocator, Topology
from local_cluster.volumes import mounts


class Roster:
    """One change at a time. Names are <service>-<the lowest free index>."""

    def __init__(
        self,
        *,
        topology: Topology,
        ports: PortAllocator,
        mesh: Mesh,
        io: IoSupervisor,
        quota: CpuQuota,
        pods: Pods,
        folder: Path,
    ) -> None:
        self._topology, self._ports, self._mesh = topology, ports, mesh
        self._io, self._quota, self._pods, self._folder = io, quota, pods, folder
        self._changing = asyncio.Lock()

    async def add(self, service: str) -> Pod:
        """One more pod, which is being started. Raises MeshError, TopologyError, and then there is none."""
        async with self._changing:
            spec = PodSpec(self._free_name(service), self._topology.services[service], self._ports.allocate())
            self._topology.pods[spec.name] = spec
            try:
                await self._mesh.add(spec)
            except MeshError:
                del self._topology.pods[spec.name]
                self._ports.give_back([spec.port])
                await self._mesh.remove(spec.name)
                raise
            self._io.expect(spec.name, mounts(spec, self._folder))
            pod = self._pods.add(spec)
            self._quota.watch(pod.cgroup)
            self._count(service)
            return pod

    async def remove(self, name: str) -> int:
        """One pod less, without a call lost; the time at which it was dead. Raises MeshError."""
        async with self._changing:
            pod = self._pods[name]
            ended_us = await self._pods.remove(name)
            self._quota.forget(pod.cgroup)
            spec = self._topology.pods.pop(name)
            self._count(spec.service.name)
            self._io.forget(name)
            await self._mesh.remove(name)
            self._ports.give_back([spec.port])
            return ended_us

    def _count(self, service: str) -> None:
        """As many replicas as there are pods."""
        replicas = len(self._topology.pods_of(service))
        self._topology.services[service] = replace(self._topology.services[service], replicas=replicas)

    def _free_name(self, service: str) -> str:
        taken = {pod.name for pod in self._topology.pods_of(service)}
        return next(name for index in range(len(taken) + 1) if (name := f"{service}-{index}") not in taken)
