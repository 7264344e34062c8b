"""`down`: stop everything, whoever is still alive of it."""

import argparse

from cli.console import Progress, say
from cli.instance import Instance
from cli.lifecycle import stop
from platform_backend.config import config


def run(_: argparse.Namespace) -> int:
    instance = Instance.of(config())
    if not instance.run_dir.is_dir():
        say("MicroServo is not running.")
        return 0
    with instance.changing(), Progress("Stopping") as progress:
        was_running = stop(instance, on_wait=lambda names: progress.show(names, phase=names))
    say("Stopped." if was_running else "MicroServo is not running.")
    return 0
