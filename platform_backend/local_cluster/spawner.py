"""The controller's side of the fork server: spawn a process, learn of its end."""

import asyncio
import itertools
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from local_cluster.children import Children
from local_cluster.forkserver import Spawn
from local_cluster.linux import signal_group

logger = logging.getLogger(__name__)

NAME: Final = "forkserver"
SPAWN_TIMEOUT: Final = 20.0
LOST: Final = 255  # the status of a process whose fork server died before it could tell

OnExit = Callable[[int], None]


class SpawnFailed(Exception):
    """The fork server is not there or can't fork."""


class Spawner:
    """Forks processes through the fork server; when that dies, all of them are reported as ended."""

    def __init__(self, *, children: Children, socket: Path, log: Path, preload: Sequence[str], path: str) -> None:
        self._children = children
        self._socket = socket
        self._log = log
        self._preload = preload
        self._path = path
        self._connected = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[asyncio.Future[int], OnExit]] = {}
        self._live: dict[int, OnExit] = {}
        self._born_with: dict[int, int] = {}

    async def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._socket)
        self._socket.chmod(0o600)
        argv = [sys.executable, "-m", "local_cluster.forkserver", str(self._socket), *self._preload]
        env = {**os.environ, "PYTHONPATH": self._path, "GRPC_ENABLE_FORK_SUPPORT": "0"}
        await self._children.start(NAME, argv, env=env, log=self._log, ready=self._is_connected)

    async def stop(self) -> None:
        await self._children.stop(NAME)
        if self._server is not None:
            self._server.close()
        self._socket.unlink(missing_ok=True)

    async def spawn(self, spawn: Spawn, on_exit: OnExit) -> int:
        """The pid of the new process; `on_exit` gets its status (negative: killed by that signal)."""
        number = next(self._numbers)
        future = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(SPAWN_TIMEOUT):
            await self._connected.wait()
            self._waiting[number] = (future, on_exit)
            try:
                self._send({"op": "spawn", "id": number, **asdict(spawn)})
                return await future
            finally:
                self._waiting.pop(number, None)

    def born_with(self, pid: int) -> int | None:
        """Anonymous bytes that a live process had when it was forked."""
        return self._born_with.get(pid)

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._writer is None or self._writer.is_closing():
            raise SpawnFailed("the fork server is restarting; try again")
        self._writer.write(json.dumps(message).encode() + b"\n")

    async def _is_connected(self) -> bool:
        return self._connected.is_set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._connected.set()
        try:
            while line := await reader.readline():
                self._handle(json.loads(line))
        except ConnectionError as error:
            logger.warning("connection to the fork server lost: %s", error)
        finally:
            self._disconnected(writer)

    def _disconnected(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        self._connected.clear()
        self._writer = None
        for future, _ in self._waiting.values():
            if not future.done():
                future.set_exception(SpawnFailed("the fork server died; try again"))
        lost, self._live = self._live, {}
        self._born_with.clear()
        for on_exit in lost.values():
            on_exit(LOST)

    def _handle(self, message: Mapping[str, Any]) -> None:
        if "exited" in message:
            self._exited(message["exited"], message["status"])
            return
        future, on_exit = self._waiting.pop(message["id"], (None, _ignore))
        if future is None or future.done():
            self._discard(message.get("pid"))
        elif "error" in message:
            future.set_exception(SpawnFailed(message["error"]))
        else:
            self._live[message["pid"]] = on_exit
            self._born_with[message["pid"]] = message["anonymous"]
            future.set_result(message["pid"])

    def _discard(self, pid: int | None) -> None:
        """Whoever asked for this process has gone away meanwhile."""
        if pid is not None:
            signal_group(pid, signal.SIGKILL)

    def _exited(self, pid: int, status: int) -> None:
        on_exit = self._live.pop(pid, None)
        self._born_with.pop(pid, None)
        if on_exit is not None:
            on_exit(status)  # may still signal the group of `pid`; only then may the pid be used again
        self._send({"op": "reap", "pid": pid})


def _ignore(status: int) -> None:
    """Stands in for the owner of a process that nobody owns any more."""
