"""The plan of the demo and how it is carried out against a running platform."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cli.api import Api
from cli.commands.dataset import dataset_request
from cli.console import Progress
from cli.datasets import Exported, export, wait_until_built
from cli.faults import Fault, inject, wait_until_over
from telemetry.records import TableName, Window
from telemetry.services import telemetry_source

WARM_UP: Final = 25.0
FAULT_SECONDS: Final = 20.0
COOL_DOWN: Final = 12.0
_TABLES: Final[tuple[TableName, ...]] = ("logs", "spans", "samples")
_COUNT_EVERY: Final = 5.0
_TICK: Final = 0.5

# Four kinds whose symptoms differ: errors, latency, CPU, absence. One pod each, also where it has a healthy
# sibling, so that each row of the closing table is one fault.
PLAN: Final[tuple[Fault, ...]] = (
    Fault("http-abort", pods=["productcatalogservice-0"], parameters={"status": 14, "percent": 60}),
    Fault("network-delay", pods=["currencyservice-0"], parameters={"latency_ms": 300}),
    Fault("cpu-stress", pods=["recommendationservice-0"], parameters={"workers": 2, "load": 100}),
    Fault("pod-failure", pods=["adservice-0"], allow_last_replica=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    injections: Sequence[Mapping[str, Any]]
    dataset: Mapping[str, Any]
    exported: Exported


@dataclass(slots=True)
class _Rows:
    """How many rows the window has so far, asked for now and then only: counting costs some CPU."""

    start: int
    _asked: float = field(default=float("-inf"), init=False)
    _count: int = field(default=0, init=False)

    def so_far(self) -> int:
        if time.monotonic() - self._asked >= _COUNT_EVERY:
            window = Window(self.start, now())
            self._count = sum(telemetry_source().count(table, window) for table in _TABLES)
            self._asked = time.monotonic()
        return self._count


def carry_out(api: Api, out: Path, progress: Progress) -> Outcome:
    """Warm up, the faults one after the other, the dataset. Raises CliError when any of it fails."""
    start = now()
    rows = _Rows(start)
    _pause("warming up", WARM_UP, rows, progress)
    injections = [_one_fault(api, fault, number, rows, progress) for number, fault in enumerate(PLAN, 1)]
    dataset = api.post("/datasets", dataset_request(start, now(), ""))
    dataset = wait_until_built(api, dataset["id"], progress)
    exported = export(api, dataset, out, unpack=True, progress=progress)
    return Outcome(injections, dataset, exported)


def _one_fault(api: Api, fault: Fault, number: int, rows: _Rows, progress: Progress) -> Mapping[str, Any]:
    title = f"fault {number} of {len(PLAN)}, {fault.kind} on {fault.pods[0]}"

    def show(injection: Mapping[str, Any]) -> None:
        progress.show(f"{title}, {injection['state']}, {rows.so_far():,} rows", phase=title)

    injection = wait_until_over(api, inject(api, replace(fault, duration=FAULT_SECONDS)), show)
    _pause(f"recovering from {fault.kind}", COOL_DOWN, rows, progress)
    return injection


def _pause(phase: str, seconds: float, rows: _Rows, progress: Progress) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        progress.show(f"{phase}, {left:.0f} s left, {rows.so_far():,} rows", phase=phase)
        time.sleep(min(_TICK, left))


def now() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1000
