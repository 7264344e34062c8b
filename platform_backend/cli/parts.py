"""What the process manager and the local cluster say about their parts."""

import http.client
import json
import socket
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from supervisor.xmlrpc import SupervisorTransport

from cli.instance import Instance
from platform_backend.config import Config

_TIMEOUT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """A program of the process manager. `state` as supervisord names it: RUNNING, STARTING, BACKOFF, ..."""

    name: str
    state: str
    pid: int | None
    started: float | None  # UTC seconds since the epoch
    restarts: int
    last_restart: float | None
    error: str


def parts(instance: Instance) -> list[Part]:
    """Empty when the manager does not answer."""
    transport = SupervisorTransport(None, None, f"unix://{instance.manager_socket}")
    server: Any = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
    socket_timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)  # the transport has no setting of its own
    try:
        answer = server.supervisor.getAllProcessInfo()
    except (OSError, xmlrpc.client.Error, http.client.HTTPException):
        return []
    finally:
        socket.setdefaulttimeout(socket_timeout)
        transport.close()
    restarts = _restarts(instance.restarts_file)
    return [_part(entry, restarts.get(entry["name"], {})) for entry in answer]


def _part(entry: Mapping[str, Any], restarts: Mapping[str, Any]) -> Part:
    return Part(
        name=entry["name"],
        state=entry["statename"],
        pid=entry["pid"] or None,
        started=float(entry["start"]) if entry["pid"] else None,
        restarts=int(restarts.get("count", 0)),
        last_restart=restarts.get("last") or None,
        error=entry["spawnerr"],
    )


def _restarts(path: Path) -> Mapping[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}


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
