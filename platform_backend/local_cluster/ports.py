"""How many ports the local cluster takes."""

from collections.abc import Mapping
from typing import Final

from local_cluster.mesh.layout import plan
from local_cluster.topology import HOST, PortAllocator, ServiceSpec, build_topology

COLLECTOR: Final = 1


class _Counter(PortAllocator):
    """Hands out numbers, and asks the machine for nothing."""

    def allocate(self) -> int:
        self.next_port += 1
        return self.next_port


def needed(services: Mapping[str, ServiceSpec]) -> int:
    ports = _Counter(0)
    plan(build_topology(services, ports), ports, host=HOST, shop_address=(HOST, 0))
    return ports.next_port + COLLECTOR
