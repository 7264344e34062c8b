"""Events through the REST API: begin one, wait for its end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cli.api import Api
from cli.console import CliError

PATH: Final = "/events"
_OPEN: Final = frozenset({"planned", "running"})
_POLL_SECONDS: Final = 0.5
# Beyond its duration: each pod of a service may take its time to be ready.
_GRACE: Final = 600.0


@dataclass(frozen=True, slots=True)
class Event:
    """What to begin; `duration` in seconds, None for the configured default, or for a kind that does not last."""

    kind: str
    service: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    duration: float | None = None
    allow_last_replica: bool = False

    def request(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "allow_last_replica": self.allow_last_replica,
        }
        named = {"service": self.service, "duration_s": self.duration}
        return body | {name: value for name, value in named.items() if value}


def begin(api: Api, event: Event) -> Mapping[str, Any]:
    begun: Mapping[str, Any] = api.post(PATH, event.request())
    return begun


def find(api: Api, start: str) -> Mapping[str, Any]:
    """The event whose id begins so. Raises CliError (exit code 2) unless there is exactly one."""
    found = [each for each in api.pages(PATH) if str(each["id"]).startswith(start.lower())]
    if len(found) != 1:
        which = "no event has" if not found else f"{len(found)} events have"
        raise CliError(f"{which} an id that begins with {start!r}; see: ./microservo event list", code=2)
    return found[0]


def wait_until_over(
    api: Api, event: Mapping[str, Any], on_wait: Callable[[Mapping[str, Any]], None]
) -> Mapping[str, Any]:
    """The finished event, however it ended. Raises CliError when it does not end."""
    deadline = time.monotonic() + float(event["duration_s"]) + _GRACE
    while event["state"] in _OPEN:
        on_wait(event)
        if time.monotonic() > deadline:
            raise CliError(f"event {event['id']} is still {event['state']}; see: ./microservo logs worker")
        time.sleep(_POLL_SECONDS)
        event = api.get(f"{PATH}/{event['id']}")
    return event
