"""What a request for a fault comes down to: checked parameters, named pods, a duration."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from common.errors import Conflict, UserError, said
from common.names import instead
from common.parameters import Errors, complete
from faults import adapters, guards
from faults.catalogue import CATALOGUE, Kind
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
    allow_last_replica: bool = False  # take down the only ready pod of a service


@dataclass(frozen=True, slots=True)
class Plan:
    parameters: dict[str, Any]
    pods: tuple[Pod, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Examination:
    """The plan, and by input field what is wrong with it: in itself, for now and later, and only just now."""

    plan: Plan
    errors: Errors
    lasting: Errors
    passing: Errors


def plan(request: InjectionRequest) -> Plan:
    """Raises UserError with all that is wrong by input field, Unavailable when the system can't be asked."""
    guards.refuse_blocked()
    found = examine(request)
    refuse(found.errors, found.lasting, found.passing)
    return found.plan


def refuse(errors: Errors, *conflicts: Errors) -> None:
    """Raises UserError for errors, Conflict for conflicts, nothing when there are none."""
    if any(errors.values()):
        raise UserError(said("injection.invalid", "The injection is not valid; see errors."), fields=errors)
    if messages := [message for each in conflicts for message in each.get("pods", [])]:
        raise Conflict(
            said("injection.not_now", "These pods can't be given this fault now; see errors."),
            fields={"pods": messages},
        )


def examine(request: InjectionRequest) -> Examination:
    """Everything that speaks against the request, without acting. Raises Unavailable."""
    kind, errors = _kind(request.kind)
    parameters, found = complete(kind, request.parameters) if kind else ({}, {})
    errors |= {f"parameters.{name}": messages for name, messages in found.items()}
    duration_s, errors["duration_s"] = _duration(request.duration_s)
    services = {service.name: service for service in systems.services()}
    all_pods = systems.pods()
    pods = _resolve(request, services, all_pods, errors)
    if kind and not any(errors.values()):
        errors |= _mismatches(kind, parameters, [services[pod.service] for pod in pods], services)
    candidate = guards.Candidate(request.kind, pods, request.allow_last_replica)
    return Examination(
        plan=Plan(parameters, pods, duration_s),
        errors={name: messages for name, messages in errors.items() if messages},
        lasting=guards.lasting(candidate, all_pods),
        passing=guards.passing(candidate),
    )


def _kind(name: str) -> tuple[Kind | None, Errors]:
    kind = CATALOGUE.get(name)
    if kind is None:
        return None, {"kind": [f"no fault is called {name!r}; {instead(name, CATALOGUE)}"]}
    support = adapters.fault_driver().supports(name)
    return kind, {} if support.supported else {"kind": [f"{name} is not possible here: {support.reason}"]}


def _duration(asked: float | None) -> tuple[float, list[str]]:
    limits = config().faults
    duration = limits.default_duration_s if asked is None else asked
    if 1 <= duration <= limits.max_duration_s:
        return duration, []
    return duration, [f"expected 1 to {limits.max_duration_s:g} s, not {duration:g}"]


def _resolve(
    request: InjectionRequest, services: dict[str, Service], all_pods: Sequence[Pod], errors: Errors
) -> tuple[Pod, ...]:
    pods = {pod.name: pod for pod in all_pods}
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


def _unknown(names: Sequence[str], known: Iterable[str], what: str) -> list[str]:
    choices = set(known)
    return [f"there is no {what} {name!r}" for name in names if name not in choices]


def _mismatches(kind: Kind, parameters: dict[str, Any], chosen: list[Service], services: dict[str, Service]) -> Errors:
    """Parameters that are right in themselves but not for these services."""
    errors: Errors = {}
    target = parameters.get("target", "")
    if target and target not in services:
        errors["parameters.target"] = [f"there is no service {target!r}"]
    if kind.files:
        return errors | _without_files(kind, parameters["path"], chosen)
    if not kind.protocols:
        return errors
    for service in {service.name: service for service in chosen}.values():
        spoken = {callee.protocol for callee in _answering(service, parameters, services)} & set(kind.protocols)
        if not spoken:
            which = " or ".join(kind.protocols)
            errors.setdefault("pods", []).append(f"{kind.name}: {service.name} has no such requests by {which}")
        elif kind.name == "http-abort" and parameters["status"] <= LARGEST_GRPC_CODE and "http" in spoken:
            errors.setdefault("parameters.status", []).append(
                f"a gRPC code, but HTTP is spoken by {service.name} here: use 400 to 599"
            )
    return errors


def _without_files(kind: Kind, path: str, chosen: list[Service]) -> Errors:
    """Services whose pods have no such files."""
    errors: Errors = {}
    for service in {service.name: service for service in chosen}.values():
        if not service.volumes:
            errors.setdefault("pods", []).append(f"{kind.name}: pods of {service.name} have no volume")
        elif path and not any(f"{path}/".startswith(f"{mount}/") for mount in service.volumes):
            below = " and ".join(service.volumes)
            errors.setdefault("parameters.path", []).append(f"pods of {service.name} have their files below {below}")
    return errors


def _answering(service: Service, parameters: dict[str, Any], services: dict[str, Service]) -> list[Service]:
    """Who answers the requests that a fault of a service's pods hits: itself, or those it calls."""
    target, direction = parameters["target"], parameters["direction"]
    answering = []
    if direction != "to" and (not target or (target in services and service.name in services[target].calls)):
        answering.append(service)
    if direction != "from":
        answering += [services[name] for name in service.calls if target in ("", name) and name in services]
    return answering
