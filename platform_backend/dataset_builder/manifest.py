"""dataset.json: what a dataset holds and how it came to be. Its sha256 is the digest of the dataset.

Nothing in it depends on when or how fast the dataset was built: the same window gives the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from dataset_builder.files import FileEntry
from dataset_builder.formats.base import RowCounts
from dataset_builder.labels import Injection, in_window
from telemetry_store.window import Window

FORMAT_VERSION: Final = 1
MANIFEST: Final = "dataset.json"
LIMITS: Final[Sequence[str]] = (
    "Metric timestamps are whole seconds; a pod may have two samples in one second, or none in another.",
    "Parents of spans near the edges of the window may lie outside of it.",
    "Services and pods are those at the time of the build; the load is what was asked for when the window began.",
    "The effect of a fault is judged from telemetry of its pod alone, against up to three minutes before it; "
    "a label says absent when nothing that matters changed there, and unknown when there was too little to compare.",
)

LIMITS_OF: Final[Mapping[str, Sequence[str]]] = {
    "rcaeval": (
        "Only the time around faults is here, some of it twice; cases.json names each case that is shorter than "
        "RCAEval's evaluation takes (600 s on each side), what cut it, and injections without a case.",
        "A case of several services is named by all of them, joined by +: RCAEval's scores never count it as found. "
        "Faults that were ordered as one are one case, named after those that began it.",
        "Workload, error and latency come from spans; logts, tracets_err and tracets_lat are not here.",
    ),
    "openrca": (
        "All times are UTC, where OpenRCA's own datasets are in UTC+8.",
        "Of metric_service.csv rr is empty; log_proxy and metric_runtime are not here.",
        "A fault that began before the window has no record and no task.",
        "Tasks ask for a time only where no other failure is near and the window reaches far enough; `tasks` has what "
        "answering always the same scores.",
    ),
}


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The system under test, and what was not recorded of it."""

    services: Sequence[Mapping[str, Any]] = ()
    pods: Sequence[Mapping[str, Any]] = ()
    load: Mapping[str, Any] = field(default_factory=dict)
    sampling_interval_s: float = 1.0
    versions: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)  # metric: why
    gaps: Sequence[Mapping[str, Any]] = ()

    def stores(self) -> Mapping[str, str]:
        """By service, the store that it calls: one that makes no spans, since it speaks raw TCP."""
        raw = {each["name"] for each in self.services if each.get("protocol") == "tcp"}
        called = {each["name"]: [name for name in each.get("calls", ()) if name in raw] for each in self.services}
        return {name: stores[0] for name, stores in called.items() if len(stores) == 1}


def manifest(
    *,
    name: str,
    kind: str,
    window: Window,
    facts: SystemFacts,
    injections: Sequence[Injection],
    counts: RowCounts,
    files: Mapping[str, FileEntry],
    knobs: Mapping[str, Any] | None = None,
    split: Mapping[str, int] | None = None,
    licence: str = "",
    of_format: Mapping[str, Any] | None = None,
) -> bytes:
    """`knobs` as recorded; `split`: how many injections are on either side; `of_format`: what this format alone has."""
    content = {
        **(of_format or {}),
        "format": kind,
        "format_version": FORMAT_VERSION,
        "name": name,
        "window": window_record(window),
        "system": {"services": list(facts.services), "pods": list(facts.pods)},
        "faults": [_fault_record(each) for each in in_window(injections, window)],
        "knobs": dict(knobs or {}),
        "split": None if split is None else dict(split),
        "seeds": {"load": facts.load.get("seed"), "knobs": (knobs or {}).get("seed")},
        "licence": licence,
        "load": dict(facts.load),
        "sampling": {"interval_s": facts.sampling_interval_s},
        "rows": {"tables": dict(counts.tables), "metrics": dict(counts.metrics)},
        "files": {path: _file_record(entry) for path, entry in sorted(files.items())},
        "versions": dict(facts.versions),
        "left_out": dict(facts.left_out),
        "gaps": list(facts.gaps),
        "limits": limits(kind),
    }
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def limits(kind: str) -> list[str]:
    """Of datasets of this format."""
    return [*LIMITS, *LIMITS_OF.get(kind, ())]


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def window_record(window: Window) -> dict[str, Any]:
    return {
        "start": window.start,
        "end": window.end,
        "start_iso": iso(window.start),
        "end_iso": iso(window.end),
        "unit": "microseconds since 1970-01-01T00:00:00Z; the end is not part of the window",
    }


def iso(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:06d}Z"


def _fault_record(injection: Injection) -> dict[str, Any]:
    return {
        "injection": injection.injection_id,
        "kind": injection.kind,
        "pods": sorted(label.pod for label in injection.pods),
        "start": min((label.start for label in injection.pods if label.start is not None), default=None),
        "end": max((label.end for label in injection.pods if label.end is not None), default=None),
    }


def _file_record(entry: FileEntry) -> dict[str, Any]:
    record: dict[str, Any] = {"bytes": entry.size, "sha256": entry.sha256}
    return record if entry.rows is None else {**record, "rows": entry.rows}
