"""A request for an event, checked in full before anything is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local_cluster.events.base import EventKind, Stage
from local_cluster.events.kinds import KINDS
from local_cluster.faults.base import Parameters, Refused
from local_cluster.faults.fields import CHECK, is_mapping, number, text
from local_cluster.faults.requests import FAULT_ID, parsed
from local_cluster.topology import ServiceSpec

LONGEST_S: Final = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class _Body:
    event_id: str = text(FAULT_ID, "expected letters, digits, '.', '_' or '-', at most 64")
    kind: str = text(".+", "expected the name of a kind")
    service: str = text(".+", "expected the name of a service")
    parameters: dict[str, Any] = field(default_factory=dict, metadata={CHECK: is_mapping})
    duration_s: float = number(0, LONGEST_S, default=0)  # of kinds that last


@dataclass(frozen=True, slots=True)
class EventRequest:
    event_id: str
    kind: EventKind
    service: ServiceSpec
    parameters: Parameters
    duration_s: float


def admit(raw: Mapping[str, Any], stage: Stage) -> EventRequest:
    """The checked request. Raises Refused, naming the field."""
    body = parsed(_Body, raw)
    kind = KINDS.get(body.kind)
    if kind is None:
        raise Refused(400, f"kind: there is no event {body.kind!r}; there are: {', '.join(KINDS)}")
    parameters: Parameters = parsed(kind.parameters, body.parameters, prefix="parameters.")
    service = stage.topology.services.get(body.service)
    if service is None:
        raise Refused(400, f"service: there is no service {body.service!r}; GET /services lists them")
    if why := kind.unfit(stage, service, parameters):
        raise Refused(400, why)
    return EventRequest(body.event_id, kind, service, parameters, body.duration_s)
