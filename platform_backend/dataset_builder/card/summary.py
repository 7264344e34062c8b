"""Key figures of a window per service, in normal and in faulty times: counted slice by slice, in bounded memory.

Everything is a sum of whole numbers, so the figures do not depend on how the window is cut. Only latencies are
approximate: they are counted in classes a 64th of a power of two wide, and told with three digits, which together is
within two percent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from dataset_builder.card.series import Part, Series, step_of
from dataset_builder.card.summary_cells import PHASES, Phase, Phases, Reduced, Tally, latency_of_class
from dataset_builder.card.summary_slices import COLUMNS, METRICS, reduce_rows
from dataset_builder.formats.base import Export
from dataset_builder.labels import MICROSECONDS
from dataset_builder.window_pieces import Rows, Wanted, pieces, reduced
from telemetry_store.schemas import TABLES, TableName
from telemetry_store.window import Window

When = Literal["all", "normal", "fault"]


class Progress(Protocol):
    def __call__(self, *, rows: int = 0, written: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """None where nothing was seen to take the figure from."""

    log_rows: int
    log_error_rows: int  # of level ERROR or CRITICAL
    span_rows: int
    requests: int  # served: server spans
    error_ratio: float | None  # of them
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    cpu_cores: float | None  # of a pod, on average
    memory_mean_bytes: int | None  # of a pod
    memory_max_bytes: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """`load`: requests per second that reached the shop, in steps of `load_step_s` from the start of the window."""

    services: Mapping[str, Mapping[When, ServiceFigures]]
    load_step_s: int
    load: Sequence[float]
    load_mean: float  # of the whole window
    series: Mapping[str, Any]  # as `Series.record` has them


def summarise(export: Export, progress: Progress) -> Summary:
    """Read the window once, with few columns, in two threads. `progress` may raise to stop it."""
    phases = Phases.of(export)
    step_s = step_of(export.window)
    tally, series = Tally(export.window, step_s * MICROSECONDS), Series(export.window)
    for table in TABLES:
        for part, piece in _reduced(export, table, phases, tally, series):
            tally.add(part)
            series.add(piece)
            progress()
    return Summary(
        services={name: _by_phase(tally, name) for name in tally.services()},
        load_step_s=step_s,
        load=_rates(tally, export.window, step_s),
        load_mean=round(sum(tally.requests()) * MICROSECONDS / (export.window.end - export.window.start), 3),
        series=series.record(),
    )


def _reduced(
    export: Export, table: TableName, phases: Phases, tally: Tally, series: Series
) -> Iterator[tuple[Reduced, Part]]:
    def reduce(rows: Rows) -> tuple[Reduced, Part]:
        part = reduce_rows(table, rows.whole, rows.left, phases, tally.load_step)
        return part, series.reduce(table, rows.left)

    wanted = Wanted(table, COLUMNS[table], METRICS if table == "samples" else ())
    return reduced(pieces(export, wanted), reduce)


def _by_phase(tally: Tally, service: str) -> dict[When, ServiceFigures]:
    chosen: dict[When, Sequence[Phase]] = {"all": PHASES, "normal": ("normal",), "fault": ("fault",)}
    return {when: _figures(tally, service, phases) for when, phases in chosen.items()}


def _figures(tally: Tally, service: str, phases: Sequence[Phase]) -> ServiceFigures:
    counts = tally.counts(service, phases)
    cpu_ns, cpu_us = tally.cpu(service, phases)
    return ServiceFigures(
        log_rows=counts["logs"],
        log_error_rows=counts["error_logs"],
        span_rows=counts["spans"],
        requests=counts["requests"],
        error_ratio=_ratio(counts["failed"], counts["requests"], 6),
        latency_p50_ms=_quantile(tally, service, phases, 50),
        latency_p95_ms=_quantile(tally, service, phases, 95),
        cpu_cores=_ratio(cpu_ns, cpu_us * 1000, 4),
        memory_mean_bytes=None if not counts["memory"] else counts["memory_sum"] // counts["memory"],
        memory_max_bytes=tally.memory_max(service, phases),
    )


def _quantile(tally: Tally, service: str, phases: Sequence[Phase], percent: int) -> float | None:
    found = tally.latency_class(service, phases, percent)
    return None if found is None else float(f"{latency_of_class(found) / 1000:.3g}")


def _ratio(part: int, whole: int, digits: int) -> float | None:
    return round(part / whole, digits) if whole else None


def _rates(tally: Tally, window: Window, step_s: int) -> list[float]:
    """The last step may be shorter."""
    step = step_s * MICROSECONDS
    lengths = [min(step, window.end - start) for start in range(window.start, window.end, step)]
    return [round(count * MICROSECONDS / length, 3) for count, length in zip(tally.requests(), lengths, strict=True)]
