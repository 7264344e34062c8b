"""Runs faults: admits them, applies them, ends each at its own deadline, and records what was measured."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from local_cluster.faults.base import FaultContext, Refused
from local_cluster.faults.block import Block, BlockFile
from local_cluster.faults.journal import Journal
from local_cluster.faults.life import FaultLife
from local_cluster.faults.record import FaultRecord, PodTimes, close_after_crash
from local_cluster.faults.requests import FaultRequest, admit
from local_cluster.journal import KEPT
from local_cluster.linux import now_us

logger = logging.getLogger(__name__)


class FaultEngine:
    """Owns all fault records and the task that carries each open one through its life."""

    def __init__(self, context: FaultContext, journal: Journal) -> None:
        self._context = context
        self._journal = journal
        self._records = journal.recover()
        self._block = BlockFile(journal.block_path)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lives: dict[str, FaultLife] = {}
        self.refuse_others: Callable[[Iterable[str]], None] = lambda _: None  # raises Refused for what else has pods
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
        self.refuse_blocked()
        request = admit(raw, self._context.topology)
        self.refuse_busy(request.pods)
        self.refuse_others(request.pods)
        record = _new_record(request, self._context)
        self._make_room()
        try:
            self._journal.begin(record)
        except OSError as error:
            raise Refused(503, f"the fault can't be recorded, so it is not applied: {error}") from error
        self._records[record.fault_id] = record
        life = self._lives[record.fault_id] = FaultLife(record, request, self._context, self._journal.save)
        task = asyncio.create_task(life.run(), name=f"fault-{record.fault_id}")
        self._tasks[record.fault_id] = task
        task.add_done_callback(lambda _: self._retire(record))
        return record, True

    def end(self, fault_id: str) -> FaultRecord:
        """Begin to end a fault now. Idempotent."""
        record = self.get(fault_id)
        if fault_id in self._lives:
            self._lives[fault_id].end()
        return record

    @property
    def block(self) -> Block | None:
        return self._block.block

    def refuse_blocked(self) -> None:
        """Raises Refused while an emergency stop is in force."""
        if self._block.block is not None:
            raise Refused(409, str(self._block.block))

    def end_all(self) -> list[FaultRecord]:
        """Begin to end every open fault now. Idempotent."""
        return [self.end(record.fault_id) for record in self.all() if not record.over]

    def set_block(self, block: Block) -> None:
        """The emergency stop: no fault begins from here on, and those that run end now."""
        self._block.set(block)
        ended = self.end_all()
        logger.warning("%s; ended: %s", block, ", ".join(record.fault_id for record in ended) or "none was running")

    def clear_block(self, stop_id: str | None) -> None:
        """`stop_id` None: whichever it is; another one's is left alone."""
        held = self._block.block
        if held is not None and stop_id in (None, held.stop_id):
            self._block.clear()
            logger.warning("the emergency stop of %s is released", held.by)

    async def stop(self) -> None:
        """The controller ends, and with it pods, mesh and every fault."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._journal.stop()

    def close_open(self) -> None:
        """Call when the pods are gone: that was the end of what was still open."""
        for record in self._records.values():
            if not record.over:
                close_after_crash(record, now_us())
                self._journal.save(record)

    def refuse_busy(self, pods: Iterable[str]) -> None:
        """Raises Refused when one of these pods has a fault."""
        for record in self._records.values():
            shared = {times.pod for times in record.pods} & set(pods)
            if shared and not record.over:
                busy = ", ".join(sorted(shared))
                raise Refused(409, f"pods: {busy} has fault {record.fault_id} ({record.kind}) already; end that first")

    def _make_room(self) -> None:
        ended = [record for record in self._records.values() if record.over]
        surplus = ended[: max(0, len(ended) - KEPT + 1)]
        self._journal.forget(surplus)
        for record in surplus:
            del self._records[record.fault_id]

    def _pod_ended(self, pod: str, at_us: int, why: str) -> None:
        for life in self._lives.values():
            life.pod_ended(pod, at_us, why)

    def _retire(self, record: FaultRecord) -> None:
        task = self._tasks.pop(record.fault_id)
        self._lives.pop(record.fault_id, None)
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
