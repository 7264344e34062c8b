"""Owner of the controller's own helper processes: starts, watches, restarts and ends them."""

import asyncio
import contextlib
import functools
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local_cluster.backoff import Backoff
from local_cluster.linux import die_with_parent, now_us, signal_group

logger = logging.getLogger(__name__)

Ready = Callable[[], Awaitable[bool]]
Callback = Callable[[], Awaitable[None]]

READY_TIMEOUT: Final = 20.0
READY_INTERVAL: Final = 0.05
STOP_GRACE: Final = 3.0
LAUNCH_RETRY: Final = 2.0


class ChildFailed(Exception):
    """A helper process did not become ready; the message names it and its log."""


@dataclass(frozen=True, slots=True)
class ChildInfo:
    name: str
    pid: int | None
    restarts: int
    started_us: int | None


@dataclass(slots=True)
class _Child:
    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None
    log: Path
    ready: Ready | None
    process: asyncio.subprocess.Process | None = None
    watcher: asyncio.Task[None] | None = None
    restarts: int = 0
    started_us: int | None = None
    backoff: Backoff = field(default_factory=Backoff)
    callbacks: list[Callback] = field(default_factory=list)


class Children:
    """Each child runs in its own process group, logs to a file, and dies with the controller."""

    def __init__(self) -> None:
        self._children: dict[str, _Child] = {}

    async def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        log: Path,
        ready: Ready | None = None,
    ) -> None:
        """Start and wait until `ready`. Raises ChildFailed. `env` replaces the whole environment."""
        child = _Child(name, argv, env, log, ready)
        self._children[name] = child
        await self._launch(child)
        child.watcher = asyncio.create_task(self._watch(child), name=f"child-{name}")
        try:
            await self._wait_ready(child)
        except ChildFailed:
            await self.stop(name)
            raise

    def on_restart(self, name: str, callback: Callback) -> None:
        """Have `callback` awaited each time the child is up (and ready) again after a death."""
        self._children[name].callbacks.append(callback)

    async def stop(self, name: str) -> None:
        """End a child and its process group. Idempotent."""
        child = self._children.pop(name, None)
        if child is None:
            return
        if child.watcher is not None:
            child.watcher.cancel()
            await asyncio.gather(child.watcher, return_exceptions=True)
        await _terminate(child)
        logger.info("%s stopped", name)

    async def stop_all(self) -> None:
        await asyncio.gather(*(self.stop(name) for name in list(self._children)))

    def processes(self) -> list[ChildInfo]:
        return [
            ChildInfo(child.name, _pid(child), child.restarts, child.started_us) for child in self._children.values()
        ]

    async def _launch(self, child: _Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        with child.log.open("ab") as output:
            child.process = await asyncio.create_subprocess_exec(
                *child.argv,
                env=child.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
                preexec_fn=functools.partial(die_with_parent, os.getpid()),
            )
        child.started_us = now_us()

    async def _launch_at_last(self, child: _Child) -> None:
        """Also when the machine has no room or no processes left for a while."""
        while True:
            try:
                return await self._launch(child)
            except OSError as error:
                logger.error("%s can't be started: %s", child.name, error)
                await asyncio.sleep(LAUNCH_RETRY)

    async def _wait_ready(self, child: _Child) -> None:
        if child.ready is None:
            return
        deadline = time.monotonic() + READY_TIMEOUT
        while time.monotonic() < deadline and _pid(child) is not None:
            if await child.ready():
                return
            await asyncio.sleep(READY_INTERVAL)
        what = "ended before it was ready" if _pid(child) is None else f"is not ready after {READY_TIMEOUT:.0f} s"
        raise ChildFailed(f"{child.name} {what}; see {child.log}")

    async def _watch(self, child: _Child) -> None:
        while child.process is not None:
            began = time.monotonic()
            status = await child.process.wait()
            signal_group(child.process.pid, signal.SIGKILL)
            delay = child.backoff.delay_after(time.monotonic() - began)
            logger.warning("%s ended with status %s; restart in %.0f s; see %s", child.name, status, delay, child.log)
            await asyncio.sleep(delay)
            await self._relaunch(child)

    async def _relaunch(self, child: _Child) -> None:
        child.restarts += 1
        try:
            await self._launch_at_last(child)
            await self._wait_ready(child)
        except ChildFailed as failure:
            logger.error("%s", failure)
            return
        for callback in child.callbacks:
            await _call(child.name, callback)


async def _call(name: str, callback: Callback) -> None:
    try:
        await callback()
    except (OSError, RuntimeError, ValueError, TimeoutError):
        logger.exception("after the restart of %s: the follow-up failed", name)


def _pid(child: _Child) -> int | None:
    process = child.process
    return process.pid if process is not None and process.returncode is None else None


async def _terminate(child: _Child) -> None:
    process = child.process
    if process is None:
        return
    if process.returncode is None:
        signal_group(process.pid, signal.SIGCONT)
        signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_GRACE)
    signal_group(process.pid, signal.SIGKILL)
    await process.wait()
