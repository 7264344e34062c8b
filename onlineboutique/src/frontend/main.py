"""The shop's web front: HTML pages made from what the other services answer."""

import asyncio
import logging
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from frontend.backends import Backends, connect
from frontend.habits import HABITS
from frontend.middleware import BEHAVIOUR, observe, turn_strangers_away
from frontend.pages import BACKENDS, ROUTES
from shoplib import process
from shoplib.behaviour import Behaviour, lived
from shoplib.environment import listen_host, listen_port

GRACE_S: Final = 3.0
LARGEST_FORM: Final = 64 * 1024

logger = logging.getLogger("frontend")


def soften(record: logging.LogRecord) -> bool:
    """A filter of aiohttp's own log: who sends what is not HTTP gets an answer, and is no error of the shop."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError) and error.code < 500:
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        record.msg, record.args, record.exc_info = "bad request: %s", (type(error).__name__,), None
    return True


def application(backends: Backends, behaviour: Behaviour) -> web.Application:
    app = web.Application(middlewares=[turn_strangers_away, observe], client_max_size=LARGEST_FORM)
    app[BACKENDS] = backends
    app[BEHAVIOUR] = behaviour
    app.router.add_routes(ROUTES)
    return app


async def serve(stopping: asyncio.Event) -> None:
    logging.getLogger("aiohttp.server").addFilter(soften)
    async with connect() as backends, lived("frontend", HABITS) as behaviour:
        runner = web.AppRunner(application(backends, behaviour), access_log=None, shutdown_timeout=GRACE_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, listen_host(), listen_port()).start()
            logger.info("listening on %s:%d", listen_host(), listen_port())
            await stopping.wait()
        finally:
            await runner.cleanup()


def main() -> None:
    process.run("frontend", serve)


if __name__ == "__main__":
    main()
