"""The collector's parts in one process, from start to a graceful stop."""

import asyncio
import contextlib
import errno
import logging
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from local_cluster.collector.gaps import GapLog
from local_cluster.collector.receiver import Receiver
from local_cluster.collector.sampler import Sampler
from local_cluster.collector.tailer import Tailer
from telemetry_store.retention import Retention, delete, expired
from telemetry_store.writer import StoreWriter

logger = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
POLL_SECONDS: Final = 0.5
POLL_US: Final = round(POLL_SECONDS * 1e6)
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL: Final = "the disk was full: lines that pods could not write are missing"
SEAL_CHECK_SECONDS: Final = 0.5
# A dataset build seals by itself while no collector runs.
LOCK_WAIT_SECONDS: Final = 3.0
RETENTION_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    directory: Path
    pods: Path
    port: int
    envoy_admin: Path
    control: Path
    node: str
    interval_s: float
    retention: Retention
    token: str = ""  # that senders of spans must have; empty: anybody may send


async def collect(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT, then stores everything received. Raises StoreLocked, OSError."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    with StoreWriter(settings.directory, wait_s=LOCK_WAIT_SECONDS) as writer:
        async with _running(settings, writer) as tasks:
            stopped = asyncio.create_task(stopping.wait())
            await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            for task in tasks:
                if task.done():
                    task.result()  # a part that ended by itself has failed: end with its error, to be restarted


@contextlib.asynccontextmanager
async def _running(settings: Settings, writer: StoreWriter) -> AsyncIterator[list[asyncio.Task[None]]]:
    tailer = Tailer(settings.pods, writer.checkpoint_of("logs"))
    gaps = GapLog(settings.directory)
    sampler = Sampler(
        writer=writer,
        gaps=gaps,
        control=str(settings.control),
        envoy_admin=str(settings.envoy_admin),
        node=settings.node,
        interval_s=settings.interval_s,
    )
    receiver = Receiver(HOST, settings.port, writer, gaps, token=settings.token)
    await receiver.start()
    parts = [_follow(tailer, writer, gaps), sampler.run(), _seal(writer), _retain(settings, gaps)]
    tasks = [asyncio.create_task(part) for part in parts]
    logger.info("collecting into %s, spans on port %d", settings.directory, settings.port)
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await receiver.stop()
        _follow_once(tailer, writer, gaps)
        await sampler.stop()


async def _follow(tailer: Tailer, writer: StoreWriter, gaps: GapLog) -> None:
    while True:
        behind = _follow_once(tailer, writer, gaps)
        await asyncio.sleep(0 if behind else POLL_SECONDS)


def _follow_once(tailer: Tailer, writer: StoreWriter, gaps: GapLog) -> bool:
    """Store what the pods have written; True if there is more. What can't be stored stays in the pods' files."""
    now_us = time.time_ns() // 1000
    tail = tailer.poll(now_us)
    try:
        stored = writer.append("logs", tail.columns, checkpoint=tail.checkpoint)
    except OSError as error:
        logger.error("logs can't be stored: %s", error)
        if error.errno in FULL:  # nor written by the pods
            gaps.begin(DISK_FULL, now_us - POLL_US, table="logs")
        return False
    if stored:
        gaps.end(DISK_FULL, now_us, table="logs")
    tailer.commit(tail)
    return tail.behind


async def _seal(writer: StoreWriter) -> None:
    while True:
        await asyncio.sleep(SEAL_CHECK_SECONDS)
        try:
            writer.seal_if_due()
        except OSError as error:
            logger.error("%s: %s", writer.folder, error)


async def _retain(settings: Settings, gaps: GapLog) -> None:
    while True:
        try:
            await _retain_once(settings, gaps)
        except OSError as error:
            logger.error("%s: old telemetry can't be deleted: %s", settings.directory, error)
        pa.default_memory_pool().release_unused()
        await asyncio.sleep(RETENTION_SECONDS)


async def _retain_once(settings: Settings, gaps: GapLog) -> None:
    now_us = time.time_ns() // 1000
    doomed = await asyncio.to_thread(expired, settings.directory, settings.retention, now_us=now_us)
    try:
        gaps.add_deleted(doomed)
    except OSError as error:  # a full disk must not keep us from making room
        logger.error("what retention deletes can't be written down before: %s", error)
        await asyncio.to_thread(delete, doomed)
        gaps.add_deleted(doomed)
    await asyncio.to_thread(delete, doomed)
    if doomed:
        logger.info("deleted %d expired segments", len(doomed))
