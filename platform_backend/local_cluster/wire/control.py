"""The wire's control socket: one JSON object a line, one JSON object back.

{"op": "pairs", "pairs": {name: {listen, target}}, "impairments": ...} -> {}, when those listen, and no others
{"op": "impair", "impairments": {"links": {id: {latency_ms: ...}}, "lanes": {"<pair>/request": [id, ...]}}} -> {}
{"op": "counters"} -> {"pairs": {pair: {opened, closed, request_bytes, response_bytes}}}
{"op": "impairments"} -> {"lanes": {"<pair>/request": [{latency_ms: ...}, ...]}}, those in force
Whatever is wrong with a request: {"error": "..."}.
"""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any, Final

from local_cluster.wire.state import Impairments, Wire

LONGEST_LINE: Final = 1 << 20
PRIVATE: Final = 0o600


async def serve_control(wire: Wire, path: Path) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError, ValueError):  # ValueError: line too long
            while line := await reader.readline():
                writer.write(json.dumps(await _handle(wire, line)).encode() + b"\n")
                await writer.drain()

    server = await asyncio.start_unix_server(answer, path, limit=LONGEST_LINE)
    path.chmod(PRIVATE)
    return server


async def _handle(wire: Wire, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if request["op"] == "counters":
            return {"pairs": wire.counters()}
        if request["op"] == "impairments":
            return {"lanes": wire.impaired()}
        if request["op"] == "pairs":
            await wire.configure(request["pairs"], Impairments.from_json(request["impairments"]))
            return {}
        if request["op"] == "impair":
            wire.impair(Impairments.from_json(request["impairments"]))
            return {}
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"error": f"no such op: {request['op']!r}"}
