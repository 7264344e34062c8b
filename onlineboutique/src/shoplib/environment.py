"""What a service is told by its environment. A missing variable ends the service with a line that names it."""

import os
from dataclasses import dataclass


class MissingVariable(SystemExit):
    """Exits with status 1 and the message on stderr, as `sys.exit("...")` does."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"environment variable {name} is not set; helm-chart/values.yaml lists what each service needs"
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this process is, in logs and traces."""

    service: str
    pod: str
    node: str
    version: str = ""


def required(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise MissingVariable(name) from None


def identity(service: str) -> Identity:
    """`service` is what the process calls itself when nobody else named it."""
    name = os.environ.get("SERVICE_NAME", service)
    return Identity(
        service=name,
        pod=os.environ.get("POD_NAME", name),
        node=os.environ.get("NODE_NAME", ""),
        version=os.environ.get("SERVICE_VERSION", ""),
    )


def listen_host() -> str:
    """Loopback unless told otherwise: images set HOST to every interface, a laptop must not."""
    return os.environ.get("HOST", "127.0.0.1")


def listen_port() -> int:
    return int(required("PORT"))
