"""Runs faults: admits them, applies them, ends each at its own deadline, and records what was measured."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from local_cluster.faults.base import FaultContext, FaultKind, NotYet, Parameters, Refused
from local_cluster.faults.kinds import KINDS
from local_cluster.faults.record import FaultRecord, PodTimes, close_after_crash
from local_cluster.faults.requests import FaultRequest, admit
from local_cluster.journal import KEPT, Journal
from local_cluster.linux import now_us

logger = logging.getLogger(__name__)

APPLY_TIMEOUT: Final = 15.0
CLEAR_TIMEOUT: Final = 15.0
CLEAR_RETRY: Final = 0.5


class FaultEngine:
    """Owns all fault records and the task that carries each open one through its life."""

    def __init__(self, context: FaultContext, journal: Journal) -> None:
        self._context = context
        self._journal = journal
        self._records = journal.recover()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._early: dict[str, asyncio.Event] = {}  # set: end the fault before its deadline
        context.pods.on_end(self._pod_ended)

    def all(self) -> list[FaultRecord]:
        return list(self._records.values())

    def get(self, fault_id: str) -> FaultRecord:
        try:
            return self._records[fault_id]
        except KeyError:
            raise Refused(404, f"no fault has the id {fault_id!r}") from None

    def submit(self, raw: Mapping[str, Any]) -> tuple[FaultRecord, bool]:
        """The record, and whether it is new: the same fault_id again gives the same record."""
        known = self._records.get(str(raw.get("fault_id")))
        if known is not None:
            return known, False
        request = admit(raw, self._context.topology)
        self._check_free(request)
        record = _new_record(request, self._context)
        self._make_room()
        try:
            self._journal.write(record)
        except OSError as error:
            raise Refused(503, f"the fault can't be recorded, so it is not applied: {error}") from error
        self._records[record.fault_id] = record
        self._early[record.fault_id] = asyncio.Event()
        task = asyncio.create_task(self._run(record, request), name=f"fault-{record.fault_id}")
        self._tasks[record.fault_id] = task
        task.add_done_callback(lambda _: self._retire(record))
        return record, True

    def end(self, fault_id: str) -> FaultRecord:
        """Begin to end a fault now. Idempotent."""
        record = self.get(fault_id)
        if fault_id in self._early:
            self._early[fault_id].set()
        return record

    async def stop(self) -> None:
        """The controller ends, and with it pods, mesh and every fault."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def close_open(self) -> None:
        """Call when the pods are gone: that was the end of what was still open."""
        for record in self._records.values():
            if not record.over:
                close_after_crash(record, now_us())
                self._save(record)

    def _check_free(self, request: FaultRequest) -> None:
        for record in self._records.values():
            shared = {times.pod for times in record.pods} & set(request.pods)
            if shared and not record.over:
                pods = ", ".join(sorted(shared))
                raise Refused(409, f"pods: {pods} has fault {record.fault_id} ({record.kind}) already; end that first")

    def _make_room(self) -> None:
        ended = [record for record in self._records.values() if record.over]
        surplus = ended[: max(0, len(ended) - KEPT + 1)]
        self._journal.forget(surplus)
        for record in surplus:
            del self._records[record.fault_id]

    async def _run(self, record: FaultRecord, request: FaultRequest) -> None:
        kind, parameters = request.kind, request.parameters
        await asyncio.gather(*(self._apply(kind, parameters, times) for times in record.pods))
        record.state = "active"
        self._save(record)
        reason = await self._wait_for_end(record)
        record.state = "recovering"
        self._save(record)
        await asyncio.gather(*(self._clear(kind, parameters, times, reason) for times in record.pods))
        record.conclude()
        self._save(record)

    def _save(self, record: FaultRecord) -> None:
        """A full disk must not keep a fault from being ended."""
        try:
            self._journal.write(record)
        except OSError as error:
            logger.error("fault %s: its record can't be written: %s", record.fault_id, error)

    async def _apply(self, kind: FaultKind, parameters: Parameters, times: PodTimes) -> None:
        try:
            async with asyncio.timeout(APPLY_TIMEOUT):
                times.start_us = await kind.apply(self._context, times.pod, parameters)
        except (NotYet, TimeoutError) as failure:
            times.error = str(failure) or f"did not take hold within {APPLY_TIMEOUT:.0f} s"
            logger.warning("%s on %s failed: %s", kind.name, times.pod, times.error)
            await self._clear(kind, parameters, times, "failed")  # whatever part of it took hold

    async def _wait_for_end(self, record: FaultRecord) -> str:
        """Why the fault has to end now."""
        if all(times.over for times in record.pods):
            return "failed"
        try:
            async with asyncio.timeout(max(0.0, (record.deadline_us - now_us()) / 1e6)):
                await self._early[record.fault_id].wait()
        except TimeoutError:
            return "deadline"
        return "recovered"

    async def _clear(self, kind: FaultKind, parameters: Parameters, times: PodTimes, reason: str) -> None:
        """Until it is confirmed: a fault that can't be ended must not be called ended."""
        while not times.over:
            try:
                async with asyncio.timeout(CLEAR_TIMEOUT):
                    end_us = await kind.clear(self._context, times.pod, parameters)
            except (NotYet, TimeoutError) as failure:
                times.error = str(failure) or f"not gone after {CLEAR_TIMEOUT:.0f} s; still trying"
                logger.warning("%s on %s: %s", kind.name, times.pod, times.error)
                await asyncio.sleep(CLEAR_RETRY)
                continue
            _finish(times, end_us, reason)

    def _pod_ended(self, pod: str, at_us: int) -> None:
        """A fault that lives in the pod's processes has ended with them."""
        for record in self._records.values():
            if record.over or KINDS[record.kind].survives_restart:
                continue
            for times in record.pods:
                if times.pod == pod and times.start_us is not None and not times.over:
                    _finish(times, at_us, "pod-restarted")
            if all(times.over for times in record.pods) and record.fault_id in self._early:
                self._early[record.fault_id].set()

    def _retire(self, record: FaultRecord) -> None:
        task = self._tasks.pop(record.fault_id)
        self._early.pop(record.fault_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.critical("fault %s: its engine task crashed", record.fault_id, exc_info=error)


def _new_record(request: FaultRequest, context: FaultContext) -> FaultRecord:
    created_us = now_us()
    return FaultRecord(
        fault_id=request.fault_id,
        kind=request.kind.name,
        parameters=asdict(request.parameters),
        created_us=created_us,
        deadline_us=created_us + round(request.duration_s * 1e6),
        pods=[PodTimes(pod, context.topology.pods[pod].service.name) for pod in request.pods],
    )


def _finish(times: PodTimes, end_us: int, reason: str) -> None:
    """A pod that never had the fault has no end either."""
    times.end_us = end_us if times.start_us is not None else None
    times.end_reason = reason if times.start_us is not None else "failed"
    if times.start_us is not None:
        times.error = ""  # of attempts to end it; the last one worked
