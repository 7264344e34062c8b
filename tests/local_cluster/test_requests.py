"""A request for a fault is refused with the field's name, and every kind of the catalogue is explained."""

from pathlib import Path
from typing import Any

import pytest

from local_cluster.faults.base import Refused
from local_cluster.faults.kinds import KINDS, UNSUPPORTED, support
from local_cluster.faults.requests import admit
from local_cluster.topology import PortAllocator, Topology, build_topology, read_services

VALUES = """
services:
  web: {image: a, protocol: http, port: 80, runtime: python, replicas: 1, env: {API: "api:90"}, resources: &r
        {limits: {cpu: 100m, memory: 64Mi}}}
  api: {image: a, protocol: grpc, port: 90, runtime: python, replicas: 2, resources: *r}
  lonely: {image: a, protocol: tcp, port: 70, runtime: valkey, replicas: 1, resources: *r}
"""
DELAY = {"latency_ms": 100}


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    (tmp_path / "values.yaml").write_text(VALUES)
    return build_topology(read_services(tmp_path / "values.yaml"), PortAllocator(27000))


def _body(**changes: Any) -> dict[str, Any]:
    return {"fault_id": "one", "kind": "pod-failure", "pods": ["api-0"], "parameters": {}, "duration_s": 5, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fault_id": "../../etc/passwd"}, "fault_id"),
        ({"fault_id": 7}, "fault_id"),
        ({"duration_s": 0}, "duration_s"),
        ({"duration_s": float("nan")}, "duration_s"),
        ({"pods": []}, "pods"),
        ({"pods": ["api-9"]}, "pods: there is no pod 'api-9'"),
        ({"colour": "red"}, "colour"),
        ({"kind": "meteor"}, "kind: there is no kind 'meteor'"),
        ({"kind": "time-skew"}, "kind: time-skew is not supported: all pods"),
        ({"parameters": {"x": 1}}, "parameters.x"),
        ({"kind": "cpu-stress"}, "parameters.workers"),
        ({"kind": "cpu-stress", "parameters": {"workers": 65}}, "parameters.workers"),
        ({"kind": "cpu-stress", "parameters": {"workers": 1, "load": 0}}, "parameters.load"),
        ({"kind": "network-delay", "parameters": {"latency_ms": 0}}, "parameters.latency_ms"),
        ({"kind": "network-delay", "parameters": DELAY | {"direction": "up"}}, "parameters.direction"),
        ({"kind": "network-delay", "parameters": DELAY | {"target": "lonely"}}, "parameters.target: api-0 has no"),
        ({"kind": "network-delay", "parameters": DELAY, "pods": ["lonely-0"]}, "pods: lonely-0 has no traffic"),
        ({"kind": "http-abort", "parameters": {"status": 200}}, "parameters.status"),
        ({"kind": "http-abort", "parameters": {"status": 14}, "pods": ["web-0"]}, "parameters.status: 14"),
        ({"kind": "http-abort", "parameters": {"status": 500}, "pods": ["lonely-0"]}, "pods: lonely-0 receives no"),
        ({"kind": "http-abort", "parameters": {"status": 500, "direction": "to"}}, "pods: api-0 makes no HTTP"),
        (
            {"kind": "http-delay", "parameters": {"delay_ms": 5, "target": "lonely"}},
            "parameters.target: api-0 receives",
        ),
        ({"kind": "http-abort", "parameters": {"status": 14, "direction": "both"}, "pods": ["web-0"]}, "parameters.st"),
        ({"kind": "http-delay", "parameters": {}}, "parameters.delay_ms"),
        ({"kind": "pod-kill", "parameters": {"grace_period_s": 301}}, "parameters.grace_period_s"),
        ({"kind": "container-kill", "parameters": {"container": "x"}}, "parameters.container: api-0 has no container"),
        ({"kind": "memory-stress", "parameters": {"workers": 1}}, "parameters.size_bytes"),
        ({"kind": "network-loss", "parameters": {"loss": 101}}, "parameters.loss"),
        ({"kind": "network-bandwidth", "parameters": {"rate_bytes_per_s": 0}}, "parameters.rate_bytes_per_s"),
        ({"kind": "network-partition", "parameters": {"target": "lonely"}}, "parameters.target: api-0 has no"),
        ({"kind": "http-abort", "parameters": {"status": 500, "path": "x"}}, "parameters.path"),
        ({"kind": "http-abort", "parameters": {"status": 500, "percent": 101}}, "parameters.percent"),
    ],
)
def test_what_is_wrong_is_named(topology: Topology, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as refused:
        admit(_body(**changes), topology)
    assert refused.value.status == 400
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("kind", "pod", "parameters"),
    [
        ("pod-failure", "lonely-0", {}),
        ("cpu-stress", "api-1", {"workers": 64, "load": 100}),
        ("network-delay", "web-0", {**DELAY, "jitter_ms": 5, "correlation": 50, "direction": "both", "target": "api"}),
        ("network-delay", "api-0", {**DELAY, "target": "web"}),
        ("http-abort", "api-0", {"status": 14, "percent": 1, "path": "/shop.Api/Get"}),
        ("http-abort", "api-0", {"status": 503}),
        ("http-abort", "web-0", {"status": 404}),
        ("http-abort", "web-0", {"status": 14, "direction": "to"}),
        ("http-delay", "api-0", {"delay_ms": 5, "target": "web"}),
        ("http-delay", "web-0", {"delay_ms": 5, "direction": "to", "target": "api"}),
        ("network-loss", "api-0", {"loss": 100, "correlation": 100, "direction": "both"}),
        ("pod-kill", "web-0", {"grace_period_s": 0}),
        ("container-kill", "web-0", {"container": "web"}),
    ],
)
def test_what_is_right_is_admitted(topology: Topology, kind: str, pod: str, parameters: dict[str, Any]) -> None:
    request = admit(_body(kind=kind, pods=[pod, pod], parameters=parameters), topology)
    assert request.pods == (pod,)
    assert request.kind.name == kind
    for name, value in parameters.items():
        assert getattr(request.parameters, name) == value


def test_each_kind_works_or_says_why_not() -> None:
    assert not set(KINDS) & set(UNSUPPORTED)
    for name, answer in support().items():
        reason = UNSUPPORTED[name] if name in UNSUPPORTED else KINDS[name].unavailable()
        assert answer == {"supported": not reason, "reason": reason}
