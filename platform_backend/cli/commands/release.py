"""`release`: allow faults again after an emergency stop."""

import argparse

from cli.api import Api
from cli.commands.stop_all import PATH
from cli.console import say
from platform_backend.config import config


def run(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        stop = api.get(PATH)
        api.post(f"{PATH}/release")
    if stop["blocked"]:
        say(f"Faults are allowed again; they were blocked by {stop['by']}: {stop['reason']}")
    else:
        say("Faults were not blocked.")
    return 0
