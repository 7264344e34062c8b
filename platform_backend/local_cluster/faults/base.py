"""What a fault kind is, and what it may use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from local_cluster.file_io.supervisor import IoSupervisor
from local_cluster.mesh import Mesh
from local_cluster.pods import Pod, Pods
from local_cluster.spawner import Spawner
from local_cluster.topology import PodSpec, Topology


class Refused(Exception):
    """The request can't be granted: HTTP status and one line that names the field and what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotYet(Exception):
    """A fault could not be applied or cleared now; trying again may help."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Base of each kind's parameters, whose fields are those of `fields.py`."""


@dataclass(frozen=True, kw_only=True)
class NoParameters(Parameters):
    """None."""


# Pod, time (UTC µs) at which the last one was dead or None when others live, and why.
WorkerEnded = Callable[[str, int | None, str], None]


def _nobody_asks(pod: str, over_us: int | None, why: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class FaultContext:
    topology: Topology
    pods: Pods
    mesh: Mesh
    spawner: Spawner
    io: IoSupervisor
    # To be told when a process that is the fault itself ends without `clear`.
    worker_ended: WorkerEnded = _nobody_asks

    def running(self, pod: str) -> Pod:
        """Raises NotYet when the pod does not run."""
        found = self.pods[pod]
        if not found.running:
            raise NotYet(f"{pod} does not run")
        return found


class FaultKind(Protocol):
    """`apply` and `clear` return the measured time (UTC µs) at which the fault took hold or was gone.

    Both may be repeated: `clear` is, until it succeeds. They raise NotYet. `apply` may be cancelled, `clear` follows.
    """

    name: ClassVar[str]
    parameters: ClassVar[type[Parameters]] = NoParameters
    kills: ClassVar[bool] = False  # the pod's death is the fault itself; any other fault is over with its pod
    one_shot: ClassVar[bool] = False  # done once applied, and over when it is cleared; not at the deadline

    def unavailable(self) -> str:
        """Why this computer can't do it; empty when it can."""
        return ""

    def check(self, topology: Topology, pod: PodSpec, parameters: Any) -> None:
        """Raise Refused when this pod can't have the fault."""
        return None

    def slowness(self, parameters: Any) -> float:
        """Seconds that `apply` may take by its parameters, beyond what every kind is granted."""
        return 0.0

    async def apply(self, context: FaultContext, pod: str, parameters: Any) -> int: ...

    async def clear(self, context: FaultContext, pod: str, parameters: Any) -> int: ...
