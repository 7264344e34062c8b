"""The mesh of the real shop: the chart's list of services can be planned and started, and stays small."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_cluster.children import Children
from local_cluster.mesh import Mesh
from local_cluster.mesh.layout import plan
from local_cluster.topology import HOST, PortAllocator, build_topology, read_services

VALUES = Path(__file__).resolve().parents[3] / "helm-chart" / "values.yaml"
MEBIBYTE = 1 << 20


def test_the_shops_mesh_is_small(tmp_path: Path, ports: PortAllocator, record_property: Any) -> None:
    async def scenario() -> dict[str, Any]:
        topology = build_topology(read_services(VALUES), ports)
        children = Children()
        mesh = Mesh(topology, ports, tmp_path, tmp_path, children, (HOST, ports.allocate()))
        try:
            await mesh.start()
            for pod, service in topology.edges():
                assert mesh.edge_port(pod.name, service.name)
            return {child.name: psutil.Process(child.pid).memory_full_info() for child in children.processes()}
        finally:
            await mesh.stop()
            await children.stop_all()

    memory = asyncio.run(scenario())
    for name, used in memory.items():
        record_property(f"{name}_mib", (used.rss // MEBIBYTE, used.pss // MEBIBYTE))
    assert memory["wire"].pss < 25 * MEBIBYTE, "no heavy imports"
    assert memory["envoy"].rss < 150 * MEBIBYTE


def test_a_service_named_with_the_separator_can_not_exist() -> None:
    """Names of statistics are taken apart at it."""
    assert not [name for name in read_services(VALUES) if "__" in name or "." in name]


@pytest.mark.parametrize("replicas", [1, 3])
def test_ports_are_given_once(replicas: int, ports: PortAllocator) -> None:
    services = {name: replace(service, replicas=replicas) for name, service in read_services(VALUES).items()}
    topology = build_topology(services, ports)
    layout = plan(topology, ports, host=HOST, shop_address=(HOST, 1))
    taken = [outbound.port for outbound in layout.outbounds.values()]
    taken += [inbound.port for inbound in layout.inbounds.values()]
    taken += [pair.listen for pair in layout.pairs.values()]
    taken += [pod.port for pod in topology.pods.values()]
    assert len(taken) == len(set(taken))


def test_a_port_stays_with_its_owner_while_nobody_listens(ports: PortAllocator) -> None:
    """Another local cluster on the machine must not take the port of a pod that is down."""
    port = ports.allocate()
    other = PortAllocator(port)
    try:
        assert other.allocate() > port
        ports.close()
        assert PortAllocator(port).allocate() == port
    finally:
        other.close()
