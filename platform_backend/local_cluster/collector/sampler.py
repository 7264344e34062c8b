"""Samples containers, mesh and node on ticks aligned to whole multiples of the interval."""

import asyncio
import logging
import time
from typing import Final

import aiohttp

from local_cluster.collector.containers import Containers, parse_cgroups
from local_cluster.collector.envoy_page import EnvoyPage
from local_cluster.collector.gaps import Gap, GapLog
from local_cluster.collector.node import Node
from local_cluster.collector.samples import SampleColumns
from telemetry_store.writer import StoreWriter

logger = logging.getLogger(__name__)

MESH_PAGE: Final = "http://envoy/stats/prometheus?usedonly"
# A source that answers later than this share of the interval would delay the next tick.
ANSWER_SHARE: Final = 0.8
LONGEST_ANSWER_S: Final = 2.0
NO_CONTROLLER: Final = "local cluster did not answer: container metrics are missing"
NO_ENVOY: Final = "mesh proxy did not answer: istio metrics are missing"
NOT_RUNNING: Final = "collector did not run"
LATE: Final = "collector was late"
NOT_STORED: Final = "samples could not be stored"


class Sampler:
    """Call `run` as a task; `stop` when it has ended."""

    def __init__(
        self, *, writer: StoreWriter, gaps: GapLog, control: str, envoy_admin: str, node: str, interval_s: float
    ) -> None:
        self._writer, self._gaps = writer, gaps
        self._interval = round(interval_s * 1e6)
        self._containers = Containers(node, writer.checkpoint_of("samples"))
        self._stored_checkpoint = self._containers.checkpoint
        self._page = EnvoyPage()
        self._node = Node(node)
        timeout = aiohttp.ClientTimeout(total=min(LONGEST_ANSWER_S, interval_s * ANSWER_SHARE))
        self._mesh = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.UnixConnector(envoy_admin))
        self._control = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.UnixConnector(control))

    async def run(self) -> None:
        """Until cancelled."""
        last = self._writer.last_timestamp("samples")
        expected = None if last is None else last + self._interval
        reason = NOT_RUNNING
        while True:
            tick = await self._next_tick()
            if expected is not None:
                self._gaps.add(Gap(expected, tick, "samples", reason))
            await self._sample(tick)
            expected, reason = tick + self._interval, LATE

    async def stop(self) -> None:
        self._gaps.end_all(time.time_ns() // 1000)
        await self._mesh.close()
        await self._control.close()

    async def _next_tick(self) -> int:
        """Waits for it; the time of the tick in microseconds."""
        tick = self._tick_after(time.time_ns() // 1000)
        while (now := time.time_ns() // 1000) < tick:  # a timer may fire a little early
            if tick - now > self._interval:  # the clock was set back
                tick = self._tick_after(now)
            await asyncio.sleep((tick - now) / 1e6)
        return tick

    def _tick_after(self, now_us: int) -> int:
        return (now_us // self._interval + 1) * self._interval

    async def _sample(self, tick: int) -> None:
        samples = SampleColumns(tick)
        self._node.add_samples(samples)
        await asyncio.gather(self._sample_containers(tick, samples), self._sample_mesh(tick, samples))
        checkpoint = self._containers.checkpoint
        changed = checkpoint != self._stored_checkpoint
        try:
            self._writer.append("samples", samples.columns(), checkpoint=checkpoint if changed else None)
        except OSError as error:
            logger.error("samples can't be stored: %s", error)
            self._gaps.begin(NOT_STORED, tick)
            return
        self._gaps.end(NOT_STORED, tick)
        self._gaps.write()
        self._stored_checkpoint = checkpoint

    async def _sample_containers(self, tick: int, samples: SampleColumns) -> None:
        try:
            async with self._control.get("http://cluster/cgroups", raise_for_status=True) as response:
                pods = parse_cgroups(await response.json())
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
            logger.debug("GET /cgroups: %r", error)
            self._gaps.begin(NO_CONTROLLER, tick)
            return
        self._gaps.end(NO_CONTROLLER, tick)
        self._containers.add_samples(pods, samples)

    async def _sample_mesh(self, tick: int, samples: SampleColumns) -> None:
        try:
            async with self._mesh.get(MESH_PAGE, raise_for_status=True) as response:
                page = await response.text(encoding="utf-8")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            logger.debug("GET %s: %r", MESH_PAGE, error)
            self._gaps.begin(NO_ENVOY, tick)
            return
        self._gaps.end(NO_ENVOY, tick)
        self._page.add_samples(page, samples)
