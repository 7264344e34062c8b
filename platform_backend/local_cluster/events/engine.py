"""Carries events out: admits them, runs each in a task of its own, and records what was measured."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from local_cluster.events.base import Happening, Stage
from local_cluster.events.kinds import KINDS
from local_cluster.events.record import EventRecord
from local_cluster.events.requests import EventRequest, admit
from local_cluster.faults.base import NotYet, Refused
from local_cluster.journal import KEPT, RecordJournal
from local_cluster.linux import now_us
from local_cluster.mesh import MeshError
from local_cluster.topology import TopologyError

logger = logging.getLogger(__name__)

Asks = Callable[[Iterable[str]], None]  # raises Refused


class EventEngine:
    """Owns all records of events and the task that carries each open one out."""

    def __init__(
        self,
        stage: Stage,
        journal: RecordJournal[EventRecord],
        *,
        refuse_blocked: Callable[[], None],
        refuse_faulty: Asks,
    ) -> None:
        """`refuse_blocked` raises while an emergency stop is in force, `refuse_faulty` for pods that have a fault."""
        self._stage = stage
        self._journal = journal
        self._refuse_blocked, self._refuse_faulty = refuse_blocked, refuse_faulty
        self._records = journal.recover()
        self._happening: dict[str, Happening] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def all(self) -> list[EventRecord]:
        return list(self._records.values())

    def get(self, event_id: str) -> EventRecord:
        try:
            return self._records[event_id]
        except KeyError:
            raise Refused(404, f"no event has the id {event_id!r}") from None

    def submit(self, raw: Mapping[str, Any]) -> tuple[EventRecord, bool]:
        """The record, and whether it is new: the same event_id again gives the same record."""
        known = self._records.get(str(raw.get("event_id")))
        if known is not None:
            return known, False
        self._refuse_blocked()
        request = admit(raw, self._stage)
        self._refuse_clash(request)
        record = _new_record(request)
        self._make_room()
        try:
            self._journal.begin(record)
        except OSError as error:
            raise Refused(503, f"the event can't be recorded, so it is not begun: {error}") from error
        self._records[record.event_id] = record
        it = self._happening[record.event_id] = Happening(record, self._journal.save)
        task = asyncio.create_task(self._carry_out(request, it), name=f"event-{record.event_id}")
        self._tasks[record.event_id] = task
        task.add_done_callback(lambda _: self._retire(record))
        return record, True

    def end(self, event_id: str) -> EventRecord:
        """Have it take the way back now. Idempotent."""
        record = self.get(event_id)
        if event_id in self._happening:
            self._happening[event_id].ending.set()
        return record

    def end_all(self) -> list[EventRecord]:
        return [self.end(record.event_id) for record in self.all() if not record.over]

    def refuse_busy(self, pods: Iterable[str]) -> None:
        """Raises Refused when an event changes one of these pods now."""
        for name in pods:
            pod = self._stage.topology.pods.get(name)
            for record in self._open():
                if pod is not None and record.service == pod.service.name and KINDS[record.kind].has_pods:
                    raise Refused(409, f"pods: {name} has part in a {record.kind} ({record.event_id}) now")

    async def stop(self) -> None:
        """The controller ends, and with it what the events have changed."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for record in self._open():
            record.close(now_us(), "cluster-restarted")
            self._journal.save(record)
        self._journal.stop()

    def _open(self) -> list[EventRecord]:
        return [record for record in self._records.values() if not record.over]

    def _refuse_clash(self, request: EventRequest) -> None:
        for record in self._open():
            if record.service == request.service.name:
                raise Refused(
                    409, f"service: {record.service} has a {record.kind} ({record.event_id}) now; end that first"
                )
        if request.kind.has_pods:
            self._refuse_faulty(pod.name for pod in self._stage.topology.pods_of(request.service.name))

    async def _carry_out(self, request: EventRequest, it: Happening) -> None:
        reason, error = "completed", ""
        try:
            await request.kind.run(self._stage, it, request.parameters)
        except (NotYet, MeshError, TopologyError, OSError) as failure:
            reason, error = "failed", str(failure)
        except Exception as failure:  # a mistake of ours: what it has changed stays, and is told
            reason, error = "failed", f"internal error: {failure!r}"
            logger.error("%s on %s failed", request.kind.name, request.service.name, exc_info=failure)
        if it.ending.is_set() and not error:
            reason = "stopped"
        if error:
            logger.warning("%s on %s: %s", request.kind.name, request.service.name, error)
        it.record.close(now_us(), reason, error)
        self._journal.save(it.record)

    def _make_room(self) -> None:
        ended = [record for record in self._records.values() if record.over]
        surplus = ended[: max(0, len(ended) - KEPT + 1)]
        self._journal.forget(surplus)
        for record in surplus:
            del self._records[record.event_id]

    def _retire(self, record: EventRecord) -> None:
        self._tasks.pop(record.event_id, None)
        self._happening.pop(record.event_id, None)


def _new_record(request: EventRequest) -> EventRecord:
    return EventRecord(
        event_id=request.event_id,
        kind=request.kind.name,
        service=request.service.name,
        parameters=asdict(request.parameters),
        created_us=now_us(),
        duration_s=request.duration_s,
    )
