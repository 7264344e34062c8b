"""Everyday life of a service: calls that fail or take long now and then, lines about calls, jobs, memory, connections.

How much of it there is says the environment (NOISE_*, see `Settings`); without that there is none. The sequence follows
from NOISE_SEED and the pod's name, by calls and not by the clock.
"""

import asyncio
import gc
import hashlib
import logging
import os
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from shoplib.environment import identity
from shoplib.errors import Refused
from shoplib.habits import Failure, Habits, Job, fill

# A slow call takes so much longer: by a log-normal distribution around the median, up to the longest.
SLOW_MEDIAN_S: Final = 0.06
SLOW_SPREAD: Final = 0.6
SLOW_LONGEST_S: Final = 0.4
# Failures that pass are so many times as frequent as the others.
PASSING_WEIGHT: Final = 4
# After so long a caller may ask again.
ASK_AGAIN_MS: Final = (15, 60)
# Each of a kind comes after so many times the usual distance.
DISTANCE: Final = (0.1, 1.9)
JOB_PAUSE: Final = (0.5, 1.5)
JOB_WORK_S: Final = (0.002, 0.02)  # of CPU time
JOB_WAITS_S: Final = (1.0, 6.0)  # for what is elsewhere
JOB_HANDS: Final = (1, 3)  # threads of its own
LOOK_S: Final = 0.2  # whether they are done
JOB_WARNS: Final = 0.15
JOB_FAILS: Final = 0.05
# Servers close connections of this age, so that callers spread anew; gRPC varies it by a tenth.
CONNECTION_AGE_MS: Final = 150_000
CONNECTION_GRACE_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Shares of calls, and seconds between two jobs (0: none)."""

    seed: int = 1
    failures: float = 0.0
    slow: float = 0.0
    debug: float = 0.0
    jobs_every_s: float = 0.0

    @property
    def any(self) -> bool:
        return bool(self.failures or self.slow or self.debug or self.jobs_every_s)


def settings() -> Settings:
    def number(name: str) -> float:
        return float(os.environ.get(f"NOISE_{name}", "0") or 0)

    return Settings(
        seed=int(number("SEED")),
        failures=number("FAILURES"),
        slow=number("SLOW"),
        debug=number("DEBUG"),
        jobs_every_s=number("JOBS_EVERY_S"),
    )


class Now:
    """Whether it is time for something that happens once in about 1/share calls."""

    def __init__(self, share: float, rng: random.Random) -> None:
        self._share = share
        self._random = rng
        self._left = self._distance()

    def __call__(self) -> bool:
        self._left -= 1
        if self._left > 0:
            return False
        self._left += self._distance()
        return True

    def _distance(self) -> float:
        return self._random.uniform(*DISTANCE) / self._share if self._share else float("inf")


class Behaviour:
    """Of one process. `before` is awaited by each call before it is served."""

    def __init__(self, service: str, habits: Habits, wanted: Settings) -> None:
        self._habits = habits
        self._wanted = wanted
        self._random = random.Random(f"{wanted.seed}:{identity(service).pod}")  # noqa: S311 - reproducible
        self._logger = logging.getLogger(service)
        self._served = 0
        self._fails = Now(wanted.failures * habits.seldom if habits.failures else 0.0, self._random)
        self._is_slow = Now(wanted.slow * habits.seldom if habits.slow else 0.0, self._random)
        self._tells = Now(wanted.debug if habits.debug else 0.0, self._random)

    @property
    def jobs(self) -> bool:
        return bool(self._wanted.jobs_every_s and self._habits.jobs)

    async def before(self, call: str) -> None:
        """Raises Refused, and RuntimeError for what a service does not expect of itself."""
        self._served += 1
        if self._tells():
            self._logger.debug("%s", self._said(self._random.choice(self._habits.debug), call))
        if self._is_slow():
            await self._dawdle(call)
        if self._fails():
            self._fail(self._failure(), call)

    async def _dawdle(self, call: str) -> None:
        longer_s = min(SLOW_MEDIAN_S * self._random.lognormvariate(0, SLOW_SPREAD), SLOW_LONGEST_S)
        await asyncio.sleep(longer_s)
        text = self._random.choice(self._habits.slow)
        self._logger.warning("%s", self._said(text, call, took=f"{longer_s * 1000:.0f}"))

    def _failure(self) -> Failure:
        weights = [PASSING_WEIGHT if failure.passes else 1 for failure in self._habits.failures]
        return self._random.choices(self._habits.failures, weights)[0]

    def _fail(self, failure: Failure, call: str) -> None:
        text = self._said(failure.text, call)
        if failure.code is None:
            raise RuntimeError(text)
        raise Refused(failure.code, text, self._random.randint(*ASK_AGAIN_MS) if failure.passes else 0)

    def _said(self, text: str, call: str, **known: object) -> str:
        return fill(text, self._random, {"call": call, "served": self._served, **known})

    async def keep_up(self) -> None:
        """The jobs, one after the other, until cancelled."""
        while True:
            await asyncio.sleep(self._random.uniform(*JOB_PAUSE) * self._wanted.jobs_every_s)
            await self._do(self._random.choice(self._habits.jobs))
            self._tidy()

    async def _do(self, job: Job) -> None:
        luck = self._random.random()
        self._logger.debug("job %s started", job.name)
        begun = time.perf_counter()
        if luck < JOB_WARNS:
            self._logger.warning("%s", self._said(self._random.choice(job.warnings), job.name))
            await asyncio.sleep(self._random.uniform(0.1, 1.0))
        try:
            await _by_hands(
                self._random.randint(*JOB_HANDS), self._random.uniform(*JOB_WAITS_S), self._random.uniform(*JOB_WORK_S)
            )
            if luck > 1 - JOB_FAILS:
                raise RuntimeError(self._said(job.error, job.name))
        except RuntimeError:
            self._logger.exception("job %s failed", job.name)
            return
        took = f"{(time.perf_counter() - begun) * 1000:.0f}"
        self._logger.info("%s", self._said(job.done, job.name, took=took))

    def _tidy(self) -> None:
        begun = time.perf_counter()
        found = gc.collect()
        self._logger.debug("gc: %d objects collected in %.1f ms", found, (time.perf_counter() - begun) * 1000)


async def _by_hands(count: int, waits_s: float, work_s: float) -> None:
    """Threads that come and go with a job. They are daemons: the end of the process waits for none."""

    def work() -> None:
        time.sleep(waits_s)
        _work(work_s / count)

    hands = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for hand in hands:
        hand.start()
    while any(hand.is_alive() for hand in hands):
        await asyncio.sleep(LOOK_S)


def _work(seconds: float) -> None:
    """Use the CPU for so long."""
    end, digest = time.thread_time() + seconds, b""
    while time.thread_time() < end:
        digest = hashlib.sha256(digest + b"work").digest()


@asynccontextmanager
async def lived(service: str, habits: Habits) -> AsyncIterator[Behaviour]:
    """The behaviour of this process, with its jobs while the context lasts."""
    behaviour = Behaviour(service, habits, settings())
    jobs = asyncio.create_task(behaviour.keep_up()) if behaviour.jobs else None
    try:
        yield behaviour
    finally:
        if jobs is not None:
            jobs.cancel()


def connection_options() -> tuple[tuple[str, int], ...]:
    """Of a gRPC server."""
    if not settings().any:
        return ()
    return (
        ("grpc.max_connection_age_ms", CONNECTION_AGE_MS),
        ("grpc.max_connection_age_grace_ms", CONNECTION_GRACE_MS),
    )
