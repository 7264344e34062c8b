"""cache-flush and backup: what is done to a store that is well."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

from local_cluster.events.base import EventKind, Happening, Stage
from local_cluster.faults.base import NotYet, Parameters
from local_cluster.forkserver import Spawn
from local_cluster.linux import describe_exit, send_signal
from local_cluster.pods import Pod
from local_cluster.resp import StoreError, command
from local_cluster.spawner import SpawnFailed
from local_cluster.topology import ServiceSpec
from local_cluster.volumes import mounts

JOB: Final = "local_cluster.backup_job:main"
ENDS_WITHIN: Final = 5.0


class CacheFlush(EventKind):
    """All that the store holds is gone; it goes on without."""

    name: ClassVar[str] = "cache-flush"

    def unfit(self, stage: Stage, service: ServiceSpec, parameters: Parameters) -> str:
        return "" if service.runtime == "valkey" else f"service: {service.name} is no store; redis-cart is"

    async def run(self, stage: Stage, it: Happening, parameters: Parameters) -> None:
        keys = 0
        for pod in stage.pods_of(it.record.service):
            password = stage.pods.password_of(pod.spec)
            try:
                keys += int(await command(pod.spec.port, "DBSIZE", password=password))
                with it.on(pod.spec.name):
                    await command(pod.spec.port, "FLUSHALL", password=password)
            except StoreError as error:
                raise NotYet(f"{pod.spec.name}: {error}") from None
        it.record.detail = {"keys": keys}


class Backup(EventKind):
    """Reads, packs, writes and verifies what is in the volumes, again and again, by the pod's own means."""

    name: ClassVar[str] = "backup"
    lasts: ClassVar[bool] = True

    def unfit(self, stage: Stage, service: ServiceSpec, parameters: Parameters) -> str:
        return "" if service.volumes else f"service: pods of {service.name} have no volume"

    async def run(self, stage: Stage, it: Happening, parameters: Parameters) -> None:
        for pod in stage.pods_of(it.record.service):
            with it.on(pod.spec.name):
                await _Job(stage, pod).run(it)


class _Job:
    """A process in the pod's group: its CPU time and its reads and writes are the pod's."""

    def __init__(self, stage: Stage, pod: Pod) -> None:
        self._stage, self._pod = stage, pod
        self._status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def run(self, it: Happening) -> None:
        """Raises NotYet."""
        pid = await self._start(it.record.duration_s)
        ending = asyncio.ensure_future(it.ending.wait())
        waits: list[asyncio.Future[Any]] = [self._status, ending]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            if not self._status.done():
                await self._stop(pid)
            self._pod.cgroup.remove_worker(pid)
        if not it.ending.is_set() and (status := self._status.result()):
            raise NotYet(f"the backup in {self._pod.spec.name} ended: {describe_exit(status)}")

    async def _start(self, seconds: float) -> int:
        cgroup = self._pod.cgroup
        folder = self._pod.log.parent
        sources: Sequence[Path] = list(mounts(self._pod.spec, folder.parent).values())
        env = {"SOURCES": ":".join(map(str, sources)), "INTO": str(folder / "backup"), "SECONDS": str(seconds)}
        spawn = Spawn(f"backup-{cgroup.pod}", env, log=str(self._pod.log), group=cgroup.leader, target=JOB)
        if not cgroup.leader:
            raise NotYet(f"{cgroup.pod} does not run")
        try:
            pid = await self._stage.spawner.spawn(spawn, self._ended)
        except (SpawnFailed, TimeoutError) as error:
            raise NotYet(f"no backup of {cgroup.pod}: {error or 'the fork server is silent'}") from None
        cgroup.add_worker(pid, self._stage.spawner.born_with(pid))
        return pid

    async def _stop(self, pid: int) -> None:
        send_signal(pid, signal.SIGKILL)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._status), ENDS_WITHIN)

    def _ended(self, status: int) -> None:
        if not self._status.done():
            self._status.set_result(status)
