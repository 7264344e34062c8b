"""What a fault kind is, and what it may use."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from local_cluster.mesh import Mesh
from local_cluster.pods import Pods
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


@dataclass(frozen=True, slots=True)
class FaultContext:
    topology: Topology
    pods: Pods
    mesh: Mesh
    spawner: Spawner


class FaultKind(Protocol):
    """`apply` and `clear` return the measured time (UTC µs) at which the fault took hold or was gone.

    Both may be repeated: `clear` is, until it succeeds. They raise NotYet.
    """

    name: ClassVar[str]
    parameters: ClassVar[type[Parameters]]
    survives_restart: ClassVar[bool]  # a restarted pod still suffers from it, as from a bad network

    def check(self, topology: Topology, pod: PodSpec, parameters: Any) -> None:
        """Raise Refused when this pod can't have the fault."""
        ...

    async def apply(self, context: FaultContext, pod: str, parameters: Any) -> int: ...

    async def clear(self, context: FaultContext, pod: str, parameters: Any) -> int: ...
