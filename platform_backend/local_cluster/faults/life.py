"""The life of one fault: each pod by itself is given the fault, waits for its end, and is freed of it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Final

from local_cluster.faults.base import FaultContext, NotYet
from local_cluster.faults.record import FaultRecord, PodTimes, State
from local_cluster.faults.requests import FaultRequest
from local_cluster.linux import now_us

logger = logging.getLogger(__name__)

APPLY_TIMEOUT: Final = 15.0
CLEAR_TIMEOUT: Final = 15.0
CLEAR_RETRY: Final = 0.5
ORDER: Final[tuple[State, ...]] = ("applying", "active", "recovering", "ended", "failed")


class FaultLife:
    """Changes the record as things happen, and has it saved at each change of its state."""

    def __init__(
        self, record: FaultRecord, request: FaultRequest, context: FaultContext, save: Callable[[FaultRecord], None]
    ) -> None:
        self.record = record
        self._kind, self._parameters = request.kind, request.parameters
        self._context = context
        self._save = save
        self._ending = asyncio.Event()  # it was asked to end before its deadline
        self._died = {times.pod: asyncio.Event() for times in record.pods}
        self._leaving: set[str] = set()

    async def run(self) -> None:
        await asyncio.gather(*(self._carry(times) for times in self.record.pods))
        self.record.conclude()
        self._save(self.record)

    def end(self) -> None:
        self._ending.set()

    def pod_ended(self, pod: str, at_us: int, why: str) -> None:
        """A pod's process died: the point of some faults, the end of all others."""
        times = next((times for times in self.record.pods if times.pod == pod), None)
        if times is None or times.over:
            return
        if self._kind.kills:
            times.start_us = times.start_us or at_us
        elif times.start_us is not None:
            finish(times, at_us, "pod-restarted")
            times.error = why
            self._died[pod].set()

    async def _carry(self, times: PodTimes) -> None:
        await self._apply(times)
        if all(other.start_us is not None or other.over or other.error for other in self.record.pods):
            self._advance("active")
        reason = await self._wait_for_end(times)
        self._leaving.add(times.pod)
        if reason in ("deadline", "recovered") or len(self._leaving) == len(self.record.pods):
            self._advance("recovering")
        await self._clear(times, reason)

    async def _apply(self, times: PodTimes) -> None:
        limit = APPLY_TIMEOUT + self._kind.slowness(self._parameters)
        try:
            async with asyncio.timeout(limit):
                start_us = await self._unless_ending(self._kind.apply(self._context, times.pod, self._parameters))
            times.start_us = times.start_us or start_us
        except (NotYet, TimeoutError) as failure:
            if times.start_us is None:
                times.error = str(failure) or f"did not take hold within {limit:.0f} s"
                logger.warning("%s on %s failed: %s", self._kind.name, times.pod, times.error)
        except Exception as failure:  # a mistake of ours must not leave half a fault behind: it is cleared
            times.error = f"internal error: {failure!r}"
            logger.error("%s on %s failed", self._kind.name, times.pod, exc_info=failure)

    async def _unless_ending(self, applying: Coroutine[None, None, int]) -> int:
        """Cancelled by the end of the fault, which must not wait for a slow beginning. Raises NotYet then."""
        beginning, ending = asyncio.ensure_future(applying), asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait((beginning, ending), return_when=asyncio.FIRST_COMPLETED)
            if beginning.done():
                return beginning.result()
            raise NotYet("ended before it took hold")
        finally:
            ending.cancel()
            beginning.cancel()
            await asyncio.gather(beginning, ending, return_exceptions=True)

    async def _wait_for_end(self, times: PodTimes) -> str:
        """Why the fault has to end on this pod now."""
        if times.start_us is None:
            return "failed"
        if self._kind.one_shot:
            return "completed"
        waits = [asyncio.ensure_future(event.wait()) for event in (self._ending, self._died[times.pod])]
        left = max(0.0, (self.record.deadline_us - now_us()) / 1e6)
        try:
            await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if times.over:
            return times.end_reason
        return "recovered" if self._ending.is_set() else "deadline"

    async def _clear(self, times: PodTimes, reason: str) -> None:
        """Until it is confirmed: a fault that can't be ended must not be called ended."""
        while True:
            try:
                async with asyncio.timeout(CLEAR_TIMEOUT):
                    end_us = await self._kind.clear(self._context, times.pod, self._parameters)
                break
            except (NotYet, TimeoutError) as failure:
                times.error = str(failure) or f"not gone after {CLEAR_TIMEOUT:.0f} s; still trying"
                logger.warning("%s on %s: %s", self._kind.name, times.pod, times.error)
            except Exception as failure:  # nor a fault that nobody ends any more
                times.error = f"internal error: {failure!r}; still trying"
                logger.error("%s on %s can't be ended", self._kind.name, times.pod, exc_info=failure)
            await asyncio.sleep(CLEAR_RETRY)
        took_hold_late = reason == "failed" and times.start_us is not None  # by a killing that was cut short
        if not times.over:
            finish(times, end_us, "recovered" if took_hold_late else reason)

    def _advance(self, state: State) -> None:
        if ORDER.index(state) > ORDER.index(self.record.state):
            self.record.state = state
            self._save(self.record)


def finish(times: PodTimes, end_us: int, reason: str) -> None:
    """A pod that never had the fault has no end either."""
    times.end_us = end_us if times.start_us is not None else None
    times.end_reason = reason if times.start_us is not None else "failed"
    if times.start_us is not None:
        times.error = ""  # of attempts to end it; the last one worked
