"""A request for a fault, checked in full before anything is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from local_cluster.faults.base import FaultKind, Parameters, Refused
from local_cluster.faults.fields import CHECK, Invalid, is_mapping, is_names, number, parse, text
from local_cluster.faults.kinds import KINDS, UNSUPPORTED
from local_cluster.topology import Topology

# It names a file of the journal.
FAULT_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
SHORTEST_S: Final = 0.001
LONGEST_S: Final = 7 * 24 * 3600.0

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class _Body:
    fault_id: str = text(FAULT_ID, "expected letters, digits, '.', '_' or '-', at most 64")
    kind: str = text(".+", "expected the name of a kind")
    pods: list[str] = field(metadata={CHECK: is_names})
    parameters: dict[str, Any] = field(default_factory=dict, metadata={CHECK: is_mapping})
    duration_s: float = number(SHORTEST_S, LONGEST_S)


@dataclass(frozen=True, slots=True)
class FaultRequest:
    fault_id: str
    kind: FaultKind
    parameters: Parameters
    pods: tuple[str, ...]
    duration_s: float


def admit(raw: Mapping[str, Any], topology: Topology) -> FaultRequest:
    """The checked request. Raises Refused, naming the field."""
    body = parsed(_Body, raw)
    kind = _kind(body.kind)
    parameters: Parameters = parsed(kind.parameters, body.parameters, prefix="parameters.")
    pods = tuple(dict.fromkeys(body.pods))
    for name in pods:
        if name not in topology.pods:
            raise Refused(400, f"pods: there is no pod {name!r}; GET /pods lists them")
        kind.check(topology, topology.pods[name], parameters)
    return FaultRequest(body.fault_id, kind, parameters, pods, body.duration_s)


def _kind(name: str) -> FaultKind:
    if reason := KINDS[name].unavailable() if name in KINDS else UNSUPPORTED.get(name):
        raise Refused(400, f"kind: {name} is not supported: {reason}")
    if name in KINDS:
        return KINDS[name]
    raise Refused(400, f"kind: there is no kind {name!r}; GET /kinds lists them")


def parsed(kind: type[T], raw: Mapping[str, Any], *, prefix: str = "") -> T:
    try:
        return parse(kind, raw, prefix=prefix)
    except Invalid as error:
        raise Refused(400, str(error)) from None
