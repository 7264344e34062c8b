"""Starting and stopping one copy of the platform."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from cli.console import CliError, Progress
from cli.instance import INSTANCE_VARIABLE, Instance
from cli.parts import ClusterSilent, Part, ask_cluster, parts
from cli.programs import has_local_cluster, manager_configuration
from cli.running import as_running, forget, variables
from platform_backend.config import REPO, Config
from platform_backend.public import own_url, url_of

_PREPARE_TIMEOUT: Final = 120.0
_STOP_SECONDS: Final = 12.0  # the parts have 11 in the worst case; see programs.py
_POLL_SECONDS: Final = 0.2
_LAST_LINES: Final = 12
# supervisord's own words for "it ended before it was up, again".
_FAILING: Final = frozenset({"BACKOFF", "FATAL"})


def web_url(settings: Config) -> str:
    """Of the copy that runs."""
    return own_url(as_running(settings).web)


def shop_url(settings: Config) -> str:
    shop = as_running(settings).shop
    return url_of(shop.host, shop.port)


def child_environment(settings: Config) -> dict[str, str]:
    return {
        **os.environ,
        INSTANCE_VARIABLE: str(settings.state),
        **variables(as_running(settings)),
        "PYTHONPATH": str(REPO / "platform_backend"),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "platform_backend.settings",
    }


def prepare(settings: Config, *what: str) -> str:
    """Run `cli.prepare`; returns what it printed, the sign-in link."""
    command = [sys.executable, "-m", "cli.prepare", *what]
    try:
        done = subprocess.run(
            command, env=child_environment(settings), capture_output=True, text=True, timeout=_PREPARE_TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise CliError(f"preparing the database took over {_PREPARE_TIMEOUT:.0f} s; is database_url right?") from None
    if done.returncode:
        raise CliError(f"preparing the database failed:\n{_indented(done.stderr.splitlines())}", code=done.returncode)
    return done.stdout.strip()


def start_manager(settings: Config, instance: Instance, *, dies_with_us: bool) -> "subprocess.Popen[bytes]":
    """In a session of its own: Ctrl-C reaches us alone, and we stop it in order."""
    instance.remove_sockets()
    instance.restarts_file.unlink(missing_ok=True)
    instance.manager_configuration.write_text(manager_configuration(settings, instance))
    starter = str(os.getpid()) if dies_with_us else "0"
    with (instance.logs_dir / "manager-start.log").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "cli.manager", starter],
            env=child_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_ready(
    settings: Config, instance: Instance, progress: Progress, *, manager: "subprocess.Popen[bytes]", timeout: float
) -> None:
    """Raises CliError that names the part and shows the end of its log."""
    deadline = time.monotonic() + timeout
    while waiting_for := _not_ready(settings, instance):
        names = ", ".join(waiting_for)
        progress.show(f"waiting for {names}", phase=names)
        if manager.poll() is not None:
            raise CliError(f"the process manager ended:\n{_log_end(instance.logs_dir / 'manager-start.log')}")
        failing = [part for part in parts(instance) if _fails(part)]
        if failing or time.monotonic() > deadline:
            raise CliError(_why_not_ready(instance, waiting_for, failing, timeout))
        time.sleep(_POLL_SECONDS)


def _fails(part: Part) -> bool:
    """One that takes longer than a moment to find out that it can't run is never seen in a failed state."""
    return part.restarts >= (2 if part.state in _FAILING else 4)


def _not_ready(settings: Config, instance: Instance) -> list[str]:
    known = parts(instance)
    waiting = {part.name for part in known if part.state != "RUNNING"} if known else {"manager"}
    if not web_answers(settings):
        waiting.add("web")
    if has_local_cluster(settings) and cluster_state(settings) != "ready":
        waiting.add("cluster")
    return sorted(waiting)


def web_answers(settings: Config) -> bool:
    try:
        return httpx.get(f"{web_url(settings)}/api/v1/health", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


def cluster_state(settings: Config) -> str:
    """ "starting", "ready" or "silent"."""
    try:
        return str(ask_cluster(settings, "/health")["state"])
    except (ClusterSilent, KeyError, TypeError):
        return "silent"


def _why_not_ready(instance: Instance, waiting_for: list[str], failing: list[Part], timeout: float) -> str:
    name = failing[0].name if failing else waiting_for[0]
    what = "ends again and again" if failing else f"is not ready after {timeout:.0f} s"
    log = instance.logs_dir / f"{name}.log"
    return f"{name} {what}; the end of {log}:\n{_log_end(log)}"


def _log_end(path: Path) -> str:
    try:
        return _indented(path.read_text(errors="replace").splitlines())
    except OSError as error:
        return f"  (no log: {error.strerror})"


def _indented(lines: list[str]) -> str:
    return "\n".join("  " + line for line in lines[-_LAST_LINES:])


def stop(instance: Instance, *, on_wait: Callable[[str], None] = lambda _: None) -> bool:
    """End the manager and all that is left of this copy; False when there was nothing."""
    pid = instance.manager_pid()
    if pid is not None:
        _end_manager(instance, pid, on_wait)
    left = instance.sweep()
    instance.remove_sockets()
    forget(instance.run_dir)
    return pid is not None or left > 0


def _end_manager(instance: Instance, pid: int, on_wait: Callable[[str], None]) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + _STOP_SECONDS
    while instance.manager_pid() is not None and time.monotonic() < deadline:
        running = [part.name for part in parts(instance) if part.pid]
        on_wait(", ".join(running) or "manager")
        time.sleep(_POLL_SECONDS)
