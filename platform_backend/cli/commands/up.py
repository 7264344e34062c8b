"""`up`: start everything, wait until it is ready, say where it is; in the foreground keep it until Ctrl-C."""

import argparse
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cli.checks import check, check_state_dir
from cli.console import Progress, complain, say
from cli.dashboard import ensure_dashboard
from cli.instance import Instance
from cli.lifecycle import prepare, shop_url, start_manager, stop, wait_until_ready
from cli.running import as_running, remember
from platform_backend.config import REPO, Config, config
from platform_backend.private import as_the_user_has_it, private_tree


class Ended(Exception):
    """A signal asked this process to end."""


def run(arguments: argparse.Namespace) -> int:
    settings = config()
    instance = Instance.of(settings)
    check_state_dir(settings)
    instance.make_folders()
    with ending_in_order():
        try:
            dashboard = settings.web.dashboard and not arguments.no_dashboard
            return _up(settings, instance, dashboard=dashboard, detach=arguments.detach, timeout=arguments.timeout)
        except Ended:  # while it was starting
            say("Stopped.")
            return 0


def _up(settings: Config, instance: Instance, *, dashboard: bool, detach: bool, timeout: float) -> int:
    with instance.changing():
        if instance.manager_pid() is not None:
            say("MicroServo is running already.")
            _welcome(settings, prepare(settings, "link"))
            if as_running(settings) != settings:
                complain("it was started with other addresses than are set now; for those: ./microservo down, then up")
            return 0
        if dashboard:
            with as_the_user_has_it():  # it lies in the checkout, not in the state folder
                ensure_dashboard(REPO)
        manager, link = start(settings, instance, dies_with_us=not detach, timeout=timeout)
    _welcome(settings, link)
    if detach:
        return 0
    say("Ctrl-C stops it.")
    return _attend(instance, manager)


def start(
    settings: Config, instance: Instance, *, dies_with_us: bool, timeout: float
) -> tuple["subprocess.Popen[bytes]", str]:
    """Returns the manager and a sign-in link. Whatever goes wrong, nothing is left running."""
    if left := instance.sweep():
        complain(f"ended {left} process(es) that a killed manager had left behind")
    private_tree(settings.state)
    check(settings)
    remember(settings)
    with Progress("Starting") as progress:
        progress.show("database", phase="database")
        try:
            link = prepare(settings, "database", "token", "link")
            manager = start_manager(settings, instance, dies_with_us=dies_with_us)
            wait_until_ready(settings, instance, progress, manager=manager, timeout=timeout)
        except BaseException:
            progress.show("stopping again", phase="stop")
            stop(instance)
            raise
    return manager, link


def _attend(instance: Instance, manager: "subprocess.Popen[bytes]") -> int:
    try:
        manager.wait()
    except Ended:
        with Progress("Stopping") as progress:
            stop(instance, on_wait=lambda names: progress.show(names, phase=names))
        say("Stopped.")
        return 0
    # It ended without us asking: `down` from another terminal, or it was killed.
    stop(instance)
    if manager.returncode == 0:
        say("Stopped.")
        return 0
    complain("the process manager was killed; its parts were ended too. Start again with: ./microservo up")
    return 1


def _welcome(settings: Config, link: str) -> None:
    say(f"Sign in:  {link}  (once, within 10 minutes)")
    say(f"Shop:     {shop_url(settings)}")


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Ctrl-C, a closed terminal and `kill` all end in order; a second one while stopping changes nothing."""

    def end(*_: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise Ended

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    yield
