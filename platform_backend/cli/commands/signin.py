"""`signin`: a new one-time sign-in link."""

import argparse

from cli.api import NOT_RUNNING
from cli.console import CliError, say
from cli.instance import Instance
from cli.lifecycle import prepare
from platform_backend.config import config


def run(_: argparse.Namespace) -> int:
    settings = config()
    if Instance.of(settings).manager_pid() is None:
        raise CliError("MicroServo is not running; start it with: ./microservo up", code=NOT_RUNNING)
    say(prepare(settings, "link"))
    return 0
