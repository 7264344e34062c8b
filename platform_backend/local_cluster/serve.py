"""python -m local_cluster.serve SETTINGS: run the shop until SIGTERM. Started by python -m local_cluster."""

import asyncio
import logging
import signal
import sys
from typing import Final

from common.logs import to_stderr
from local_cluster.children import ChildFailed
from local_cluster.control_api import ControlApi
from local_cluster.controller import AlreadyRunning, Controller
from local_cluster.mesh import MeshError
from local_cluster.programs import NoProgram
from local_cluster.settings import Settings
from local_cluster.topology import TopologyError

logger = logging.getLogger(__name__)

USAGE_ERROR: Final = 2
# Errors whose message says all that the user needs.
EXPLAINED: Final = (TopologyError, AlreadyRunning, ChildFailed, MeshError, NoProgram)
LOG_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


async def run(settings: Settings) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    controller = Controller(settings)
    api = ControlApi(controller)
    try:
        await api.start()  # first, as the collector asks it
        await controller.start()
        await ending.wait()
    finally:
        try:
            await api.stop()
        finally:
            await controller.stop()


def main() -> int:
    to_stderr(LOG_FORMAT, level=logging.INFO)
    status = 0
    try:
        asyncio.run(run(Settings.from_json(sys.argv[1])))
    except* EXPLAINED as failures:
        for failure in failures.exceptions:
            logger.error("%s", failure)
        status = USAGE_ERROR
    return status


if __name__ == "__main__":
    sys.exit(main())
