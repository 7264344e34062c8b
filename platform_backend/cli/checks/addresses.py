"""Addresses in the settings: ports that must be free, and a broker that must answer."""

import errno
import socket
from collections.abc import Iterator
from typing import Final

import psutil
from redis import Redis
from redis.exceptions import RedisError

from cli.checks.names import services_of
from cli.checks.words import change
from cli.instance import INSTANCE_VARIABLE
from cli.programs import bind_address, has_local_cluster
from local_cluster.ports import needed
from local_cluster.topology import PortAllocator, TopologyError, last_port
from platform_backend.config import Config

FIRST: Final = "local_cluster.first_port"
_LOWEST: Final = 1024
_ANSWER_S: Final = 3.0


def ports_are_free(settings: Config) -> Iterator[str]:
    yield from _port("web.port", settings.web.host, settings.web.port)
    if not has_local_cluster(settings):
        return
    if settings.shop.port == settings.web.port:
        yield f"shop.port is {settings.shop.port}, and so is web.port: expected two; {change('shop.port')}"
        return
    yield from _port("shop.port", settings.shop.host, settings.shop.port)


def _port(key: str, host: str, port: int) -> Iterator[str]:
    try:
        _try_to_listen(host, port)
    except (OSError, UnicodeError) as error:
        yield f"{key}: {bind_address(host, port)} {_why_not(error, key, host, port)}"


def _try_to_listen(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)  # two may bind with SO_REUSEADDR, but only one listens


def _why_not(error: OSError | UnicodeError, key: str, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"is in use{_holder(port)}; {change(key)}"
    if isinstance(error, PermissionError):
        return f"can't be opened: {error.strerror}; expected a port from {_LOWEST} on; {change(key)}"
    reason = error.strerror if isinstance(error, OSError) else "no host name"
    return f"can't be opened: {reason}; {change(key)}, or {key.replace('.port', '.host')}, which is {host!r}"


def _holder(port: int) -> str:
    """ " by NAME (pid)", as far as this user may know."""
    try:
        connections = psutil.net_connections(kind="tcp")
        pid = next(c.pid for c in connections if c.laddr and c.laddr.port == port and c.status == psutil.CONN_LISTEN)
        return _named(psutil.Process(pid)) if pid else ""
    except (StopIteration, psutil.Error, OSError):
        return ""


def _named(process: psutil.Process) -> str:
    try:
        state = process.environ().get(INSTANCE_VARIABLE)
    except psutil.Error:
        state = None
    copy = f", of the MicroServo whose state is in {state}" if state else ""
    return f" by {process.name()} (pid {process.pid}{copy})"


def ports_of_the_cluster(settings: Config) -> Iterator[str]:
    if not has_local_cluster(settings):
        return
    try:
        count = needed(services_of(settings))
    except TopologyError:
        return  # said of the services
    first, last = settings.local_cluster.first_port, last_port()
    if first + count - 1 > last:
        yield f"{FIRST} is {first}: {_beyond(count, last)}"
        return
    yield from _taken(settings, count, last)


def _beyond(count: int, last: int) -> str:
    clients = f"from {last + 1} on this machine hands ports out to clients (net.ipv4.ip_local_port_range)"
    if last - count < _LOWEST:
        return f"{count} ports are needed, and {clients}; as root: sysctl -w net.ipv4.ip_local_port_range='32768 60999'"
    return (
        f"{count} ports are needed from there upwards, and {clients}: expected {_LOWEST} to {last - count + 1}; "
        f"{change(FIRST)}"
    )


def _taken(settings: Config, count: int, last: int) -> Iterator[str]:
    first, ports = settings.local_cluster.first_port, PortAllocator(settings.local_cluster.first_port)
    try:
        taken = [ports.allocate() for _ in range(count)]
    except TopologyError:
        free = len(ports.claims)
        yield (
            f"{FIRST} is {first}: of the ports from there to {last} {free} are free, and {count} are needed; "
            f"other programs have the rest; {change(FIRST)}"
        )
        return
    finally:
        ports.close()
    for key, port in (("web.port", settings.web.port), ("shop.port", settings.shop.port)):
        if first <= port <= taken[-1]:
            yield (
                f"{key} is {port}: the local cluster takes {first} to {taken[-1]} ({FIRST}): expected another one; "
                f"{change(key)}"
            )


def broker_answers(settings: Config) -> Iterator[str]:
    if not settings.broker_url:
        return
    url = settings.broker_url.replace("redis+socket://", "unix://", 1)
    try:
        with Redis.from_url(url, protocol=2, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S) as broker:
            broker.ping()
    except (RedisError, OSError, ValueError) as error:
        yield f"broker_url: {error}; start that broker, or {change('broker_url')} to nothing for an own one"
