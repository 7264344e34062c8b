"""What the process manager says about its parts. It listens on a unix socket in the run folder."""

import http.client
import json
import socket
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.parsers.expat import ExpatError

TIMEOUT_S: Final = 2.0
MANAGER_SOCKET: Final = "manager.sock"
RESTARTS_FILE: Final = "restarts.json"


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


class _Transport(xmlrpc.client.Transport):
    """With a time limit of this connection alone: the web server's threads have others."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _Connection(self._path)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(str(self._path))


def parts(run_dir: Path) -> list[Part]:
    """Empty when the manager does not answer."""
    transport = _Transport(run_dir / MANAGER_SOCKET)
    server: Any = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
    try:
        answer = server.supervisor.getAllProcessInfo()
    except (OSError, xmlrpc.client.Error, http.client.HTTPException, ExpatError):  # the last: of half an answer
        return []
    finally:
        transport.close()
    restarts = _restarts(run_dir / RESTARTS_FILE)
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
        found = json.loads(path.read_text())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}
