"""The controller: brings the shop up in order, keeps it, and takes it down."""

import asyncio
import fcntl
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final, Literal

from local_cluster import without
from local_cluster.children import ChildInfo, Children
from local_cluster.cpu_quota import CpuQuota
from local_cluster.environment import TOKEN_VARIABLE
from local_cluster.events.base import Stage
from local_cluster.events.engine import EventEngine
from local_cluster.events.record import EventRecord
from local_cluster.faults import workers
from local_cluster.faults.base import FaultContext, Refused
from local_cluster.faults.block import Block
from local_cluster.faults.engine import FaultEngine
from local_cluster.faults.journal import Journal
from local_cluster.file_io import filter as file_filter
from local_cluster.file_io.supervisor import IoSupervisor
from local_cluster.journal import RecordJournal
from local_cluster.linux import now_us
from local_cluster.load import Load
from local_cluster.mesh import Mesh
from local_cluster.pods import Pods
from local_cluster.programs import Programs
from local_cluster.roster import Roster
from local_cluster.settings import Settings
from local_cluster.spawner import Spawner
from local_cluster.topology import HOST, PortAllocator, Topology, build_topology, read_services
from local_cluster.volumes import mounts

logger = logging.getLogger(__name__)

PRELOAD: Final = ("shoplib.preload", *workers.MODULES)
COLLECTOR: Final = "collector"
TOKEN_BYTES: Final = 24


class AlreadyRunning(Exception):
    """Another controller runs on the same directory."""


class Controller:
    """Owns every part. `start` returns when all are started; the shop becomes ready after that."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state: Literal["starting", "ready"] = "starting"
        self.since_us = self._started_us = now_us()  # of this state; of this process
        self._lock = _lock_directory(settings.directory)
        self._ports = ports = PortAllocator(settings.first_port)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.topology: Topology = build_topology(read_services(settings.values), ports)
        self._otlp_port = ports.allocate()
        self._token = token  # of this start; children get it by their environment, which no other user can see
        self._children = Children()
        self._journal = Journal(settings.directory / "faults")
        self._spawner = Spawner(
            children=self._children,
            socket=settings.run_dir / "fork.sock",
            log=settings.logs_dir / "forkserver.log",
            preload=PRELOAD,
            path=os.pathsep.join([str(settings.shop_source), str(settings.backend_source)]),
        )
        self._mesh = Mesh(
            topology=self.topology,
            ports=ports,
            directory=settings.directory / "mesh",
            run_dir=settings.run_dir,
            children=self._children,
            shop_address=settings.shop_address,
            token=token,
        )
        io_socket = settings.run_dir / "io.sock"
        self.io = IoSupervisor(
            io_socket, {pod.name: mounts(pod, settings.pods_dir) for pod in self.topology.pods.values()}
        )
        programs = Programs(
            topology=self.topology,
            edge_port=self._mesh.edge_port,
            otlp_port=self._otlp_port,
            node=settings.node,
            source=settings.shop_source,
            load_rate=0.0,
            load_seed=settings.load_seed,
            noise=settings.noise,
            load_shape=settings.load_shape,
            token=token,
            io_socket="" if file_filter.why_not() else str(io_socket),
        )
        self.pods = Pods(
            topology=self.topology,
            spawner=self._spawner,
            program_of=programs.of,
            publish=self._mesh.set_endpoints,
            folder=settings.pods_dir,
            token=token,
        )
        self.load = Load(rate=settings.load_rate, pods=self.pods, programs=programs)
        self._quota = CpuQuota(self.pods.cgroups(), on_period=self._journal.beat)
        self.roster = Roster(
            topology=self.topology,
            ports=ports,
            mesh=self._mesh,
            io=self.io,
            quota=self._quota,
            pods=self.pods,
            folder=settings.pods_dir,
        )
        context = FaultContext(self.topology, self.pods, self._mesh, self._spawner, self.io)
        self.faults = FaultEngine(context, self._journal)
        stage = Stage(self.topology, self.pods, self.roster, self.load, programs, self._spawner)
        self.events = EventEngine(
            stage,
            RecordJournal(settings.directory / "events", EventRecord, self._journal.heartbeat_path),
            refuse_blocked=self.faults.refuse_blocked,
            refuse_faulty=self.faults.refuse_busy,
        )
        self.faults.refuse_others = self.events.refuse_busy
        self._warm_up: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.io.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start_collector())
            group.create_task(self._spawner.start())
            group.create_task(self._mesh.start())
        self._quota.start()
        self.pods.start()
        self._warm_up = asyncio.create_task(self._become_ready(), name="warm-up")

    async def stop(self) -> None:
        """Ends every process and fault; safe after a start that failed half way."""
        if self._warm_up is not None:
            self._warm_up.cancel()
        await self.events.stop()
        await self.faults.stop()
        self._quota.stop()
        await self.pods.stop()
        self.faults.close_open()
        self.io.stop()
        await self._mesh.stop()
        await self._spawner.stop()
        await self._children.stop_all()
        self._ports.close()
        self._lock.close()

    def processes(self) -> Sequence[ChildInfo]:
        return [ChildInfo("controller", os.getpid(), 0, self._started_us), *self._children.processes()]

    def cgroups(self) -> dict[str, dict[str, Any]]:
        """What the collector turns into container metrics."""
        return {
            pod.spec.name: {
                "service": pod.spec.service.name,
                "pids": list(pod.cgroup.pids),
                "born_with": pod.cgroup.workers_born_with(),
                "cpu_limit": pod.cgroup.cpu_limit,
                "memory_limit": pod.cgroup.memory_limit,
                "cfs_periods": pod.cgroup.periods,
                "cfs_throttled_periods": pod.cgroup.throttled_periods,
                "cfs_throttled_us": pod.cgroup.throttled_us,
                "restarts": pod.restarts,
                "ready": pod.is_ready.is_set(),
                "has_volume": bool(pod.spec.service.volumes),
            }
            for pod in self.pods
        }

    def block(self, block: Block) -> None:
        """The emergency stop: nothing that is done to the shop goes on, and nothing begins."""
        self.faults.set_block(block)
        self.events.end_all()

    async def recreate(self, pod: str) -> None:
        """Raises Refused for a pod that there is not, or that has a fault: its end is the fault's to measure."""
        if pod not in self.pods:
            raise Refused(404, f"no pod is called {pod!r}")
        self.faults.refuse_busy([pod])
        self.events.refuse_busy([pod])
        await self.pods[pod].recreate()

    async def _become_ready(self) -> None:
        await self.pods.wait_ready()
        while not await self.load.begin():
            await asyncio.sleep(1)
        self.state, self.since_us = "ready", now_us()
        logger.info("the shop is ready at http://%s:%d", *self.settings.shop_address)

    async def _start_collector(self) -> None:
        settings = self.settings
        argv = [
            *(sys.executable, *without.COLLECTOR),
            *("--directory", str(settings.telemetry_dir)),
            *("--pods", str(settings.pods_dir)),
            *("--port", str(self._otlp_port)),
            *("--envoy-admin", str(self._mesh.envoy_admin)),
            *("--control", str(settings.socket)),
            *("--node", settings.node),
            *("--interval", str(settings.sample_interval_s)),
            *("--retention-hours", str(settings.retention_hours)),
            *("--retention-gb", str(settings.retention_gb)),
        ]
        # Arrow's own allocator reserves and keeps 7 MB, and that once it is loaded, whichever is used later.
        env = {**os.environ, "PYTHONPATH": str(settings.backend_source), "ARROW_DEFAULT_MEMORY_POOL": "system"}
        env[TOKEN_VARIABLE] = self._token
        log = settings.logs_dir / "collector.log"
        await self._children.start(COLLECTOR, argv, env=env, log=log, ready=self._collector_answers)

    async def _collector_answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(HOST, self._otlp_port)
        except OSError:
            return False
        writer.close()
        return True


def _lock_directory(directory: Path) -> IO[str]:
    """Hold the returned file: the lock lasts as long as it is open. Raises AlreadyRunning."""
    directory.mkdir(parents=True, exist_ok=True)
    lock = (directory / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunning(f"{directory}: another local cluster runs here; stop it first") from None
    return lock
