"""How browsers reach the platform."""

from urllib.parse import urlsplit

from platform_backend.config import Web


def own_url(web: Web) -> str:
    """Of this machine, without a proxy."""
    return url_of(web.host, web.port)


def url_of(host: str, port: int) -> str:
    """Where somebody on this machine reaches what listens there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def host_of(url: str) -> str:
    """As a browser sends it, without the port."""
    name = urlsplit(url).hostname or ""
    return f"[{name}]" if ":" in name else name
