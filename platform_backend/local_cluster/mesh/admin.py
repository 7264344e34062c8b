"""Client of Envoy's admin socket: is it ready, and which version of its configuration is in use?"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp

from local_cluster.mesh.layout import MeshError

SOCKET_NAME: Final = "envoy.sock"
REQUEST_TIMEOUT: Final = 2.0
POLL_INTERVAL: Final = 0.005


class EnvoyAdmin:
    """Call `close` when done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def is_ready(self) -> bool:
        try:
            await self.get("/ready")
        except MeshError:
            return False
        return True

    async def get(self, path: str) -> str:
        """Body of a page. Raises MeshError."""
        if self._session is None:
            connector = aiohttp.UnixConnector(str(self.path))
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT)
            )
        try:
            async with self._session.get(f"http://envoy{path}", raise_for_status=True) as response:
                return await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise MeshError(f"Envoy's admin socket {self.path}, {path}: {type(error).__name__}: {error}") from None

    async def routes_version(self, name: str) -> int:
        """The version of a route configuration that requests see now; 0 while there is none."""
        dump = await self._dump(f"resource=dynamic_route_configs&name_regex=^{name}$")
        return next((int(entry["version_info"]) for entry in dump), 0)

    async def listeners(self) -> set[str]:
        """Names of those that accept connections."""
        lines = (await self.get("/listeners")).splitlines()
        return {line.partition("::")[0] for line in lines}

    async def has_clusters(self, names: Collection[str]) -> bool:
        dump = await self._dump(f"resource=dynamic_active_clusters&name_regex=^({'|'.join(names)})$")
        return {entry["cluster"]["name"] for entry in dump} == set(names)

    async def endpoints(self, cluster: str) -> set[int]:
        """The ports that a cluster balances over now."""
        dump = await self._dump(f"resource=dynamic_active_clusters&name_regex=^{cluster}$")
        return {port for entry in dump for port in _ports(entry["cluster"]["load_assignment"])}

    async def _dump(self, query: str) -> Sequence[dict[str, Any]]:
        dump: Sequence[dict[str, Any]] = json.loads(await self.get(f"/config_dump?{query}")).get("configs", [])
        return dump


def _ports(assignment: dict[str, Any]) -> list[int]:
    return [
        host["endpoint"]["address"]["socket_address"]["port_value"]
        for locality in assignment.get("endpoints", [])
        for host in locality.get("lb_endpoints", [])
    ]


async def wait_until(holds: Callable[[], Awaitable[bool]], *, timeout: float, what: str) -> None:
    """Poll until `holds`; an unreachable Envoy counts as no. Raises MeshError."""
    deadline = time.monotonic() + timeout
    reason = "not in use"
    while time.monotonic() < deadline:
        try:
            if await holds():
                return
        except MeshError as error:
            reason = str(error)
        await asyncio.sleep(POLL_INTERVAL)
    raise MeshError(f"{what}: not confirmed within {timeout:.0f} s: {reason}")
