"""SystemDriver of the local cluster."""

from collections.abc import Sequence
from dataclasses import asdict

from local_cluster.client import LocalClusterClient, PodInfo, ServiceInfo
from systems.adapters.cluster import cluster_client, platform_errors
from systems.ports import LoadShape, Pod, Service


class LocalSystemDriver:
    def __init__(self, client: LocalClusterClient | None = None) -> None:
        self._client = client or cluster_client()

    def services(self) -> Sequence[Service]:
        with platform_errors():
            found = self._client.services()
        return [_service(each) for each in found]

    def pods(self) -> Sequence[Pod]:
        with platform_errors():
            return [_pod(each) for each in self._client.pods()]

    def load(self) -> float:
        with platform_errors():
            return self._client.load()

    def load_shape(self) -> LoadShape:
        with platform_errors():
            return LoadShape(**self._client.load_shape())

    def set_load(self, rate: float, shape: LoadShape | None = None) -> None:
        with platform_errors():
            self._client.set_load(rate, asdict(shape) if shape else None)

    def recreate(self, pod: str) -> None:
        with platform_errors():
            self._client.recreate_pod(pod)


def _service(info: ServiceInfo) -> Service:
    """A pod of the local cluster has one container, called as its service."""
    return Service(info.name, info.replicas, info.protocol, info.calls, volumes=info.volumes, containers=(info.name,))


def _pod(info: PodInfo) -> Pod:
    return Pod(
        name=info.name,
        service=info.service,
        node=info.node,
        phase=info.phase,
        ready=info.ready,
        restarts=info.restarts,
        started=info.started_us,
        pid=info.pid,
        cpu_limit=info.cpu_limit,
        memory_limit=info.memory_limit,
        cpu_seconds=info.cpu_seconds,
        memory_bytes=info.memory_bytes,
        version=info.version,
    )
