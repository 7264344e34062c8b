"""FaultDriver of the local cluster, which ends each fault at its own deadline and keeps a journal of all."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from common.errors import NotFound
from faults.ports import Block, FaultSpec, PodRecord, Support
from local_cluster.client import FaultInfo, FaultPod, KindSupport, LocalClusterClient
from systems.adapters.cluster import cluster_client, platform_errors


class LocalFaultDriver:
    def __init__(self, client: LocalClusterClient | None = None) -> None:
        self._client = client or cluster_client()
        self._kinds: Mapping[str, KindSupport] = {}

    def supports(self, kind: str) -> Support:
        if not self._kinds:
            with platform_errors():
                self._kinds = self._client.kinds()
        known = self._kinds.get(kind)
        if known is None:
            return Support(False, "the local cluster does not know this kind")
        return Support(known.supported, known.reason)

    def apply(self, fault: FaultSpec) -> None:
        with platform_errors():
            self._client.apply_fault(
                fault_id=fault.fault_id,
                kind=fault.kind,
                pods=fault.pods,
                duration_s=fault.duration,
                parameters=fault.parameters,
            )

    def recover(self, fault_id: str) -> None:
        with suppress(NotFound), platform_errors():
            self._client.end_fault(fault_id)

    def records(self, fault_id: str) -> Sequence[PodRecord]:
        try:
            with platform_errors():
                fault = self._client.fault(fault_id)
        except NotFound:
            return []
        return [_record(fault, pod) for pod in fault.pods]

    def block(self, block: Block) -> None:
        with platform_errors():
            self._client.set_block(stop_id=block.stop_id, reason=block.reason, by=block.by)

    def unblock(self, stop_id: str) -> None:
        with platform_errors():
            self._client.clear_block(stop_id)

    def blocked(self) -> Block | None:
        with platform_errors():
            held = self._client.block()
        return Block(held.stop_id, held.reason, held.by, held.since_us) if held else None


def _record(fault: FaultInfo, pod: FaultPod) -> PodRecord:
    is_over = fault.state in ("ended", "failed")
    failed = is_over and pod.start_us is None
    return PodRecord(
        pod=pod.pod,
        service=pod.service,
        start=pod.start_us,
        end=pod.end_us,
        end_reason=pod.end_reason or ("failed" if failed else ""),
        error=pod.error or (fault.error if failed else ""),
    )
