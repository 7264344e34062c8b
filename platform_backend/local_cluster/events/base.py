"""What a kind of event is, and what it may use."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

from local_cluster.events.record import EventRecord, PodSpan
from local_cluster.faults.base import NoParameters, NotYet, Parameters
from local_cluster.linux import now_us
from local_cluster.load import Load
from local_cluster.pods import Pod, Pods
from local_cluster.programs import Programs
from local_cluster.roster import Roster
from local_cluster.spawner import Spawner
from local_cluster.topology import ServiceSpec, Topology

READY_WITHIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class Stage:
    """The cluster, as far as events change it."""

    topology: Topology
    pods: Pods
    roster: Roster
    load: Load
    programs: Programs
    spawner: Spawner

    def pods_of(self, service: str) -> list[Pod]:
        """In the order of their names."""
        return sorted(self.pods.of_service(service), key=lambda pod: pod.spec.name)


class Happening:
    """One event under way: its record, and whether it was asked to end."""

    def __init__(self, record: EventRecord, save: Callable[[EventRecord], None]) -> None:
        self.record = record
        self.ending = asyncio.Event()
        self._save = save

    def begin(self) -> None:
        """Its first visible deed comes now."""
        if self.record.start_us is None:
            self.record.start_us = now_us()
            self._save(self.record)

    @contextlib.contextmanager
    def on(self, pod: str) -> Iterator[None]:
        """The pod has part in it for so long."""
        self.begin()
        span = PodSpan(pod, now_us())
        self.record.pods.append(span)
        yield
        span.end_us = now_us()
        self._save(self.record)

    async def pause(self, seconds: float) -> None:
        """Unless it was asked to end meanwhile."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ending.wait(), seconds)


class EventKind(Protocol):
    """`run` returns when all is done. It looks at `it.ending` between its deeds, and then takes the way back."""

    name: ClassVar[str]
    parameters: ClassVar[type[Parameters]] = NoParameters
    lasts: ClassVar[bool] = False  # for the duration that is asked for
    has_pods: ClassVar[bool] = True  # it changes pods of its service, which take no faults meanwhile

    def unfit(self, stage: Stage, service: ServiceSpec, parameters: Any) -> str:
        """Why this service can't have the event, after the name of a field; empty when it can."""
        return ""

    async def run(self, stage: Stage, it: Happening, parameters: Any) -> None: ...


async def until_ready(pod: Pod) -> None:
    """Raises NotYet."""
    try:
        await asyncio.wait_for(pod.is_ready.wait(), READY_WITHIN)
    except TimeoutError:
        raise NotYet(f"{pod.spec.name} is not ready after {READY_WITHIN:.0f} s") from None
