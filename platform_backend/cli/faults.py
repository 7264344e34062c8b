"""Injecting faults through the REST API."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cli.api import Api
from cli.console import CliError

_POLL_SECONDS: Final = 0.5
# Beyond its duration: to take hold, and to be cleared with retries while a part is restarting.
_GRACE: Final = 90.0
_OPEN: Final = frozenset({"planned", "applying", "active", "recovering"})
_PATH: Final = "/faults/injections"


@dataclass(frozen=True, slots=True)
class Fault:
    """What to inject; `duration` in seconds, None for the configured default."""

    kind: str
    services: Sequence[str] = ()
    pods: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    duration: float | None = None
    allow_last_replica: bool = False

    def request(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "kind": self.kind,
            "services": list(self.services),
            "pods": list(self.pods),
            "parameters": dict(self.parameters),
            "allow_last_replica": self.allow_last_replica,
        }
        return body if self.duration is None else body | {"duration_s": self.duration}


def inject(api: Api, fault: Fault) -> Mapping[str, Any]:
    injection: Mapping[str, Any] = api.post(_PATH, fault.request())
    return injection


def wait_until_over(
    api: Api, injection: Mapping[str, Any], on_wait: Callable[[Mapping[str, Any]], None]
) -> Mapping[str, Any]:
    """The finished injection with its labels. Raises CliError when it failed or does not end."""
    deadline = time.monotonic() + float(injection["duration_s"]) + _GRACE
    while injection["state"] in _OPEN:
        on_wait(injection)
        if time.monotonic() > deadline:
            raise CliError(f"injection {injection['id']} is still {injection['state']}; see: ./microservo logs worker")
        time.sleep(_POLL_SECONDS)
        injection = api.get(f"{_PATH}/{injection['id']}")
    if injection["state"] == "recovery_failed":
        raise CliError(f"{injection['kind']} is over, but its pods have not recovered: {injection['recovery_detail']}")
    if injection["state"] == "failed":
        raise CliError(f"{injection['kind']} failed: {injection['error'] or 'no reason given'}")
    return injection
