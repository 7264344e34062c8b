"""Client of the wire's control socket."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any, Final

from local_cluster.mesh.layout import MeshError

REPLY_TIMEOUT: Final = 2.0
RETRY_INTERVAL: Final = 0.05
# A wire that died is back within this time, with all impairments in force.
RESTART_TIMEOUT: Final = 10.0
LONGEST_REPLY: Final = 1 << 20
SOCKET_NAME: Final = "wire.sock"


class WireClient:
    """One short connection per request: nothing to mend when the wire was restarted."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def is_ready(self) -> bool:
        try:
            await self._ask({"op": "counters"})
        except (OSError, ValueError):
            return False
        return True

    async def counters(self) -> dict[str, dict[str, int]]:
        """Per pair: opened, closed, request_bytes, response_bytes; all since the start of the wire."""
        counters: dict[str, dict[str, int]] = (await self._request({"op": "counters"}))["pairs"]
        return counters

    async def impair(self, impairments: dict[str, Any]) -> None:
        """Returns when the impairments are in force. Raises MeshError."""
        await self._request({"op": "impair", "impairments": impairments})

    async def set_pairs(self, pairs: dict[str, Any], impairments: dict[str, Any]) -> None:
        """Have exactly these pairs listen, and be impaired so. Raises MeshError."""
        await self._request({"op": "pairs", "pairs": pairs, "impairments": impairments})

    async def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + RESTART_TIMEOUT
        while True:
            try:
                reply = await self._ask(request)
                break
            except (OSError, ValueError) as error:
                if time.monotonic() > deadline:
                    raise MeshError(f"wire at {self._path}: no answer for {RESTART_TIMEOUT:.0f} s: {error}") from None
                await asyncio.sleep(RETRY_INTERVAL)
        if "error" in reply:
            raise MeshError(f"wire at {self._path}: {reply['error']}")
        return reply

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(REPLY_TIMEOUT):
            reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_REPLY)
            try:
                writer.write(json.dumps(request).encode() + b"\n")
                reply: dict[str, Any] = json.loads(await reader.readline())
            finally:
                writer.close()
        return reply
