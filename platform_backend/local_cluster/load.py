"""The load generator's rate: remembered here, so that a restarted load generator gets it again."""

import logging
import math
from typing import Any, Final

import aiohttp

from local_cluster.environment import CALLER_HEADER
from local_cluster.faults.base import Refused
from local_cluster.pods import Pods
from local_cluster.programs import LOAD_SERVICE, Programs
from local_cluster.topology import HOST

logger = logging.getLogger(__name__)

TIMEOUT: Final = aiohttp.ClientTimeout(total=5)
HIGHEST_RATE: Final = 1000.0


class Load:
    """While the shop starts, the load generator gets rate 0: it would only see a shop that is not there yet."""

    def __init__(self, *, rate: float, pods: Pods, programs: Programs) -> None:
        self.rate = rate  # as it was set; a surge multiplies what is asked of the generator
        self._factor = 1.0
        self._pods = pods
        self._programs = programs

    async def begin(self) -> bool:
        """The shop is ready: from now on the load generator works. False when it does not answer; try again."""
        try:
            await self.set(self.rate)
        except Refused as refused:
            logger.warning("%s", refused)
            return False
        return True

    async def set(self, rate: Any) -> float:
        """Raises Refused for what is not a rate. A load generator that is down gets it when it starts."""
        self.rate = _checked(rate)
        await self._tell()
        return self.rate

    async def surge(self, factor: float) -> None:
        """So many times the rate that is set; 1 ends it. Raises Refused."""
        self._factor = factor
        await self._tell()

    async def _tell(self) -> None:
        self._programs.load_rate = min(self.rate * self._factor, HIGHEST_RATE)
        for pod in self._pods.of_service(LOAD_SERVICE):
            if pod.running:
                await self._forward(pod.spec.port)

    async def _forward(self, port: int) -> None:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.put(
                    f"http://{HOST}:{port}/load", json={"rate": self._programs.load_rate}, headers=self._headers()
                ) as answer,
            ):
                answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(503, f"the load generator does not take the rate: {error}; try again") from None

    def _headers(self) -> dict[str, str]:
        return {CALLER_HEADER: self._programs.token} if self._programs.token else {}


def _checked(rate: Any) -> float:
    is_number = isinstance(rate, int | float) and not isinstance(rate, bool) and math.isfinite(rate)
    if not is_number or not 0 <= rate <= HIGHEST_RATE:
        raise Refused(400, f"rate: {rate!r} is not a number from 0 to {HIGHEST_RATE:.0f} (requests per second)")
    return float(rate)
