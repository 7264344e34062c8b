"""Typed client of the control API, for the platform's adapters and the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)

T = TypeVar("T")


class ClusterUnavailable(Exception):
    """The local cluster does not answer: not started, starting, or hung."""


class ClusterRefused(Exception):
    """The local cluster answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Health:
    state: str  # starting, ready
    since_us: int


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    name: str
    replicas: int
    protocol: str
    calls: tuple[str, ...]
    volumes: tuple[str, ...]  # mount paths


@dataclass(frozen=True, slots=True)
class PodInfo:
    name: str
    service: str
    node: str
    phase: str
    ready: bool
    restarts: int
    started_us: int | None
    pid: int | None
    cpu_limit: float
    memory_limit: int
    cpu_seconds: float | None
    memory_bytes: int | None
    version: str


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    name: str
    pid: int | None
    restarts: int
    started_us: int | None


@dataclass(frozen=True, slots=True)
class KindSupport:
    supported: bool
    reason: str


@dataclass(frozen=True, slots=True)
class FaultPod:
    pod: str
    service: str
    start_us: int | None
    end_us: int | None
    end_reason: str
    error: str


@dataclass(frozen=True, slots=True)
class FaultInfo:
    fault_id: str
    kind: str
    parameters: Mapping[str, Any]
    state: str  # applying, active, recovering, ended, failed
    created_us: int
    deadline_us: int
    error: str
    pods: tuple[FaultPod, ...]


@dataclass(frozen=True, slots=True)
class EventPod:
    pod: str
    start_us: int
    end_us: int | None


@dataclass(frozen=True, slots=True)
class EventInfo:
    event_id: str
    kind: str
    service: str
    parameters: Mapping[str, Any]
    state: str  # running, ended, failed
    created_us: int
    duration_s: float
    start_us: int | None
    end_us: int | None
    end_reason: str
    error: str
    detail: Mapping[str, Any]
    pods: tuple[EventPod, ...]


@dataclass(frozen=True, slots=True)
class BlockInfo:
    stop_id: str
    reason: str
    by: str
    since_us: int


class LocalClusterClient:
    """Synchronous; safe to share between threads. All methods raise ClusterUnavailable and ClusterRefused."""

    def __init__(self, socket_path: Path) -> None:
        self.socket_path = socket_path
        transport = httpx.HTTPTransport(uds=str(socket_path))
        self._http = httpx.Client(transport=transport, base_url="http://local-cluster", timeout=TIMEOUT)

    def close(self) -> None:
        self._http.close()

    def health(self) -> Health:
        return _record(Health, self._call("GET", "/health"))

    def services(self) -> Sequence[ServiceInfo]:
        raw = self._call("GET", "/services")
        return [
            _record(ServiceInfo, {**item, "calls": tuple(item["calls"]), "volumes": tuple(item["volumes"])})
            for item in raw
        ]

    def pods(self) -> Sequence[PodInfo]:
        return [_record(PodInfo, item) for item in self._call("GET", "/pods")]

    def recreate_pod(self, pod: str) -> None:
        """A new process with nothing of the old one; returns when the old one is dead."""
        self._call("POST", f"/pods/{quote(pod, safe='')}/recreate")

    def processes(self) -> Sequence[ProcessInfo]:
        return [_record(ProcessInfo, item) for item in self._call("GET", "/processes")]

    def kinds(self) -> Mapping[str, KindSupport]:
        return {name: _record(KindSupport, item) for name, item in self._call("GET", "/kinds").items()}

    def io_rules(self) -> Mapping[str, str]:
        """What is being done to the file operations of pods right now, by pod."""
        rules: Mapping[str, str] = self._call("GET", "/io-rules")
        return rules

    def apply_fault(
        self, *, fault_id: str, kind: str, pods: Sequence[str], duration_s: float, parameters: Mapping[str, Any]
    ) -> FaultInfo:
        """Idempotent by fault_id."""
        body = {
            "fault_id": fault_id,
            "kind": kind,
            "pods": list(pods),
            "duration_s": duration_s,
            "parameters": dict(parameters),
        }
        return _fault(self._call("POST", "/faults", body))

    def fault(self, fault_id: str) -> FaultInfo:
        return _fault(self._call("GET", f"/faults/{fault_id}"))

    def faults(self) -> Sequence[FaultInfo]:
        return [_fault(item) for item in self._call("GET", "/faults")]

    def end_fault(self, fault_id: str) -> FaultInfo:
        """Idempotent; returns at once, poll `fault` for the end."""
        return _fault(self._call("DELETE", f"/faults/{fault_id}"))

    def end_all_faults(self) -> Sequence[FaultInfo]:
        """Those that ran; returns at once, as `end_fault`."""
        return [_fault(item) for item in self._call("DELETE", "/faults")]

    def event_kinds(self) -> Sequence[str]:
        kinds: list[str] = self._call("GET", "/event-kinds")
        return kinds

    def begin_event(
        self, *, event_id: str, kind: str, service: str, duration_s: float, parameters: Mapping[str, Any]
    ) -> EventInfo:
        """Idempotent by event_id."""
        body = {
            "event_id": event_id,
            "kind": kind,
            "service": service,
            "duration_s": duration_s,
            "parameters": dict(parameters),
        }
        return _event(self._call("POST", "/events", body))

    def event(self, event_id: str) -> EventInfo:
        return _event(self._call("GET", f"/events/{event_id}"))

    def events(self) -> Sequence[EventInfo]:
        return [_event(item) for item in self._call("GET", "/events")]

    def end_event(self, event_id: str) -> EventInfo:
        """Have it take the way back. Idempotent; returns at once, poll `event` for the end."""
        return _event(self._call("DELETE", f"/events/{event_id}"))

    def block(self) -> BlockInfo | None:
        """The emergency stop in force."""
        return _block(self._call("GET", "/block"))

    def set_block(self, *, stop_id: str, reason: str, by: str) -> BlockInfo | None:
        """End every fault now and refuse new ones, also after a restart."""
        return _block(self._call("PUT", "/block", {"stop_id": stop_id, "reason": reason, "by": by}))

    def clear_block(self, stop_id: str) -> None:
        """Nothing happens when another emergency stop is in force."""
        self._call("DELETE", f"/block?stop_id={stop_id}")

    def load(self) -> float:
        return float(self._call("GET", "/load")["rate"])

    def load_shape(self) -> dict[str, Any]:
        """profile, period_s, series."""
        asked: dict[str, Any] = self._call("GET", "/load")
        return {name: value for name, value in asked.items() if name != "rate"}

    def set_load(self, rate: float, shape: Mapping[str, Any] | None = None) -> None:
        """Without a shape it stays as it is."""
        self._call("PUT", "/load", {"rate": rate, **(shape or {})})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            what = str(error) or type(error).__name__
            raise ClusterUnavailable(f"the local cluster does not answer at {self.socket_path}: {what}") from error
        if response.is_success:
            return response.json()
        raise ClusterRefused(response.status_code, _message(response))


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {response.status_code}"


def _record(kind: type[T], raw: Mapping[str, Any]) -> T:
    """Fields that a newer cluster adds are ignored."""
    return kind(**{field.name: raw[field.name] for field in fields(kind)})  # type: ignore[arg-type]


def _block(raw: Mapping[str, Any]) -> BlockInfo | None:
    return _record(BlockInfo, raw["block"]) if raw["block"] else None


def _event(raw: Mapping[str, Any]) -> EventInfo:
    return _record(EventInfo, {**raw, "pods": tuple(_record(EventPod, pod) for pod in raw["pods"])})


def _fault(raw: Mapping[str, Any]) -> FaultInfo:
    return _record(FaultInfo, {**raw, "pods": tuple(_record(FaultPod, pod) for pod in raw["pods"])})
