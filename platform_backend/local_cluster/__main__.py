"""python -m local_cluster: run the shop of this configuration until SIGTERM."""

import asyncio
import logging
import signal
import sys
from typing import Final

from platform_backend.config import ConfigError, config

from local_cluster.children import ChildFailed
from local_cluster.controller import AlreadyRunning, Controller
from local_cluster.mesh import MeshError
from local_cluster.programs import NoProgram
from local_cluster.settings import Settings, from_config
from local_cluster.topology import TopologyError

logger = logging.getLogger(__name__)

USAGE_ERROR: Final = 2
# Errors whose message says all that the user needs.
EXPLAINED: Final = (ConfigError, TopologyError, AlreadyRunning, ChildFailed, MeshError, NoProgram)
LOG_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


async def run(settings: Settings) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    controller = Controller(settings)
    try:
        await controller.start()
        await ending.wait()
    finally:
        await controller.stop()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
    status = 0
    try:
        settings = from_config(config())
        settings.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(run(settings))
    except* EXPLAINED as failures:
        for failure in failures.exceptions:
            logger.error("%s", failure)
        status = USAGE_ERROR
    return status


if __name__ == "__main__":
    sys.exit(main())
