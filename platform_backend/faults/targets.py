"""What a request for a fault comes down to: checked parameters, named pods, a duration."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from common.errors import Conflict, UserError
from faults import adapters
from faults.catalogue import CATALOGUE, Kind
from faults.validation import Errors, complete
from platform_backend.config import config
from systems import selectors as systems
from systems.ports import Pod, Service

LARGEST_GRPC_CODE: Final = 16


@dataclass(frozen=True, slots=True)
class InjectionRequest:
    """What a user asks for. `pods` and all pods of `services` are meant."""

    kind: str
    pods: Sequence[str] = ()
    services: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    duration_s: float | None = None  # None: faults.default_duration_s


@dataclass(frozen=True, slots=True)
class Plan:
    parameters: dict[str, Any]
    pods: tuple[Pod, ...]
    duration_s: float


def plan(request: InjectionRequest) -> Plan:
    """Raises UserError with all that is wrong by input field, Unavailable when the system can't be asked."""
    kind = _kind(request.kind)
    parameters, found = complete(kind, request.parameters)
    errors: Errors = {f"parameters.{name}": messages for name, messages in found.items()}
    duration_s, errors["duration_s"] = _duration(request.duration_s)
    services = {service.name: service for service in systems.services()}
    pods = _resolve(request, services, errors)
    if not any(errors.values()):
        errors |= _mismatches(kind, parameters, [services[pod.service] for pod in pods], services)
    if errors := {name: messages for name, messages in errors.items() if messages}:
        raise UserError("The injection is not valid; see errors.", fields=errors)
    _refuse_not_running(pods)
    return Plan(parameters, pods, duration_s)


def _kind(name: str) -> Kind:
    kind = CATALOGUE.get(name)
    if kind is None:
        known = ", ".join(CATALOGUE)
        message = f"no fault is called {name!r}; known: {known}"
        raise UserError("The injection is not valid; see errors.", fields={"kind": [message]})
    support = adapters.fault_driver().supports(name)
    if not support.supported:
        message = f"{name} is not possible here: {support.reason}"
        raise UserError("The injection is not valid; see errors.", fields={"kind": [message]})
    return kind


def _duration(asked: float | None) -> tuple[float, list[str]]:
    limits = config().faults
    duration = limits.default_duration_s if asked is None else asked
    if 1 <= duration <= limits.max_duration_s:
        return duration, []
    return duration, [f"expected 1 to {limits.max_duration_s:g} s, not {duration:g}"]


def _resolve(request: InjectionRequest, services: dict[str, Service], errors: Errors) -> tuple[Pod, ...]:
    pods = {pod.name: pod for pod in systems.pods()}
    errors["services"] = _unknown(request.services, services, "service")
    errors["pods"] = _unknown(request.pods, pods, "pod")
    named = [pods[name] for name in request.pods if name in pods]
    meant = named + [pod for pod in pods.values() if pod.service in request.services]
    chosen = {pod.name: pod for pod in sorted(meant, key=lambda pod: pod.name)}
    if not chosen and not errors["services"] and not errors["pods"]:
        asked = "these services have no pods" if request.services else "name at least one pod or service"
        errors["services" if request.services else "pods"] = [asked]
    for pod in chosen.values():
        if services[pod.service].protected:
            field = "pods" if pod.name in request.pods else "services"
            errors[field].append(f"{pod.name} belongs to {pod.service}, which is protected from faults")
    return tuple(chosen.values())


def _refuse_not_running(pods: Sequence[Pod]) -> None:
    messages = [f"{pod.name} is {pod.phase.lower()}" for pod in pods if pod.phase != "Running"]
    if messages:
        raise Conflict("Only a running pod can be given a fault; try again in a moment.", fields={"pods": messages})


def _unknown(names: Sequence[str], known: Iterable[str], what: str) -> list[str]:
    choices = set(known)
    return [f"there is no {what} {name!r}" for name in names if name not in choices]


def _mismatches(kind: Kind, parameters: dict[str, Any], chosen: list[Service], services: dict[str, Service]) -> Errors:
    """Parameters that are right in themselves but not for these services."""
    errors: Errors = {}
    target = parameters.get("target", "")
    if target and target not in services:
        errors["parameters.target"] = [f"there is no service {target!r}"]
    if kind.protocols and (others := {service.name for service in chosen if service.protocol not in kind.protocols}):
        spoken = " or ".join(kind.protocols)
        errors["pods"] = [f"{kind.name} needs services that speak {spoken}; these don't: {', '.join(sorted(others))}"]
    is_grpc_code = kind.name == "http-abort" and parameters["status"] <= LARGEST_GRPC_CODE
    if is_grpc_code and (others := {service.name for service in chosen if service.protocol == "http"}):
        errors["parameters.status"] = [
            f"a gRPC code, but HTTP is spoken by {', '.join(sorted(others))}: use 400 to 599"
        ]
    return errors
