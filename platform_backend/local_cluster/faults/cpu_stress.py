"""cpu-stress: busy processes that eat of the pod's own CPU quota."""

from dataclasses import dataclass
from typing import ClassVar, Final

from local_cluster.faults.base import FaultContext, FaultKind, Parameters
from local_cluster.faults.fields import integer
from local_cluster.faults.workers import Begun, Crew, end_workers
from local_cluster.linux import cpu_seconds, has_comm

RUNS_WITHIN: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class CpuStressParameters(Parameters):
    workers: int = integer(1, 64)
    load: int = integer(1, 100, default=100)  # percent of the time that each worker is busy


class CpuStress(FaultKind):
    name: ClassVar[str] = "cpu-stress"
    parameters: ClassVar[type[Parameters]] = CpuStressParameters

    async def apply(self, context: FaultContext, pod: str, parameters: CpuStressParameters) -> int:
        crew = Crew(context, context.running(pod))
        begun = Begun(_FirstBurns(crew).burns, RUNS_WITHIN, "no stress worker runs")
        tasks = [{"LOAD": str(parameters.load)}] * parameters.workers
        return await crew.work("local_cluster.burner:main", tasks, begun)

    async def clear(self, context: FaultContext, pod: str, parameters: CpuStressParameters) -> int:
        return await end_workers(context.pods[pod])


class _FirstBurns:
    """What a worker used up to its beginning, some milliseconds, was spent on becoming one."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._used: dict[int, float] = {}  # CPU seconds up to then

    def burns(self) -> bool:
        return any(self._burns(pid) for pid in self._crew.pids)

    def _burns(self, pid: int) -> bool:
        try:
            used = cpu_seconds(pid)
        except OSError:
            return False
        if pid not in self._used and has_comm(pid, self._crew.name):
            self._used[pid] = used
        return used > self._used.get(pid, used)
