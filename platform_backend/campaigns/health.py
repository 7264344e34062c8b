"""How the system does at its front: what steady-state and stop conditions are compared with.

Requests come in at the front from those that no service calls: the load generator, or a gateway. The error ratio is
that of the mesh at the visitor's end, so a front that is gone counts; latency is that of the spans without a parent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.compute as pc

from campaigns.schema import Conditions
from systems import selectors as systems
from telemetry import services as telemetry
from telemetry.ports import MetricQuery, Series
from telemetry.records import Window

SECOND: Final = 1_000_000
# Spans and samples of a moment have arrived this long after it.
LAG_S: Final = 2.0
ERRORS_FROM: Final = 500


@dataclass(frozen=True, slots=True)
class Health:
    requests: float  # that ended in the window
    error_ratio: float | None  # None without requests
    latency_p95_ms: float | None
    not_ready: Sequence[str] = ()  # pods


def health(*, window_s: float, now: int) -> Health:
    """Over the last seconds that are known by now (UTC microseconds). Raises Unavailable."""
    end = now - round(LAG_S * SECOND)
    window = Window(end - round(window_s * SECOND), end)
    requests, failed = _requests(window)
    not_ready = [pod.name for pod in systems.pods() if not pod.ready]
    return Health(requests, failed / requests if requests else None, _latency_p95_ms(window), not_ready)


def violations(conditions: Conditions, now: Health, *, but: Iterable[str] = ()) -> list[str]:
    """What is beyond the conditions, one sentence each. `but` are pods that may be down."""
    found = []
    if conditions.needs_requests and not now.requests:
        found.append(f"no request was answered in {conditions.window:g} s")
    if _above(now.error_ratio, conditions.error_ratio):
        found.append(f"error_ratio is {now.error_ratio:.3f}, at most {conditions.error_ratio:g}")
    if _above(now.latency_p95_ms, conditions.latency_p95_ms):
        found.append(f"latency_p95_ms is {now.latency_p95_ms:.0f}, at most {conditions.latency_p95_ms:g}")
    down = sorted(set(now.not_ready) - set(but))
    if conditions.pods_not_ready is not None and len(down) > conditions.pods_not_ready:
        found.append(f"not ready: {', '.join(down)}; at most {conditions.pods_not_ready}")
    return found


def _above(value: float | None, most: float | None) -> bool:
    return value is not None and most is not None and value > most


def _requests(window: Window) -> tuple[float, float]:
    """How many requests ended at the visitors, and how many of them with an error."""
    called = {service.name for service in systems.services() if service.protocol}
    before = Window(window.start - 5 * SECOND, window.end)
    query = MetricQuery("istio_requests_total", before, SECOND)
    total = failed = 0.0
    for series in telemetry.telemetry_source().metric_range(query):
        labels = dict(pair.partition("=")[::2] for pair in series.labels.split(","))
        if labels.get("reporter") == "source" and labels.get("source_workload") not in called:
            grown = growth(series, window)
            total += grown
            failed += grown if _is_error(labels) else 0.0
    return total, failed


def _is_error(labels: dict[str, str]) -> bool:
    code = labels.get("response_code", "")
    return not code.isdecimal() or int(code) == 0 or int(code) >= ERRORS_FROM


def growth(series: Series, window: Window) -> float:
    """How much a counter grew in the window. One that appears in it counts from zero, as one that was reset does."""
    last: float | None = None
    grown = 0.0
    for moment, value in series.points:
        if moment >= window.start:
            grown += value if last is None or value < last else value - last
        last = value
    return grown


def _latency_p95_ms(window: Window) -> float | None:
    durations: list[int] = []
    for batch in telemetry.telemetry_source().batches("spans", window):
        front = pc.and_(pc.is_null(batch["parent_span_id"]), pc.equal(batch["kind"], "server"))
        durations += batch["duration"].filter(front).to_pylist()
    if not durations:
        return None
    return sorted(durations)[round(0.95 * (len(durations) - 1))] / 1000
