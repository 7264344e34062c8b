"""Names in the settings that must exist: adapters, database, services and their programs."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.checks.words import change
from cli.programs import has_local_cluster
from common.names import instead
from faults.adapters import ADAPTERS as FAULTS
from local_cluster.topology import ServiceSpec, TopologyError, read_services
from platform_backend.config import REPO, Config, ConfigError
from platform_backend.database import database, require_driver
from systems.adapters import ADAPTERS as SYSTEMS
from telemetry.adapters import ADAPTERS as TELEMETRY

_ADAPTERS: Final[Mapping[str, Mapping[str, Any]]] = {"system": SYSTEMS, "faults": FAULTS, "telemetry": TELEMETRY}
_SOURCES: Final = REPO / "onlineboutique" / "src"


def adapters_exist(settings: Config) -> Iterator[str]:
    for port, known in _ADAPTERS.items():
        name = getattr(settings.adapters, port)
        if name not in known:
            yield f"adapters.{port} is {name!r}: there is none; {instead(name, known)}; {change(f'adapters.{port}')}"


def database_is_known(settings: Config) -> Iterator[str]:
    try:
        database(settings)
        require_driver(settings)
    except ConfigError as error:
        yield str(error)


def services_can_run(settings: Config) -> Iterator[str]:
    if not has_local_cluster(settings):
        return
    try:
        services = services_of(settings)
    except TopologyError as error:
        yield f"local_cluster.values: {error}"
        return
    for service in services.values():
        if service.runtime != "valkey" and not (_SOURCES / service.name / "main.py").is_file():
            yield (
                f"local_cluster.values: services.{service.name}: there is no {_SOURCES / service.name / 'main.py'} "
                f"for its runtime {service.runtime!r}; correct its name or add the program"
            )


def protected_exist(settings: Config) -> Iterator[str]:
    """A misspelt name would leave the service unprotected."""
    if not has_local_cluster(settings):
        return
    try:
        known = services_of(settings)
    except TopologyError:
        return  # said above
    key = "faults.protected_services"
    for name in settings.faults.protected_services:
        if name not in known:
            yield f"{key} has {name!r}: no service is called so; {instead(name, known)}; {change(key)}"


def services_of(settings: Config) -> Mapping[str, ServiceSpec]:
    """Raises TopologyError."""
    return read_services(REPO / settings.local_cluster.values)
