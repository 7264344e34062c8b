"""What a running build tells the database, and hears from it."""

import os
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock, get_native_id
from typing import Final, TypeVar
from uuid import UUID

from django.utils import timezone

from changes.models import Topic
from changes.services import changed
from common.transactions import atomic
from datasets.models import Dataset, Phase, State

INTERVAL_S: Final = 0.5
NICENESS: Final = 10
LOOK_BACK_S: Final = 30.0
LEAST_LOOK_BACK_S: Final = 2.0

T = TypeVar("T")


class Cancelled(Exception):
    """Someone asked for the end of this build."""


class Pace:
    """How long the rest takes at the pace of the last half minute."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def left(self, now: float, done: int, total: int) -> float | None:
        """Seconds; None while it is too early to tell."""
        if not done:
            return None  # so that what an earlier builder did is not taken for speed
        self._marks.append((now, done))
        while now - self._marks[0][0] > LOOK_BACK_S:
            self._marks.popleft()
        since, before = self._marks[0]
        if now - since < LEAST_LOOK_BACK_S or done <= before or not total:
            return None
        return max(0.0, (total - done) * (now - since) / (done - before))


class Watch:
    """The Progress of one build. Its work may call it from any thread; the database is asked in the caller's alone."""

    def __init__(self, dataset_id: UUID) -> None:
        self._dataset = Dataset.objects.filter(pk=dataset_id, state=State.BUILDING)
        self._lock = Lock()
        self._rows = 0
        self._written = 0
        self._total = 0  # 0: not known
        self._stopped = False
        self._pace = Pace()

    def __call__(self, *, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        """Raises Cancelled when the work is to end."""
        with self._lock:
            self._total = self._total if total is None else total
            self._rows += rows
            self._written += written
        if self._stopped:
            raise Cancelled

    def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises; it runs in a thread of low priority, as do all threads that it starts."""
        with ThreadPoolExecutor(1, thread_name_prefix="build", initializer=lower_priority) as pool:
            future = pool.submit(work)
            try:
                while wait([future], timeout=INTERVAL_S).not_done:
                    self.save()
            except BaseException:
                self._stopped = True  # the work ends at its next word of progress, and leaving the pool awaits that
                raise
            return future.result()

    def pause(self, seconds: float) -> None:
        """Wait, at most so long that a cancel is heard within a second."""
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            time.sleep(min(remaining, INTERVAL_S))
            self.save()

    def enter(self, phase: Phase) -> None:
        """A new phase begins from zero."""
        self._rows = self._written = self._total = 0
        self._pace = Pace()
        self._tell(phase=phase)
        self.save()

    def save(self) -> None:
        """Raises Cancelled when somebody has asked for it."""
        with self._lock:
            rows, written, total = self._rows, self._written, self._total
        left = self._pace.left(time.monotonic(), rows, total)
        self._tell(rows_done=rows, rows_total=total, bytes_written=written, seconds_left=left, heartbeat=timezone.now())
        if not self._dataset.filter(cancel_requested=False).exists():
            raise Cancelled

    @atomic
    def _tell(self, **columns: object) -> None:
        self._dataset.update(**columns)
        changed(Topic.DATASETS)


def lower_priority() -> None:
    """Of the calling thread alone, and of threads that it starts: on Linux each thread has its own niceness."""
    thread = get_native_id()
    if os.getpriority(os.PRIO_PROCESS, thread) < NICENESS:
        os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
