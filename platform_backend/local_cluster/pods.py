"""The pods: each is kept running, watched for readiness, and can be held down."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from local_cluster import probes
from local_cluster.backoff import Backoff
from local_cluster.cgroups import Cgroup
from local_cluster.forkserver import Spawn
from local_cluster.linux import describe_exit, now_us
from local_cluster.memory_watchdog import MemoryWatchdog
from local_cluster.spawner import Spawner, SpawnFailed
from local_cluster.topology import PASSWORD, PodSpec, Topology
from local_cluster.volumes import empty, mounts

logger = logging.getLogger(__name__)

STARTING_PROBE_INTERVAL: Final = 0.15
PROBE_INTERVAL: Final = 5.0
# Kubernetes' failureThreshold: one slow answer doesn't take a pod out of service.
FAILURES_UNTIL_UNREADY: Final = 3
STOP_GRACE: Final = 3.0
# What was sent to a pod before its callers knew that it leaves has reached it by then.
LAST_CALLS: Final = 0.2
# Kubernetes limits from the first instruction; ours begin when the pod is ready, at the latest after this, because
# the forking and importing that we do in the pod's name is not the service's own work.
STARTUP_ALLOWANCE: Final = 20.0
SPAWN_RETRY: Final = 0.2
OOM_KILLED: Final = "OOMKilled"

Phase = Literal["Pending", "Running", "Failed"]
ProgramOf = Callable[[PodSpec, Path], Spawn]
Publish = Callable[[str, Sequence[str]], Awaitable[None]]
Ended = Callable[[str, int, str], None]


@dataclass(frozen=True, slots=True)
class PodStatus:
    name: str
    service: str
    phase: Phase
    ready: bool
    restarts: int
    started_us: int | None
    pid: int | None
    cpu_limit: float
    memory_limit: int
    cpu_seconds: float | None
    memory_bytes: int | None
    version: str  # of its service; empty while it was never started


class Pod:
    """One pod. `run` is its life: start, probe, await the end, start again."""

    def __init__(self, spec: PodSpec, folder: Path, *, owner: "Pods") -> None:
        self.spec = spec
        self.cgroup = Cgroup(spec.name, spec.service.name, spec.service.cpu_limit, spec.service.memory_limit)
        self.restarts = 0
        self.started_us: int | None = None
        self.version = ""
        self.is_ready = asyncio.Event()
        self._owner = owner
        self.log = folder / spec.name / "stdout.log"
        self._mounts = mounts(spec, folder)
        self._allowed = asyncio.Event()
        self._allowed.set()
        self._ended = asyncio.Event()
        self._ended.set()
        self._ended_us = 0
        self._ended_why = ""
        self._terminating = False
        self._is_new = False
        self._backoff = Backoff()

    @property
    def running(self) -> bool:
        return bool(self.cgroup.leader)

    def status(self) -> PodStatus:
        service, running = self.spec.service, self.running
        return PodStatus(
            name=self.spec.name,
            service=service.name,
            phase=self._phase(),
            ready=self.is_ready.is_set(),
            restarts=self.restarts,
            started_us=self.started_us if running else None,
            pid=self.cgroup.leader or None,
            cpu_limit=service.cpu_limit,
            memory_limit=service.memory_limit,
            cpu_seconds=self.cgroup.cpu() if running else None,
            memory_bytes=self.cgroup.memory() if running else None,
            version=self.version,
        )

    def _phase(self) -> Phase:
        if self.running:
            return "Running"
        return "Pending" if self.started_us is None else "Failed"

    def end_since(self, us: int) -> str:
        """Why its process ended at or after that time; empty when it did not."""
        return self._ended_why if self._ended_us >= us else ""

    async def run(self) -> None:
        while True:
            await self._allowed.wait()
            began = time.monotonic()
            if not await self._start():
                await asyncio.sleep(SPAWN_RETRY)
                continue
            async with _cancelled_at_end(self._probe(), name=f"probe-{self.spec.name}"):
                await self._ended.wait()
            await self._set_ready(ready=False)
            await self._pause(self._backoff.delay_after(time.monotonic() - began))

    async def _pause(self, delay: float) -> None:
        """Wait out the back-off; a pod that is held down comes back without it."""
        until = time.monotonic() + delay
        while self._allowed.is_set() and (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, STARTING_PROBE_INTERVAL))

    async def _start(self) -> bool:
        self._ended.clear()
        self._terminating = False
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            empty(self._mounts)
            spawn = self._owner.program_of(self.spec, self.log)
            pid = await self._owner.spawner.spawn(spawn, self._on_exit)
        except (SpawnFailed, OSError) as error:
            self._ended.set()
            logger.warning("pod %s: can't be started: %s", self.spec.name, error or "the fork server is silent")
            return False
        self.restarts = 0 if self.started_us is None or self._is_new else self.restarts + 1
        self._is_new = False
        self.started_us = now_us()
        self.version = spawn.env.get("SERVICE_VERSION", "")
        if self._ended.is_set():
            return True  # it ended while its start was being reported
        self.cgroup.enter(pid)
        logger.info("pod %s started, pid %d", self.spec.name, pid)
        if not self._allowed.is_set():
            self.cgroup.signal(signal.SIGKILL, leader=pid)  # held down while it was being forked
        return True

    def _on_exit(self, status: int) -> None:
        leader = self.cgroup.leader
        self.cgroup.signal(signal.SIGKILL, leader=leader)  # stress workers, children of its own
        self.cgroup.leave()
        self._ended_us = now_us()
        self._ended.set()
        self._ended_why = reason = OOM_KILLED if self._owner.watchdog.was_killed(leader) else describe_exit(status)
        logger.log(self._owner.exit_level, "pod %s ended: %s", self.spec.name, reason)
        self._owner.pod_ended(self.spec.name, self._ended_us, reason)

    async def _probe(self) -> None:
        started, failures = time.monotonic(), 0
        while True:
            if await probes.is_ready(self.spec, self._owner.token):
                failures = 0
                self.cgroup.unlimited = False
                await self._set_ready(ready=True)
            else:
                failures += 1
                if failures >= FAILURES_UNTIL_UNREADY:
                    await self._set_ready(ready=False)
            if time.monotonic() - started > STARTUP_ALLOWANCE:
                self.cgroup.unlimited = False
            await asyncio.sleep(PROBE_INTERVAL if self.is_ready.is_set() else STARTING_PROBE_INTERVAL)

    async def _set_ready(self, *, ready: bool) -> None:
        if ready == self.is_ready.is_set() or (ready and (self._terminating or self._ended.is_set())):
            return
        if ready:
            self.is_ready.set()
        else:
            self.is_ready.clear()
        logger.info("pod %s is %s", self.spec.name, "ready" if ready else "not ready")
        await self._owner.publish(self.spec.service.name)

    async def hold_down(self) -> int:
        """Kill the pod and keep it from starting until `release`; the time at which its process was dead."""
        self._allowed.clear()
        was_running = not self._ended.is_set()
        self.cgroup.signal(signal.SIGKILL, leader=self.cgroup.leader)
        await self._ended.wait()
        ended_us = self._ended_us if was_running else now_us()
        await self._set_ready(ready=False)
        return ended_us

    async def kill(self, *, grace_s: float = 0.0) -> int:
        """End the pod's process, which is then started again at once; the time at which it was dead.

        With a grace period it is taken out of service and asked to stop first. A caller that does not wait for the
        end of that period ends it.
        """
        leader = self.cgroup.leader
        self._backoff.failures = 0  # this death is not the program's own
        try:
            if grace_s:
                await self._ask_to_stop(leader, grace_s)
        finally:
            self.cgroup.signal(signal.SIGKILL, leader=leader)
        await self._ended.wait()
        ended_us = self._ended_us
        await self._set_ready(ready=False)
        return ended_us

    async def recreate(self) -> int:
        """Have another pod in its place, which was never restarted; the time at which the old one was dead."""
        self._is_new = True
        return await self._leave()

    async def retire(self) -> int:
        """End it for good, without a call lost; the time at which it was dead."""
        self._allowed.clear()
        return await self._leave()

    async def _leave(self) -> int:
        """First nothing new comes, then what has come is done, then it ends."""
        leader = self.cgroup.leader
        self._backoff.failures = 0
        self._terminating = True
        await self._set_ready(ready=False)
        await asyncio.sleep(LAST_CALLS)
        self.cgroup.signal(signal.SIGTERM, leader=leader)
        self.cgroup.signal(signal.SIGCONT, leader=leader)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), STOP_GRACE)
        self.cgroup.signal(signal.SIGKILL, leader=leader)
        await self._ended.wait()
        return self._ended_us

    async def _ask_to_stop(self, leader: int, grace_s: float) -> None:
        self._terminating = True
        self.cgroup.signal(signal.SIGTERM, leader=leader)
        await self._set_ready(ready=False)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), grace_s)

    def release(self) -> None:
        self._backoff.failures = 0
        self._allowed.set()

    async def stop(self) -> None:
        """End it for good: politely first, the whole process group."""
        self._allowed.clear()
        leader = self.cgroup.leader
        self.cgroup.signal(signal.SIGTERM, leader=leader)
        self.cgroup.signal(signal.SIGCONT, leader=leader)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), STOP_GRACE)
        self.cgroup.signal(signal.SIGKILL, leader=leader)


class Pods:
    """All pods of the topology."""

    def __init__(
        self,
        *,
        topology: Topology,
        spawner: Spawner,
        program_of: ProgramOf,
        publish: Publish,
        folder: Path,
        token: str = "",
    ) -> None:
        self.token = token
        self.spawner = spawner
        self.program_of = program_of
        self.exit_level = logging.WARNING
        self._publish = publish
        self._publishing = {name: asyncio.Lock() for name in topology.services}
        self._listeners: list[Ended] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._folder = folder
        self._pods = {spec.name: Pod(spec, folder, owner=self) for spec in topology.pods.values()}
        self.watchdog = MemoryWatchdog(self.cgroups())

    def __getitem__(self, name: str) -> Pod:
        return self._pods[name]

    def __contains__(self, name: object) -> bool:
        return name in self._pods

    def __iter__(self) -> Iterator[Pod]:
        return iter(list(self._pods.values()))

    def cgroups(self) -> list[Cgroup]:
        return [pod.cgroup for pod in self._pods.values()]

    def password_of(self, spec: PodSpec) -> str:
        """What a store asks for; empty: nothing."""
        return self.token if PASSWORD in spec.service.secrets else ""

    def of_service(self, service: str) -> list[Pod]:
        return [pod for pod in self._pods.values() if pod.spec.service.name == service]

    def on_end(self, listener: Ended) -> None:
        """Have `listener` called with (pod, time, why) whenever a pod's process ends."""
        self._listeners.append(listener)

    def pod_ended(self, pod: str, at_us: int, why: str) -> None:
        for listener in self._listeners:
            listener(pod, at_us, why)

    async def publish(self, service: str) -> None:
        """Tell the mesh which pods of a service are ready. The last call's knowledge wins."""
        async with self._publishing[service]:
            ready = [pod.spec.name for pod in self.of_service(service) if pod.is_ready.is_set()]
            await self._publish(service, ready)

    def start(self) -> None:
        for pod in self._pods.values():
            self._begin(pod)
        self.watchdog.start()

    def _begin(self, pod: Pod) -> None:
        task = self._tasks[pod.spec.name] = asyncio.create_task(pod.run(), name=f"pod-{pod.spec.name}")
        task.add_done_callback(_report_crash)

    def add(self, spec: PodSpec) -> Pod:
        """One more, which is started at once."""
        pod = self._pods[spec.name] = Pod(spec, self._folder, owner=self)
        self.watchdog.watch(pod.cgroup)
        self._begin(pod)
        return pod

    async def remove(self, name: str) -> int:
        """One less; the time at which it was dead."""
        pod = self._pods[name]
        ended_us = await pod.retire()
        self._tasks[name].cancel()
        await asyncio.gather(self._tasks.pop(name), return_exceptions=True)
        self.watchdog.forget(pod.cgroup)
        del self._pods[name]
        return ended_us

    async def wait_ready(self) -> None:
        await asyncio.gather(*(pod.is_ready.wait() for pod in self._pods.values()))

    async def stop(self) -> None:
        self.exit_level = logging.INFO
        self.watchdog.stop()
        await asyncio.gather(*(pod.stop() for pod in self._pods.values()))
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


@contextlib.asynccontextmanager
async def _cancelled_at_end(coroutine: Coroutine[None, None, None], *, name: str) -> AsyncIterator[None]:
    task = asyncio.create_task(coroutine, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _report_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("%s crashed; this pod is no longer looked after", task.get_name(), exc_info=error)
