"""One command to a store that speaks RESP, straight to its port."""

import asyncio
import contextlib
from typing import Final

from local_cluster.topology import HOST

TIMEOUT: Final = 5.0


class StoreError(Exception):
    """The store does not do it; one line."""


async def command(port: int, *words: str, password: str = "") -> str:
    """What it answers: of a status or a number, the text. Raises StoreError."""
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                if password:
                    await _ask(reader, writer, "AUTH", password)
                return await _ask(reader, writer, *words)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise StoreError(f"no answer to {words[0]}: {error or 'too slow'}") from None


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: str) -> str:
    """As an array of bulk strings, as clients send it."""
    parts = [f"*{len(words)}\r\n", *(f"${len(word.encode())}\r\n{word}\r\n" for word in words)]
    writer.write("".join(parts).encode())
    answer = (await reader.readuntil(b"\r\n")).decode(errors="replace").rstrip()
    if answer.startswith("-"):
        raise StoreError(f"{words[0]}: {answer[1:]}")
    return answer[1:]
