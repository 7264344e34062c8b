"""The services of the Helm chart's values.yaml, and the pods, addresses and calls that follow from them."""

import re
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import yaml

from common import yaml12

HOST: Final = "127.0.0.1"
# First and last of the ports that the kernel hands out to clients, which would make our choice a race.
CLIENT_PORTS: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUAL_LAST_PORT: Final = 32767
# The secret that a store of the runtime valkey asks its clients for.
PASSWORD: Final = "REDIS_PASSWORD"  # noqa: S105  the name of a variable

T = TypeVar("T")
Protocol = Literal["grpc", "http", "tcp", ""]
Runtime = Literal["python", "python-exec", "valkey"]

_CPU = re.compile(r"^(\d+(?:\.\d+)?)(m?)$")
_MEMORY = re.compile(r"^(\d+)(Ki|Mi|Gi|)$")
_NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]*$")
_MOUNT = re.compile(r"^(/[A-Za-z0-9._-]+)+/?$")
_MEMORY_UNITS: Final = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}


class TopologyError(Exception):
    """values.yaml has something that can't be run; the message names file, service and key."""


@dataclass(frozen=True, slots=True)
class VolumeSpec:
    """A folder of each pod's own, empty when the pod starts. `mount` is where the pod sees it."""

    name: str
    mount: str


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One entry of `services:` in values.yaml. `protocol` is "" for a service that nobody calls."""

    name: str
    protocol: Protocol
    port: int  # as other services name it, "<service>:<port>"
    runtime: Runtime
    replicas: int
    env: Mapping[str, str]
    cpu_limit: float  # cores
    memory_limit: int  # bytes
    args: tuple[str, ...] = ()  # of the program
    volumes: tuple[VolumeSpec, ...] = ()
    secrets: tuple[str, ...] = ()  # variables with a secret that all services share which name it
    failure: str = ""  # what it tells its callers when it fails
    calls: tuple[str, ...] = ()  # derived: services whose "<service>:<port>" stands in env


@dataclass(frozen=True, slots=True)
class PodSpec:
    """One replica, named <service>-<index>. The process listens on `port` of HOST."""

    name: str
    service: ServiceSpec
    port: int


@dataclass(frozen=True, slots=True)
class Topology:
    """What there is now: pods come and go. Whoever changes it tells the rest."""

    services: dict[str, ServiceSpec]
    pods: dict[str, PodSpec]

    def pods_of(self, service: str) -> tuple[PodSpec, ...]:
        return tuple(pod for pod in self.pods.values() if pod.service.name == service)

    def edges(self) -> Iterator[tuple[PodSpec, ServiceSpec]]:
        """Each (caller pod, called service)."""
        for pod in self.pods.values():
            for called in pod.service.calls:
                yield pod, self.services[called]


@dataclass(slots=True)
class PortAllocator:
    """Hands out ports of HOST that are free now, upwards from `next_port`, and keeps them for its owner's life.

    A pod that is down has left its port: without the claims another local cluster, which starts at that moment,
    would take it, and the pod could never come back.
    """

    next_port: int
    claims: list[socket.socket] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)  # still claimed, so nobody else's meanwhile

    def allocate(self) -> int:
        for port in self.given_back:
            if _is_free(port):
                self.given_back.remove(port)
                return port
        last = last_port()
        while self.next_port <= last:
            port, self.next_port = self.next_port, self.next_port + 1
            claim = _claim(port)
            if claim is not None:
                self.claims.append(claim)
                return port
        raise TopologyError(f"no free port of {HOST} up to {last}; lower local_cluster.first_port")

    def give_back(self, ports: Iterable[int]) -> None:
        """For the next ones to come; whoever still listens there keeps them until it has gone."""
        self.given_back += ports

    def close(self) -> None:
        """Give all of them up; the end of the process does so too."""
        while self.claims:
            self.claims.pop().close()


def last_port() -> int:
    """The highest below those of clients."""
    try:
        return int(CLIENT_PORTS.read_text(encoding="ascii").split()[0]) - 1
    except (OSError, ValueError, IndexError):
        return USUAL_LAST_PORT


def _claim(port: int) -> socket.socket | None:
    """A name in the kernel, of which there can be one on the machine; None when the port is not to be had."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0microservo-port-{port}")
    except OSError:
        claim.close()
        return None
    if _is_free(port):
        return claim
    claim.close()
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def read_services(values: Path) -> dict[str, ServiceSpec]:
    """Parse values.yaml. Raises TopologyError."""
    try:
        raw = yaml12.load(values.read_text(encoding="utf-8"))["services"]
    except OSError as error:
        raise TopologyError(f"{values}: can't be read: {error.strerror}") from None
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise TopologyError(f"{values}: expected YAML with a 'services' mapping: {yaml12.one_line(error)}") from None
    if not isinstance(raw, dict) or not raw:
        raise TopologyError(f"{values}: services is {raw!r}: expected a mapping of names to services")
    services = {name: _service(values, name, entry) for name, entry in raw.items()}
    return {name: _with_calls(service, services) for name, service in services.items()}


def build_topology(services: Mapping[str, ServiceSpec], ports: PortAllocator) -> Topology:
    pods = {
        f"{service.name}-{index}": PodSpec(f"{service.name}-{index}", service, ports.allocate())
        for service in services.values()
        for index in range(service.replicas)
    }
    return Topology(dict(services), pods)


def _service(values: Path, name: Any, entry: Any) -> ServiceSpec:
    try:
        _check_name(name)
        limits = _typed(_typed(_typed({"service": entry}, "service", dict), "resources", dict), "limits", dict)
        return ServiceSpec(
            name=name,
            protocol=_one_of(entry, "protocol", ("grpc", "http", "tcp", "")),
            port=_port(entry["port"]),
            runtime=_one_of(entry, "runtime", ("python", "python-exec", "valkey")),
            replicas=_replicas(entry["replicas"]),
            env={str(key): str(value) for key, value in _typed(entry, "env", dict, {}).items()},
            cpu_limit=parse_cpu(str(limits["cpu"])),
            memory_limit=parse_memory(str(limits["memory"])),
            args=_args(entry),
            volumes=tuple(_volume(volume) for volume in _typed(entry, "volumes", list, [])),
            secrets=tuple(_variable(name) for name in _typed(entry, "secrets", list, [])),
            failure=_typed(entry, "failure", str, ""),
        )
    except KeyError as error:
        raise TopologyError(f"{values}: services.{name}: key {error} is missing") from None
    except (TypeError, ValueError) as error:
        raise TopologyError(f"{values}: services.{name}: {error}") from None


def _typed(entry: Mapping[str, Any], key: str, kind: type[T], default: T | None = None) -> T:
    """A value that must be a mapping or a list. Raises KeyError, ValueError."""
    value = entry[key] if default is None else entry.get(key, default)
    if not isinstance(value, kind):
        raise ValueError(f"{key} is {value!r}; expected a {'mapping' if kind is dict else kind.__name__}")
    return value


def _check_name(name: Any) -> None:
    """Names of statistics are taken apart at what can't be in one."""
    if not isinstance(name, str) or not _NAME.match(name):
        raise ValueError("expected a name of lower-case letters, digits and '-'")


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise ValueError(f"port is {value!r}; expected 1 to 65535")
    return value


def _one_of(entry: Mapping[str, Any], key: str, choices: Sequence[str]) -> Any:
    if entry[key] not in choices:
        raise ValueError(f"{key} is {entry[key]!r}; choose one of {', '.join(map(repr, choices))}")
    return entry[key]


def _args(entry: Mapping[str, Any]) -> tuple[str, ...]:
    args = _typed(entry, "args", list, [])
    if args and entry["runtime"] != "valkey":
        raise ValueError("args are known for the runtime valkey only; tell other programs by env")
    return tuple(str(arg) for arg in args)


def _volume(entry: Any) -> VolumeSpec:
    name, mount = str(entry["name"]), str(entry["mountPath"])
    if not _NAME.match(name):
        raise ValueError(f"volume name {name!r}: expected lower-case letters, digits and '-'")
    if not _MOUNT.match(mount):
        raise ValueError(f"mountPath of volume {name} is {mount!r}; expected an absolute path, not the root")
    return VolumeSpec(name, mount.rstrip("/"))


def _variable(name: Any) -> str:
    if not isinstance(name, str) or not _VARIABLE.match(name):
        raise ValueError(f"secrets has {name!r}; expected names of environment variables, such as {PASSWORD}")
    return name


def _replicas(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3:
        raise ValueError(f"replicas is {value!r}; expected 0 to 3")
    return value


def _with_calls(service: ServiceSpec, services: Mapping[str, ServiceSpec]) -> ServiceSpec:
    addresses = {f"{other.name}:{other.port}": other.name for other in services.values()}
    calls = tuple(dict.fromkeys(addresses[value] for value in service.env.values() if value in addresses))
    return ServiceSpec(**{key: getattr(service, key) for key in ServiceSpec.__slots__ if key != "calls"}, calls=calls)


def parse_cpu(text: str) -> float:
    """Cores from a Kubernetes quantity: "250m" is 0.25."""
    match = _CPU.match(text)
    if not match or not float(match[1]):
        raise ValueError(f"cpu limit {text!r} is not like '250m' or '1.5'")
    return float(match[1]) / (1000 if match[2] else 1)


def parse_memory(text: str) -> int:
    """Bytes from a Kubernetes quantity: "128Mi"."""
    match = _MEMORY.match(text)
    if not match or not int(match[1]):
        raise ValueError(f"memory limit {text!r} is not like '128Mi'")
    return int(match[1]) * _MEMORY_UNITS[match[2]]
