"""What the process manager and the local cluster say about their parts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from cli.instance import Instance
from platform_backend import parts as manager
from platform_backend.config import Config
from platform_backend.parts import Part

_TIMEOUT: Final = 2.0

__all__ = ["ClusterSilent", "Part", "ask_cluster", "cluster_list", "parts"]


def parts(instance: Instance) -> list[Part]:
    """Empty when the manager does not answer."""
    return manager.parts(instance.run_dir)


class ClusterSilent(Exception):
    """The local cluster does not answer."""


def ask_cluster(settings: Config, path: str) -> Any:
    """GET of its control API. Raises ClusterSilent."""
    transport = httpx.HTTPTransport(uds=str(settings.cluster_socket))
    try:
        with httpx.Client(transport=transport, base_url="http://cluster", timeout=_TIMEOUT) as client:
            return client.get(path).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ClusterSilent(str(error) or type(error).__name__) from None


def cluster_list(settings: Config, path: str) -> Sequence[Mapping[str, Any]]:
    """As ask_cluster; empty when it does not answer."""
    try:
        return list(ask_cluster(settings, path))
    except ClusterSilent:
        return []
