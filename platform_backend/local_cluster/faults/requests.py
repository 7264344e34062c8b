"""A request for a fault, checked in full before anything is touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local_cluster.faults.base import FaultKind, Parameters, Refused
from local_cluster.faults.kinds import KINDS, UNSUPPORTED
from local_cluster.topology import Topology

# It names a file of the journal.
FAULT_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
LONGEST_S: Final = 7 * 24 * 3600.0


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fault_id: str = Field(pattern=FAULT_ID)
    kind: str
    pods: list[str] = Field(min_length=1)
    parameters: dict[str, Any] = Field(default_factory=dict)
    duration_s: float = Field(gt=0, le=LONGEST_S, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class FaultRequest:
    fault_id: str
    kind: FaultKind
    parameters: Parameters
    pods: tuple[str, ...]
    duration_s: float


def admit(raw: Mapping[str, Any], topology: Topology) -> FaultRequest:
    """The checked request. Raises Refused, naming the field."""
    body: _Body = _validated(_Body, raw)
    kind = _kind(body.kind)
    parameters: Parameters = _validated(kind.parameters, body.parameters, prefix="parameters.")
    pods = tuple(dict.fromkeys(body.pods))
    for name in pods:
        if name not in topology.pods:
            raise Refused(400, f"pods: there is no pod {name!r}; GET /pods lists them")
        kind.check(topology, topology.pods[name], parameters)
    return FaultRequest(body.fault_id, kind, parameters, pods, body.duration_s)


def _kind(name: str) -> FaultKind:
    if name in KINDS:
        return KINDS[name]
    if name in UNSUPPORTED:
        raise Refused(400, f"kind: {name} is not supported: {UNSUPPORTED[name]}")
    raise Refused(400, f"kind: there is no kind {name!r}; GET /kinds lists them")


def _validated(model: type[BaseModel], raw: Mapping[str, Any], *, prefix: str = "") -> Any:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Refused(400, f"{prefix}{field}: {first['msg']}") from None
