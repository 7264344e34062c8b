"""Every setting against this machine, once, before anything is started.

Each check yields a line for each problem: the key, its value, what is expected, and what to do.
"""

from collections.abc import Callable, Iterator
from typing import Final

from cli.checks.addresses import broker_answers, ports_are_free, ports_of_the_cluster
from cli.checks.limits import open_files, processes, room, watches
from cli.checks.names import adapters_exist, database_is_known, protected_exist, services_can_run
from cli.checks.state import holds_only_ours
from platform_backend.config import Config, ConfigError

Check = Callable[[Config], Iterator[str]]

_CHECKS: Final[tuple[Check, ...]] = (
    adapters_exist,
    database_is_known,
    services_can_run,
    protected_exist,
    ports_are_free,
    ports_of_the_cluster,
    open_files,
    processes,
    watches,
    room,
    broker_answers,
)


def check_state_dir(settings: Config) -> None:
    """Before the first thing is written there. Raises ConfigError."""
    _raise(list(holds_only_ours(settings)))


def check(settings: Config) -> None:
    """Raises ConfigError."""
    _raise([problem for each in _CHECKS for problem in each(settings)])


def _raise(problems: list[str]) -> None:
    if problems:
        raise ConfigError("\n".join(problems))
