"""The list of services: whatever is wrong with it is named by file, service and key."""

from pathlib import Path

import pytest

from local_cluster import topology
from local_cluster.mesh.layout import plan
from local_cluster.ports import needed
from local_cluster.topology import HOST, PortAllocator, TopologyError, build_topology, last_port, read_services

VALUES = Path(__file__).resolve().parents[2] / "helm-chart" / "values.yaml"
GOOD = "protocol: grpc, port: 1, runtime: python, replicas: 1, resources: {limits: {cpu: 1, memory: 1Mi}}"


def test_one_that_is_right(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(f"services: {{a: {{{GOOD}}}}}")
    assert read_services(path)["a"].cpu_limit == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "expected YAML with a 'services' mapping"),
        (b"[1, 2]", "expected YAML with a 'services' mapping"),
        (b"\xff\xfe", "expected YAML with a 'services' mapping"),
        (b"services: {", "expected YAML with a 'services' mapping"),
        (b"services:", "services is None: expected a mapping"),
        (b"services: [a]", "services is ['a']: expected a mapping"),
        (b"services: {a: 1}", "services.a: service is 1; expected a mapping"),
        (b"services: {a: {}}", "services.a: key 'resources' is missing"),
        (b"services: {a: {resources: 1}}", "services.a: resources is 1; expected a mapping"),
        (f"services: {{A_b: {{{GOOD}}}}}".encode(), "services.A_b: expected a name of lower-case letters"),
        (f"services: {{1: {{{GOOD}}}}}".encode(), "services.1: expected a name of lower-case letters"),
        (f"services: {{a: {{{GOOD}, env: [X]}}}}".encode(), "env is ['X']; expected a mapping"),
        (f"services: {{a: {{{GOOD}, volumes: x}}}}".encode(), "volumes is 'x'; expected a list"),
        (f"services: {{a: {{{GOOD}, secrets: [x-y]}}}}".encode(), "secrets has 'x-y'; expected names of environment"),
        (f"services: {{a: {{{GOOD}, secrets: X}}}}".encode(), "secrets is 'X'; expected a list"),
        (f"services: {{a: {{{GOOD}, failure: 1}}}}".encode(), "failure is 1; expected a str"),
        (f"services: {{a: {{{GOOD.replace('port: 1', 'port: 70000')}}}}}".encode(), "port is 70000; expected 1 to"),
        (f"services: {{a: {{{GOOD.replace('port: 1', 'port: x')}}}}}".encode(), "port is 'x'; expected 1 to"),
        (f"services: {{a: {{{GOOD.replace('replicas: 1', 'replicas: 4')}}}}}".encode(), "replicas is 4; expected 0 to"),
        (f"services: {{a: {{{GOOD.replace('cpu: 1', 'cpu: 0')}}}}}".encode(), "cpu limit '0' is not like"),
        (f"services: {{a: {{{GOOD.replace('memory: 1Mi', 'memory: much')}}}}}".encode(), "memory limit 'much'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: bytes, told: str) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(text)
    with pytest.raises(TopologyError) as wrong:
        read_services(path)
    assert told in str(wrong.value)
    assert str(path) in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_the_number_of_ports_is_that_of_a_real_cluster() -> None:
    services = read_services(VALUES)
    ports = PortAllocator(23000)
    try:
        plan(build_topology(services, ports), ports, host=HOST, shop_address=(HOST, 1))
        ports.allocate()  # the collector's
        assert needed(services) == len(ports.claims)
    finally:
        ports.close()


@pytest.mark.parametrize(("text", "last"), [("10000\t20000\n", 9999), ("", 32767), ("x y", 32767), (None, 32767)])
def test_ports_of_clients_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, last: int
) -> None:
    path = tmp_path / "range"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(topology, "CLIENT_PORTS", path)
    assert last_port() == last
    with pytest.raises(TopologyError, match=f"no free port of {HOST} up to {last}"):
        PortAllocator(last + 1).allocate()
