"""Kinds of values that settings have. A wrong one raises ValueError that says what is expected."""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

_HOST: Final = re.compile(r"^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$")
_MAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+$")
BROKER_SCHEMES: Final = ("redis", "rediss", "redis+socket")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    return _is_address(text) or (len(text) <= 253 and bool(_HOST.match(text)))


def _is_allowed_host(text: str) -> bool:
    """As Django has it: "*" for all, a leading dot for a domain with all below it, brackets around IPv6."""
    if text.startswith("[") and text.endswith("]"):
        return _is_address(text[1:-1])
    return text == "*" or (":" not in text and _is_host(text.removeprefix(".")))


def _is_broker_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0  # raises ValueError for one that is none
    except ValueError:
        return False
    if parts.scheme == "redis+socket":
        return parts.path.startswith("/") and not parts.hostname
    number = parts.path.removeprefix("/")
    return parts.scheme in BROKER_SCHEMES and bool(parts.hostname) and has_port and (not number or number.isdecimal())


def _expect(holds: Callable[[str], bool], expected: str) -> AfterValidator:
    def check(text: str) -> str:
        if not holds(text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(check)


ListenHost = Annotated[str, _expect(_is_host, "an IP address or host name of this machine, such as 127.0.0.1")]
Address = Annotated[str, _expect(_is_address, "an IP address of this machine, such as 127.0.0.1 or 0.0.0.0")]
AllowedHost = Annotated[
    str, _expect(_is_allowed_host, "names or addresses without scheme and port, such as servo.example.org")
]
BrokerUrl = Annotated[
    str,
    _expect(
        lambda text: not text or _is_broker_url(text),
        "redis://user:password@host:6379/0, redis+socket:///path, or nothing for a broker of its own",
    ),
]
Mailbox = Annotated[str, _expect(lambda text: bool(_MAIL.match(text)), "an e-mail address, such as servo@example.org")]
