"""The life of a service process: logs, traces, run until SIGTERM, flush, end."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

from shoplib import logs, tracing
from shoplib.environment import identity

logger = logging.getLogger(__name__)

Serve = Callable[[asyncio.Event], Awaitable[None]]


def run(service: str, serve: Serve) -> None:
    """Run `serve` until it returns. It gets an event that is set when the process is asked to stop."""
    me = identity(service)
    logs.configure(me, tracing.current_ids)
    logger.info("starting %s %s", me.service, me.version or "without a version")
    provider = tracing.start(me)
    try:
        asyncio.run(_until_stopped(serve))
    finally:
        tracing.stop(provider)


async def _until_stopped(serve: Serve) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await serve(stopping)
    logger.info("stopped")
