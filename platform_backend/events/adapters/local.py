"""EventDriver of the local cluster, which carries events out by itself and keeps a journal of all."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal

from common.errors import NotFound
from events.ports import EventRecord, EventSpec, PodSpan
from local_cluster.client import EventInfo, LocalClusterClient
from systems.adapters.cluster import cluster_client, platform_errors

STATES: Final[Mapping[str, Literal["running", "ended", "failed"]]] = {"ended": "ended", "failed": "failed"}


class LocalEventDriver:
    def __init__(self, client: LocalClusterClient | None = None) -> None:
        self._client = client or cluster_client()
        self._kinds: frozenset[str] = frozenset()

    def supports(self, kind: str) -> str:
        if not self._kinds:
            with platform_errors():
                self._kinds = frozenset(self._client.event_kinds())
        return "" if kind in self._kinds else "the local cluster does not know this kind"

    def begin(self, event: EventSpec) -> None:
        with platform_errors():
            self._client.begin_event(
                event_id=event.event_id,
                kind=event.kind,
                service=event.service,
                duration_s=event.duration,
                parameters=event.parameters,
            )

    def end(self, event_id: str) -> None:
        with suppress(NotFound), platform_errors():
            self._client.end_event(event_id)

    def record(self, event_id: str) -> EventRecord | None:
        try:
            with platform_errors():
                return _record(self._client.event(event_id))
        except NotFound:
            return None


def _record(info: EventInfo) -> EventRecord:
    return EventRecord(
        state=STATES.get(info.state, "running"),
        start=info.start_us,
        end=info.end_us,
        end_reason=info.end_reason,
        error=info.error,
        detail=info.detail,
        pods=[PodSpan(each.pod, each.start_us, each.end_us) for each in info.pods],
    )
