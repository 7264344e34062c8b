"""How browsers reach the platform."""

from urllib.parse import urlsplit

from platform_backend.config import Web


def own_url(web: Web) -> str:
    """Of this machine, without a proxy."""
    host = "127.0.0.1" if web.host == "0.0.0.0" else web.host  # noqa: S104  compared, not bound
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
