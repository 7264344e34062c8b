"""`release`: allow faults again, after an emergency stop or on a pod that had not recovered."""

import argparse
from collections.abc import Sequence

from cli.api import Api
from cli.console import say
from cli.paths import EMERGENCY_STOP, QUARANTINE
from platform_backend.config import config


def run(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        if arguments.pod:
            _clear(api, arguments.pod)
        else:
            _release(api)
    return 0


def _clear(api: Api, pods: Sequence[str]) -> None:
    for pod in pods:
        entry = api.post(f"{QUARANTINE}/{pod}/clear")
        say(f"Faults are allowed on {pod} again. {entry['reason']}")


def _release(api: Api) -> None:
    stop = api.get(EMERGENCY_STOP)
    api.post(f"{EMERGENCY_STOP}/release")
    if stop["blocked"]:
        say(f"Faults are allowed again; they were blocked by {stop['by']}: {stop['reason']}")
    else:
        say("Faults were not blocked.")
