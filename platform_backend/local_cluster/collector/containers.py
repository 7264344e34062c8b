"""container_* and kube_* samples: what cAdvisor and kube-state-metrics would say of the local cluster's pods.

Counters begin at zero with each run of a pod's main process. Within a run they never fall: what a stress process
had used stays counted after it has gone. That remainder can't be read from /proc again, so it is kept as
`checkpoint`, which the collector stores with the samples.

Memory is resident memory, since a process without a control group has no page cache of its own. A forked pod shares
pages with the fork server, some 45 MB of the interpreter and its modules: in `usage` and `working_set` they count in
full, as a pod with an interpreter of its own would have them; `rss` has what the pod shares with nobody, as a control
group would charge it. Of stress processes only the anonymous memory counts that they took since their birth.

What storage read and wrote is told of pods with a volume: those are their own files. Their output goes through a pipe
(`Spawn.piped`), so that the log, which a container's runtime writes on Kubernetes, is none of their bytes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from typing import Any, Final

from local_cluster.collector.procfs import ProcessState, Used, private_bytes, read_process
from local_cluster.collector.samples import SampleColumns

CPU_PERIOD_US: Final = 100_000
# Samples: what a pod shares hardly changes, and is costly to ask.
ASK_EVERY: Final = 10


@dataclass(frozen=True, slots=True)
class ContainerInfo:
    """One entry of the controller's GET /cgroups."""

    service: str
    pids: tuple[int, ...]  # the main process first; none: not running
    cpu_limit: float
    memory_limit: int
    cfs_periods: int
    cfs_throttled_periods: int
    cfs_throttled_us: int
    restarts: int
    ready: bool
    has_volume: bool = False  # files of its own: else what storage did was for the machine, such as loading programs
    born_with: Mapping[int, int] = field(default_factory=dict)  # anonymous bytes of stress processes at their birth


def parse_cgroups(reply: Mapping[str, Mapping[str, Any]]) -> dict[str, ContainerInfo]:
    return {pod: _container_info(entry) for pod, entry in reply.items()}


def _container_info(entry: Mapping[str, Any]) -> ContainerInfo:
    plain = {name: entry[name] for name in ContainerInfo.__slots__ if name not in ("pids", "born_with")}
    born_with = {int(pid): resident for pid, resident in entry.get("born_with", {}).items()}
    return ContainerInfo(**plain, pids=tuple(entry["pids"]), born_with=born_with)


@dataclass(slots=True)
class _Run:
    """One run of a pod's main process."""

    restarts: int
    leader: int
    gone: Used = field(default_factory=Used)  # by processes of this run that have ended
    last: dict[int, Used] = field(default_factory=dict)
    born_with: dict[int, int] = field(default_factory=dict)  # anonymous bytes of a worker when first seen
    looked: int = 0  # how often its memory was looked at
    shared: int = 0  # anonymous bytes that the main process shares with others, when that was last asked

    def own(self, leader: ProcessState) -> int:
        """Anonymous bytes of the main process alone. What it has taken since the kernel was asked is its own, too."""
        if self.looked % ASK_EVERY == 0:
            private = private_bytes(self.leader)
            self.shared = 0 if private is None else max(0, leader.anonymous - private)
        self.looked += 1
        return max(0, leader.anonymous - self.shared)


class Containers:
    def __init__(self, node: str, checkpoint: bytes | None = None) -> None:
        self._labels = f"node={node}"
        self._runs = _runs_of(checkpoint)

    @property
    def checkpoint(self) -> bytes:
        """What has to survive a restart of the collector."""
        runs = {pod: [run.restarts, run.leader, *astuple(run.gone)] for pod, run in self._runs.items()}
        return json.dumps(runs, separators=(",", ":")).encode()

    def add_samples(self, pods: Mapping[str, ContainerInfo], samples: SampleColumns) -> None:
        for pod, info in pods.items():
            samples.add(info.service, pod, "kube_pod_status_ready", self._labels, float(info.ready))
            samples.add(
                info.service, pod, "kube_pod_container_status_restarts_total", self._labels, float(info.restarts)
            )
            for metric, value in self._container(pod, info):
                samples.add(info.service, pod, metric, self._labels, float(value))

    def _container(self, pod: str, info: ContainerInfo) -> Iterator[tuple[str, float]]:
        states = _read_all(info.pids)
        if not info.pids or info.pids[0] not in states:
            return  # as cAdvisor's, the series of a container that does not run has a hole
        run = self._run(pod, info)
        run.born_with.update(info.born_with)
        yield from _counters(self._used(run, states), with_files=info.has_volume)
        yield from _gauges(run, states)
        yield from _limits(info)

    def _run(self, pod: str, info: ContainerInfo) -> _Run:
        run = self._runs.get(pod)
        if run is None or (run.restarts, run.leader) != (info.restarts, info.pids[0]):
            run = self._runs[pod] = _Run(info.restarts, info.pids[0])
        return run

    def _used(self, run: _Run, states: Mapping[int, ProcessState]) -> Used:
        for pid in run.last.keys() - states.keys():
            run.gone += run.last.pop(pid)
            run.born_with.pop(pid, None)
        run.last.update({pid: state.used for pid, state in states.items()})
        return sum(run.last.values(), start=run.gone)


def _runs_of(checkpoint: bytes | None) -> dict[str, _Run]:
    stored = json.loads(checkpoint) if checkpoint else {}
    return {pod: _Run(values[0], values[1], Used(*values[2:])) for pod, values in stored.items()}


def _read_all(pids: tuple[int, ...]) -> dict[int, ProcessState]:
    states = {}
    for pid in pids:
        try:
            states[pid] = read_process(pid)
        except OSError:
            continue  # ended since the controller listed it
    return states


def _counters(used: Used, *, with_files: bool) -> Iterator[tuple[str, float]]:
    yield "container_cpu_usage_seconds_total", used.cpu
    yield "container_cpu_user_seconds_total", used.user
    yield "container_cpu_system_seconds_total", used.system
    if with_files:
        yield "container_fs_reads_bytes_total", used.read
        yield "container_fs_writes_bytes_total", used.written


def _gauges(run: _Run, states: Mapping[int, ProcessState]) -> Iterator[tuple[str, float]]:
    leader = states[run.leader]
    grown = 0
    for pid, state in states.items():
        if pid != run.leader:
            grown += max(0, state.anonymous - run.born_with.setdefault(pid, state.anonymous))
    resident = leader.resident + grown
    yield "container_memory_usage_bytes", resident
    yield "container_memory_working_set_bytes", resident
    yield "container_memory_rss", run.own(leader) + grown
    yield "container_memory_mapped_file", leader.mapped_file
    yield "container_threads", sum(state.threads for state in states.values())
    yield "container_sockets", sum(state.sockets for state in states.values())


def _limits(info: ContainerInfo) -> Iterator[tuple[str, float]]:
    yield "container_spec_cpu_period", CPU_PERIOD_US
    yield "container_spec_cpu_quota", round(info.cpu_limit * CPU_PERIOD_US)
    yield "container_spec_memory_limit_bytes", info.memory_limit
    yield "container_cpu_cfs_periods_total", info.cfs_periods
    yield "container_cpu_cfs_throttled_periods_total", info.cfs_throttled_periods
    yield "container_cpu_cfs_throttled_seconds_total", info.cfs_throttled_us / 1e6
