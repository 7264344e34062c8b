"""Faults of a pod's traffic, translated to the lanes of the wire and the listeners of Envoy."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from local_cluster.mesh.layout import Layout, MeshError, is_http
from local_cluster.wire.impairment import Direction, Impairment

# Seen from the pod: "to" is what leaves it (requests it sends, responses it gives), "from" is what arrives.
PodDirection = Literal["to", "from", "both"]
Way = Literal["to", "from"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of a pod's traffic is impaired. `target` is a neighbouring service; empty means all neighbours."""

    pod: str
    direction: PodDirection
    target: str

    def __post_init__(self) -> None:
        if self.direction not in get_args(PodDirection):
            raise ValueError(f"direction is {self.direction!r}; choose one of {', '.join(get_args(PodDirection))}")

    @property
    def ways(self) -> tuple[Way, ...]:
        return ("to", "from") if self.direction == "both" else (self.direction,)

    def link(self, way: Way) -> str:
        return f"{self.pod} {self.direction} {self.target or '*'}: {way}"


def lanes_of(layout: Layout, scope: Scope, way: Way) -> Iterator[str]:
    """Names of the lanes that a scope's bytes cross on their way to or from the pod."""
    for pair in layout.pairs.values():
        if pair.caller == scope.pod and scope.target in ("", pair.callee_service):
            yield _lane(pair.name, "request" if way == "to" else "response")
        if pair.callee == scope.pod and scope.target in ("", pair.caller_service):
            yield _lane(pair.name, "response" if way == "to" else "request")


def http_listeners(layout: Layout, scope: Scope) -> list[str]:
    """Names of the listeners that a scope's requests come in by ("from") or go out by ("to")."""
    found = []
    if "from" in scope.ways:
        found += [
            inbound.name
            for inbound in layout.inbounds.values()
            if inbound.pod.name == scope.pod
            and scope.target in ("", inbound.source)
            and is_http(inbound.pod.service.protocol)
        ]
    if "to" in scope.ways:
        found += [
            outbound.name
            for outbound in layout.outbounds.values()
            if outbound.pod == scope.pod
            and scope.target in ("", outbound.service.name)
            and is_http(outbound.service.protocol)
        ]
    return found


def check_scope(layout: Layout, scope: Scope) -> None:
    """Raises MeshError for a scope without any traffic."""
    if not any(True for way in scope.ways for _ in lanes_of(layout, scope, way)):
        peer = f"service {scope.target!r}" if scope.target else "any service"
        raise MeshError(f"pod {scope.pod!r} has no calls from or to {peer}; name a neighbour")


def wire_document(layout: Layout, active: dict[Scope, Impairment]) -> dict[str, Any]:
    """All impairments as the wire reads them."""
    links = {scope.link(way): asdict(impairment) for scope, impairment in active.items() for way in scope.ways}
    lanes: dict[str, list[str]] = {}
    for scope in active:
        for way in scope.ways:
            for lane in lanes_of(layout, scope, way):
                lanes.setdefault(lane, []).append(scope.link(way))
    return {"links": links, "lanes": lanes}


def _lane(pair: str, direction: Direction) -> str:
    return f"{pair}/{direction}"
