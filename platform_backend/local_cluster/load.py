"""The load generator's rate and how it moves: remembered here, so that a restarted load generator gets them again."""

import logging
import math
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from common.load_series import EXPECTED, FEWEST, MOST
from local_cluster.environment import CALLER_HEADER
from local_cluster.faults.base import Refused
from local_cluster.pods import Pods
from local_cluster.programs import LOAD_SERVICE, Programs
from local_cluster.topology import HOST

logger = logging.getLogger(__name__)

TIMEOUT: Final = aiohttp.ClientTimeout(total=5)
HIGHEST_RATE: Final = 1000.0
PROFILES: Final = ("constant", "diurnal", "burst", "steps", "replay")
PERIOD_S: Final = 1200.0
SHORTEST_S, LONGEST_S = 10.0, 86_400.0


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

    @property
    def asked(self) -> dict[str, Any]:
        """As it was set: rate, profile, period_s, series."""
        return {"rate": self.rate, **self._programs.load_shape}

    async def set(self, rate: Any, shape: Mapping[str, Any] | None = None) -> None:
        """Raises Refused for what is none. What the shape leaves out stays; a generator that is down gets it later."""
        wanted = _shape({**self._programs.load_shape, **(shape or {})})
        self.rate = _checked(rate)
        self._programs.load_shape = wanted
        await self._tell()

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
                session.put(f"http://{HOST}:{port}/load", json=self._wanted(), headers=self._headers()) as answer,
            ):
                answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(503, f"the load generator does not take the rate: {error}; try again") from None

    def _wanted(self) -> dict[str, Any]:
        return {"rate": self._programs.load_rate, **self._programs.load_shape}

    def _headers(self) -> dict[str, str]:
        return {CALLER_HEADER: self._programs.token} if self._programs.token else {}


def _shape(wanted: Mapping[str, Any]) -> dict[str, Any]:
    unknown = wanted.keys() - {"profile", "period_s", "series"}
    if unknown:
        raise Refused(400, f"{', '.join(sorted(unknown))}: a load has rate, profile, period_s and series")
    profile, period_s = wanted.get("profile", PROFILES[0]), wanted.get("period_s", PERIOD_S)
    if profile not in PROFILES:
        raise Refused(400, f"profile: {profile!r} is none of {', '.join(PROFILES)}")
    if not _is_number(period_s) or not SHORTEST_S <= period_s <= LONGEST_S:
        raise Refused(400, f"period_s: {period_s!r} is not a number of seconds from {SHORTEST_S:g} to {LONGEST_S:g}")
    return {"profile": profile, "period_s": float(period_s), "series": _series(wanted, profile)}


def _series(wanted: Mapping[str, Any], profile: str) -> list[float]:
    """That of another profile is forgotten."""
    series = wanted.get("series", ()) if profile == "replay" else ()
    if profile != "replay":
        return []
    good = isinstance(series, list | tuple) and FEWEST <= len(series) <= MOST
    if not good or not all(_is_number(each) and each >= 0 for each in series) or not any(series):
        raise Refused(400, f"series: {EXPECTED}")
    return [float(each) for each in series]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _checked(rate: Any) -> float:
    if not _is_number(rate) or not 0 <= rate <= HIGHEST_RATE:
        raise Refused(400, f"rate: {rate!r} is not a number from 0 to {HIGHEST_RATE:.0f} (requests per second)")
    return float(rate)
