"""Faults in memory, on a clock that tests move."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from common.errors import Conflict, Unavailable, UserError, said
from faults.catalogue import CATALOGUE
from faults.ports import Block, FaultSpec, PodRecord, Support
from systems.adapters.fake import FakeSystemDriver

SECOND: Final = 1_000_000
PODS: Final = {pod.name for pod in FakeSystemDriver().pods()}


def now_us() -> int:
    return time.time_ns() // 1000


@dataclass
class _Fault:
    spec: FaultSpec
    start: int
    end: int
    end_reason: str = "deadline"
    error: str = ""


@dataclass
class FakeFaultDriver:
    """Takes hold `delay` µs after apply. `reachable` and `refusal` make calls fail; `forget` loses all records."""

    clock: Callable[[], int] = now_us
    delay: int = 0
    recovery: int = 0  # µs from the end of the fault until it is really gone
    reachable: bool = True
    refusal: str = ""
    broken_pods: dict[str, str] = field(default_factory=dict)  # the fault fails on these, with this error
    applied: list[str] = field(default_factory=list)  # fault_id of each apply that was granted, repeats too
    _faults: dict[str, _Fault] = field(default_factory=dict)
    _block: Block | None = None

    def supports(self, kind: str) -> Support:
        if kind not in CATALOGUE:
            return Support(False, f"nobody knows a fault {kind!r}")
        if kind.startswith("jvm-"):
            return Support(False, "no pod runs Java")
        return Support(True)

    def apply(self, fault: FaultSpec) -> None:
        self._check()
        if self.refusal:
            raise UserError(said("system.refused", "{detail}", detail=self.refusal))
        if self._block and fault.fault_id not in self._faults:
            raise Conflict(
                said(
                    "faults.blocked",
                    "faults are blocked by an emergency stop of {by}: {reason}",
                    by=self._block.by,
                    reason=self._block.reason,
                )
            )
        if not (support := self.supports(fault.kind)).supported:
            raise UserError(said("kind.unsupported", "{reason}", reason=support.reason))
        if unknown := set(fault.pods) - PODS:
            raise UserError(said("pod.unknown", "there is no pod {names}", names=", ".join(sorted(unknown))))
        self.applied.append(fault.fault_id)
        start = self.clock() + self.delay
        end = start + int(fault.duration * SECOND) + self.recovery
        self._faults.setdefault(fault.fault_id, _Fault(fault, start, end))

    def recover(self, fault_id: str) -> None:
        self._check()
        fault = self._faults.get(fault_id)
        end = self.clock() + self.recovery
        if fault and end < fault.end:
            fault.end, fault.end_reason = max(end, fault.start), "recovered"

    def records(self, fault_id: str) -> Sequence[PodRecord]:
        self._check()
        fault = self._faults.get(fault_id)
        return [self._record(fault, pod) for pod in fault.spec.pods] if fault else []

    def block(self, block: Block) -> None:
        self._check()
        if self._block is None or self._block.stop_id != block.stop_id:
            self._block = replace(block, since=self.clock())
        for fault_id in self._faults:
            self.recover(fault_id)

    def unblock(self, stop_id: str) -> None:
        self._check()
        if self._block and self._block.stop_id == stop_id:
            self._block = None

    def blocked(self) -> Block | None:
        self._check()
        return self._block

    def cut_short(self, fault_id: str, end_reason: str, error: str) -> None:
        """The fault is over now, though nobody asked for its end: ended-early or pod-restarted."""
        fault = self._faults[fault_id]
        fault.end, fault.end_reason, fault.error = self.clock(), end_reason, error

    def forget(self) -> None:
        self._faults.clear()

    def _record(self, fault: _Fault, pod: str) -> PodRecord:
        service = pod.rpartition("-")[0]
        if pod in self.broken_pods:
            return PodRecord(pod, service, end_reason="failed", error=self.broken_pods[pod])
        now = self.clock()
        started, ended = now >= fault.start, now >= fault.end
        return PodRecord(
            pod=pod,
            service=service,
            start=fault.start if started else None,
            end=fault.end if ended else None,
            end_reason=fault.end_reason if ended else "",
            error=fault.error if ended else "",
        )

    def _check(self) -> None:
        if not self.reachable:
            raise Unavailable(said("driver.unreachable", "The fake fault driver is out of reach."))
