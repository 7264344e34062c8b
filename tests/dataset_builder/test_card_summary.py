"""Key figures of a card against a plain count over the same rows, from memory and from a store's files."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset_builder.card.series import MOST_NAMES, MOST_SERVICES, Series, step_of
from dataset_builder.card.summary import ServiceFigures, Summary, summarise
from dataset_builder.card.summary_cells import class_of_latency, latency_of_class
from dataset_builder.formats.base import Export
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection, PodLabel
from telemetry.adapters.held_store import HeldStore
from telemetry.adapters.held_tables import HeldTables
from telemetry.ports import HeldTelemetry
from telemetry.records import SCHEMAS, TABLES, TableName, Window
from telemetry_store.held import hold
from telemetry_store.segment import write_segment

SECOND = 1_000_000
START = 1_718_651_400_000_000
WINDOW = Window(START, START + 120 * SECOND)
FAULT = (START + 40 * SECOND, START + 60 * SECOND)
NORMAL = [Window(START, FAULT[0]), Window(START + 70 * SECOND, START + 120 * SECOND)]
SERVICES = ("frontend", "cartservice")
CPU, MEMORY = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
Rows = dict[TableName, list[dict[str, Any]]]


def made(seed: int) -> Rows:
    """Some rows lie before and after the window."""
    chance = random.Random(seed)
    return {
        "logs": [_log(chance, number) for number in range(300)],
        "spans": [_span(chance, number) for number in range(300)],
        "samples": [row for pod in ("frontend-0", "cartservice-0", "cartservice-1") for row in _samples(chance, pod)],
    }


def _place(chance: random.Random) -> dict[str, Any]:
    service = chance.choice(SERVICES)
    return {
        "timestamp": START + chance.randrange(-20 * SECOND, 140 * SECOND),
        "service": service,
        "pod": f"{service}-0",
    }


def _log(chance: random.Random, number: int) -> dict[str, Any]:
    level = chance.choice(["INFO", "ERROR", "CRITICAL", "WARNING"])
    return _place(chance) | {"log_id": number, "level": level, "message": "", "trace_id": None, "span_id": None}


def _span(chance: random.Random, number: int) -> dict[str, Any]:
    technology = chance.choice(["http", "grpc"])
    return _place(chance) | {
        "duration": round(chance.lognormvariate(8, 2)),
        "trace_id": f"{number % 40:032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": chance.choice([None, "00000000000000aa"]),
        "operation_name": "/",
        "kind": chance.choice(["server", "client"]),
        "type": technology,
        "status_code": chance.choice([200, 404, 500] if technology == "http" else [0, 14]),
    }


def _samples(chance: random.Random, pod: str) -> Iterator[dict[str, Any]]:
    """Each second, with a restart half-way: the counter begins anew."""
    spent = 0.0
    for second in range(-20, 140):
        spent = 0.001 if second == 75 else round(spent + chance.random() / 5, 6)
        place = {
            "timestamp": START + second * SECOND + 3000,
            "service": pod.rpartition("-")[0],
            "pod": pod,
            "labels": "",
        }
        yield place | {"metric": CPU, "value": spent}
        yield place | {"metric": MEMORY, "value": float(chance.randrange(10**8, 10**9))}
        yield place | {"metric": "container_threads", "value": 3.0}


def in_memory(rows: Rows) -> HeldTelemetry:
    return HeldTables(WINDOW, tables(rows), slice_rows=37)


def tables(rows: Rows) -> dict[TableName, pa.Table]:
    return {table: pa.Table.from_pylist(rows[table], schema=SCHEMAS[table]) for table in TABLES}


def in_files(rows: Rows, folder: Path, *, overlapping: bool = False) -> HeldTelemetry:
    """Segments of 30 seconds, so that the first and the last reach beyond the window; or of rows at random."""
    for table, found in tables(rows).items():
        (folder / "store" / table).mkdir(parents=True)
        groups = defaultdict(list)
        for row in found.to_pylist():
            groups[row["timestamp"] % 3 if overlapping else (row["timestamp"] - START) // (30 * SECOND)].append(row)
        for seq, (_, each) in enumerate(sorted(groups.items()), start=1):
            batch = pa.RecordBatch.from_pylist(each, schema=SCHEMAS[table])
            write_segment(folder / "store" / table, table, seq, [batch], None)
    held = hold(folder / "store", folder / "held", WINDOW.start, WINDOW.end, seal_within_s=5)
    return HeldStore(WINDOW, held)


def export_of(held: HeldTelemetry, knobs: Knobs | None = None) -> Export:
    label = PodLabel("cartservice-0", "cartservice", *FAULT)
    return Export(
        held=held,
        window=WINDOW,
        injections=[Injection("1", "cpu-stress", {}, {}, True, [label])],
        nodes={},
        default_node="local",
        normal=NORMAL,
        knobs=knobs or Knobs(),
    )


def summary_of(held: HeldTelemetry, knobs: Knobs | None = None) -> Summary:
    return summarise(export_of(held, knobs), lambda **_: None)


def is_in(row: dict[str, Any], when: str) -> bool:
    moment = row["timestamp"]
    if when == "fault":
        return FAULT[0] <= moment < FAULT[1]
    if when == "normal":
        return any(each.start <= moment < each.end for each in NORMAL)
    return WINDOW.start <= moment < WINDOW.end


def check(figures: ServiceFigures, rows: Rows, service: str, when: str) -> None:
    own = {table: [row for row in rows[table] if row["service"] == service and is_in(row, when)] for table in TABLES}
    served = [row for row in own["spans"] if row["kind"] == "server"]
    failed = [row for row in served if row["status_code"] >= (500 if row["type"] == "http" else 1)]
    assert figures.log_rows == len(own["logs"])
    assert figures.log_error_rows == sum(row["level"] in ("ERROR", "CRITICAL") for row in own["logs"])
    assert (figures.span_rows, figures.requests) == (len(own["spans"]), len(served))
    assert figures.error_ratio == pytest.approx(len(failed) / len(served), abs=1e-6)
    durations = sorted(row["duration"] for row in served)
    for share, found in ((50, figures.latency_p50_ms), (95, figures.latency_p95_ms)):
        exact = durations[-(-len(durations) * share // 100) - 1] / 1000
        assert found == pytest.approx(exact, rel=0.01 + 0.005)  # of its class, and of three digits
    memory = [round(row["value"]) for row in own["samples"] if row["metric"] == MEMORY]
    assert figures.memory_max_bytes == max(memory)
    assert figures.memory_mean_bytes == sum(memory) // len(memory)
    assert figures.cpu_cores == pytest.approx(cores(own["samples"]), abs=1e-4)


def cores(samples: list[dict[str, Any]]) -> float:
    spent = passed = 0.0
    for pod in {row["pod"] for row in samples}:
        readings = sorted(
            (row["timestamp"], row["value"]) for row in samples if row["pod"] == pod and row["metric"] == CPU
        )
        for (before, low), (after, high) in itertools.pairwise(readings):
            # Not across the gap between two normal times, which is nobody's, nor across a restart.
            if after - before < 5 * SECOND and high >= low:
                spent, passed = spent + high - low, passed + (after - before) / SECOND
    return spent / passed


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_are_those_of_the_rows(seed: int, tmp_path: Path) -> None:
    rows = made(seed)

    found = summary_of(in_files(rows, tmp_path))

    assert list(found.services) == sorted(SERVICES)
    for service, by_phase in found.services.items():
        for when, figures in by_phase.items():
            check(figures, rows, service, when)


@pytest.mark.parametrize("overlapping", [False, True])
def test_how_a_window_is_cut_changes_nothing(overlapping: bool, tmp_path: Path) -> None:
    rows = made(3)

    assert summary_of(in_files(rows, tmp_path, overlapping=overlapping)) == summary_of(in_memory(rows))


def test_knobs_shape_the_figures_but_not_the_load(tmp_path: Path) -> None:
    rows, knobs = made(4), Knobs(trace_sampling=0.4, log_drop=0.5, metric_step_s=10, missing_services=("frontend",))
    plain, found = summary_of(in_memory(rows)), summary_of(in_memory(rows), knobs)

    assert list(found.services) == ["cartservice"]
    before, after = plain.services["cartservice"]["all"], found.services["cartservice"]["all"]
    assert 0 < after.log_rows < before.log_rows
    assert 0 < after.span_rows < before.span_rows
    assert found.load == plain.load
    assert summary_of(in_files(rows, tmp_path), knobs) == found


def test_load_counts_requests_without_a_caller() -> None:
    rows = made(5)

    found = summary_of(in_memory(rows))

    first = [
        row for row in rows["spans"] if row["kind"] == "server" and not row["parent_span_id"] and is_in(row, "all")
    ]
    assert found.load_step_s == 5
    assert len(found.load) == 24
    assert sum(found.load) * 5 == pytest.approx(len(first), abs=0.01)


def test_an_empty_window_has_no_figures() -> None:
    found = summary_of(in_memory({table: [] for table in TABLES}))

    assert found.services == {}
    assert set(found.load) == {0.0}


@given(hours=st.floats(0.01, 24 * 3660))
def test_there_are_at_most_sixty_steps(hours: float) -> None:
    """Also of an import whose rows lie years apart."""
    window = Window(START, START + round(hours * 3600 * SECOND))
    assert (window.end - window.start) / SECOND <= 60 * step_of(window)


@given(duration=st.integers(0, 1 << 52))
def test_a_class_of_latencies_is_narrow(duration: int) -> None:
    [found] = class_of_latency(pa.array([duration]).to_numpy())

    assert latency_of_class(int(found)) == pytest.approx(duration, rel=0.008, abs=0.5)
    assert class_of_latency(pa.array([duration + 1]).to_numpy())[0] >= found


STEP = 5 * SECOND  # of a window of two minutes


def steps_of(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = [[] for _ in range(24)]
    for row in rows:
        found[(row["timestamp"] - START) // STEP].append(row)
    return found


def test_series_are_those_of_the_rows_of_each_step(tmp_path: Path) -> None:
    rows = made(3)
    series = summary_of(in_memory(rows)).series
    assert series == summary_of(in_files(rows, tmp_path)).series
    assert (series["step_s"], series["more_services"], sorted(series["services"])) == (5, 0, sorted(SERVICES))
    for service, found in series["services"].items():
        own = {t: [r for r in rows[t] if r["service"] == service and is_in(r, "all")] for t in TABLES}
        assert {len(values) for values in found.values()} == {24}
        assert found["log_rows_per_second"] == [len(each) / 5 for each in steps_of(own["logs"])]
        errors = [row for row in own["logs"] if row["level"] in ("ERROR", "CRITICAL")]
        assert found["log_error_rows_per_second"] == [len(each) / 5 for each in steps_of(errors)]
        memory = steps_of([row for row in own["samples"] if row["metric"] == MEMORY])
        assert found["memory_mean_bytes"] == [round(sum(r["value"] for r in each) / len(each)) for each in memory]
        for place, each in enumerate(steps_of([row for row in own["spans"] if row["kind"] == "server"])):
            check_step(found, place, each)


def check_step(found: dict[str, list[float | None]], place: int, served: list[dict[str, Any]]) -> None:
    assert found["requests_per_second"][place] == len(served) / 5
    if not served:
        assert found["error_ratio"][place] is found["latency_p95_ms"][place] is None
        return
    failed = [row for row in served if row["status_code"] >= (500 if row["type"] == "http" else 1)]
    assert found["error_ratio"][place] == pytest.approx(len(failed) / len(served), abs=1e-6)
    durations = sorted(row["duration"] for row in served)
    assert found["latency_p95_ms"][place] == pytest.approx(
        durations[-(-len(durations) * 95 // 100) - 1] / 1000,
        rel=0.135,  # of its class, and of three digits
    )


def test_cpu_over_time_is_what_counters_grew_since_the_step_before() -> None:
    def at(second: float, spent: float, pod: str = "a-0") -> dict[str, Any]:
        place = {"timestamp": START + round(second * SECOND), "service": "a", "pod": pod, "labels": ""}
        return place | {"metric": CPU, "value": spent}

    rows: Rows = {"logs": [], "spans": [], "samples": [at(1, 10), at(4, 11), at(9, 13.5), at(14, 1), at(24, 2)]}
    cores = summary_of(in_memory(rows)).series["services"]["a"]["cpu_cores"]
    assert cores[:6] == [None, 0.5, None, None, 0.1, None]  # a counter that fell began anew
    rows["samples"] += [at(4, 0, "a-1"), at(9, 0.5, "a-1")]
    assert summary_of(in_memory(rows)).series["services"]["a"]["cpu_cores"][1] == 0.3  # of a pod, on average


def test_series_stay_small_whatever_the_rows_name() -> None:
    series = Series(WINDOW)
    for first in (0, 500):
        names = [f"s{number}" for number in range(first, first + 500)]
        logs = [_log(random.Random(1), 1) | {"service": name, "timestamp": START} for name in names]
        series.add(series.reduce("logs", pa.Table.from_pylist(logs, schema=SCHEMAS["logs"])))
    found = series.record()
    assert (len(found["services"]), found["more_services"]) == (MOST_SERVICES, MOST_NAMES - MOST_SERVICES)
