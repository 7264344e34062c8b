"""What knobs leave of telemetry: the right share, always the same, whole traces, in slices as in one piece."""

import math
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UserError
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection, PodLabel
from telemetry.records import SCHEMAS, TABLES, TableName

SECOND = 1_000_000
START = 1_718_651_400_000_000
SERVICES = ("frontend", "cartservice", "redis-cart")
KEPT_TRACES, KEPT_LOGS, SHIFT = [2, 4, 5, 10, 15, 19], [1, 4, 6, 11, 14, 19], 947223
KNOBS = st.builds(
    Knobs,
    trace_sampling=st.floats(0, 1),
    log_drop=st.floats(0, 1),
    metric_step_s=st.integers(0, 20),
    missing_services=st.lists(st.sampled_from(SERVICES), max_size=2, unique=True).map(
        lambda names: tuple(sorted(names))
    ),
    seed=st.integers(0, 2**53 - 1),
)
# Each share is tested with a chance of a false alarm below 1e-9: Hoeffding's bound.
ALARM = 1e-9


def allowed_error(count: int) -> float:
    return math.sqrt(math.log(2 / ALARM) / (2 * count))


def rows_of(table: TableName, seed: int, count: int = 400) -> pa.Table:
    """Rows of some 100 seconds, a few rows at the same moment."""
    chance = random.Random(seed)
    make: dict[TableName, Callable[[random.Random, int], dict[str, Any]]] = {
        "logs": _log,
        "spans": _span,
        "samples": _sample,
    }
    rows = [_place(chance) | make[table](chance, number) for number in range(count)]
    rows.sort(key=lambda row: (row.get("metric", ""), row["timestamp"]))
    return pa.Table.from_pylist(rows, schema=SCHEMAS[table])


def _place(chance: random.Random) -> dict[str, Any]:
    service = chance.choice(SERVICES)
    return {
        "timestamp": START + chance.randrange(100 * SECOND) // 250_000 * 250_000,
        "service": service,
        "pod": f"{service}-{chance.randrange(2)}",
    }


def _log(chance: random.Random, number: int) -> dict[str, Any]:
    return {"log_id": number, "level": "INFO", "message": "", "trace_id": None, "span_id": None}


def _span(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "duration": 5,
        "trace_id": f"{chance.randrange(60) * 7919:032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": None,
        "operation_name": "/",
        "kind": "server",
        "type": "http",
        "status_code": 200,
    }


def _sample(chance: random.Random, number: int) -> dict[str, Any]:
    labels = chance.choice(["", "interface=eth0", "interface=lo"])
    return {"metric": chance.choice(["a_total", "b_bytes"]), "labels": labels, "value": float(number)}


def as_dictionaries(rows: pa.Table) -> pa.Table:
    """As a store may hand them out: text as dictionaries, in several chunks."""
    for place, field in enumerate(rows.schema):
        if field.type == pa.string():
            rows = rows.set_column(place, field.name, rows[field.name].dictionary_encode())
    return pa.concat_tables([rows.slice(0, len(rows) // 3), rows.slice(len(rows) // 3)])


def slices_of(rows: pa.Table, step_us: int, cuts: list[int]) -> list[pa.Table]:
    """Cut at multiples of the step after the start, as an export does."""
    step = step_us or 1
    edges = sorted({cut // step * step for cut in cuts})
    bounds = [(START + start, START + end) for start, end in zip([0, *edges], [*edges, 10**12], strict=True)]
    times = rows["timestamp"].to_numpy()
    return [rows.filter(pa.array((times >= start) & (times < end))) for start, end in bounds]


def content(tables: list[pa.Table]) -> list[tuple[Any, ...]]:
    return sorted(tuple(map(str, row.values())) for table in tables for row in table.to_pylist())


@settings(max_examples=60, deadline=None)
@given(
    knobs=KNOBS,
    table=st.sampled_from(TABLES),
    seed=st.integers(0, 1000),
    cuts=st.lists(st.integers(0, 100 * SECOND), max_size=4),
)
def test_slices_leave_the_same_rows_as_the_whole(knobs: Knobs, table: TableName, seed: int, cuts: list[int]) -> None:
    rows = rows_of(table, seed)
    whole = knobs.apply(table, rows, start=START)
    parts = [knobs.apply(table, part, start=START) for part in slices_of(rows, knobs.metric_step_us, cuts)]

    assert content(parts) == content([whole])


@settings(max_examples=60, deadline=None)
@given(knobs=KNOBS, table=st.sampled_from(TABLES), seed=st.integers(0, 1000))
def test_what_stays_is_the_same_each_time_in_its_order_and_needs_no_second_go(
    knobs: Knobs, table: TableName, seed: int
) -> None:
    rows = rows_of(table, seed)
    once = knobs.apply(table, rows, start=START)
    kept = content([once])

    assert content([knobs.apply(table, as_dictionaries(rows), start=START)]) == kept
    assert knobs.apply(table, once, start=START).equals(once)
    numbered = rows.append_column("place", pa.array(range(rows.num_rows)))
    places = knobs.apply(table, numbered, start=START)["place"].to_pylist()
    assert places == sorted(places)
    assert once.equals(rows) or knobs.touches(table)


@settings(max_examples=40, deadline=None)
@given(knobs=KNOBS, table=st.sampled_from(TABLES), seed=st.integers(0, 1000))
def test_the_named_columns_are_enough_to_count(knobs: Knobs, table: TableName, seed: int) -> None:
    rows = rows_of(table, seed)
    columns = knobs.columns(table) or ("timestamp",)

    counted = knobs.apply(table, rows.select(list(columns)), start=START).num_rows

    assert counted == knobs.apply(table, rows, start=START).num_rows


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 1), seed=st.integers(0, 2**53 - 1))
def test_traces_are_kept_whole_and_in_the_share_asked_for(share: float, seed: int) -> None:
    traces = 4000
    ids = pa.array([f"{number:032x}" for number in range(traces)] * 2)
    spans = pa.table({"trace_id": ids, "service": pa.array(["frontend"] * traces + ["cartservice"] * traces)})

    kept = Knobs(trace_sampling=share, seed=seed).apply("spans", spans, start=START)

    lengths = kept["trace_id"].value_counts().field("counts").to_pylist()
    assert set(lengths) <= {2}
    assert abs(len(lengths) / traces - share) <= allowed_error(traces)


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 1), seed=st.integers(0, 2**53 - 1))
def test_logs_are_dropped_in_the_share_asked_for(share: float, seed: int) -> None:
    count = 8000
    logs = pa.table({"log_id": pa.array(range(START, START + count)), "service": pa.array(["frontend"] * count)})

    kept = Knobs(log_drop=share, seed=seed).apply("logs", logs, start=START)

    assert abs(1 - kept.num_rows / count - share) <= allowed_error(count)


@pytest.mark.parametrize(("share", "left"), [(0.0, 0), (1.0, 400)])
def test_none_and_all_are_exact(share: float, left: int) -> None:
    assert Knobs(trace_sampling=share).apply("spans", rows_of("spans", 1), start=START).num_rows == left
    assert Knobs(log_drop=1 - share).apply("logs", rows_of("logs", 1), start=START).num_rows == left


@given(shares=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted), seed=st.integers(0, 1000))
def test_a_larger_share_contains_a_smaller_one(shares: list[float], seed: int) -> None:
    logs, spans = rows_of("logs", 1, 100), rows_of("spans", 1, 100)
    few, many = (
        (
            {*Knobs(trace_sampling=share, seed=seed).apply("spans", spans, start=START)["span_id"].to_pylist()},
            {*Knobs(log_drop=1 - share, seed=seed).apply("logs", logs, start=START)["log_id"].to_pylist()},
        )
        for share in shares
    )

    assert few[0] <= many[0]
    assert few[1] <= many[1]


def test_other_seeds_choose_otherwise() -> None:
    logs = rows_of("logs", 1)
    chosen = {
        tuple(Knobs(log_drop=0.5, seed=seed).apply("logs", logs, start=START)["log_id"].to_pylist())
        for seed in range(5)
    }

    assert len(chosen) == 5


@settings(max_examples=40, deadline=None)
@given(step=st.integers(1, 30), seed=st.integers(0, 1000))
def test_a_metric_step_keeps_the_first_sample_of_each_series_and_step(step: int, seed: int) -> None:
    samples = rows_of("samples", seed)
    first: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in samples.to_pylist():
        key = (row["pod"], row["metric"], row["labels"], (row["timestamp"] - START) // (step * SECOND))
        first.setdefault(key, row)

    kept = Knobs(metric_step_s=step).apply("samples", samples, start=START).to_pylist()

    assert sorted(map(str, kept)) == sorted(map(str, first.values()))


@pytest.mark.parametrize("table", TABLES)
def test_missing_services_leave_nothing_of_their_own(table: TableName) -> None:
    kept = Knobs(missing_services=("cartservice", "unheard-of")).apply(table, rows_of(table, 1), start=START)

    assert set(kept["service"].to_pylist()) == {"frontend", "redis-cart"}


def test_a_hash_stays_what_it_is() -> None:
    """Datasets built by an older version have to come out the same: their digests are cited."""
    ids = pa.array([f"{number:032x}" for number in range(20)])
    kept = Knobs(trace_sampling=0.3, seed=7).apply("spans", pa.table({"trace_id": ids}), start=START)
    logs = Knobs(log_drop=0.7, seed=7).apply("logs", pa.table({"log_id": pa.array(range(20))}), start=START)

    assert [int(each, 16) for each in kept["trace_id"].to_pylist()] == KEPT_TRACES
    assert logs["log_id"].to_pylist() == KEPT_LOGS
    assert Knobs(onset_jitter_s=5, seed=7).shift_us(INJECTION, INJECTION.pods[0]) == SHIFT


LABEL = PodLabel("cartservice-0", "cartservice", START, START + 20 * SECOND, "deadline", onset=START + SECOND)
UNENDED = PodLabel("cartservice-1", "cartservice", START, None)
INJECTION = Injection("7d5e", "pod-failure", {}, {}, True, [LABEL, UNENDED])


@settings(max_examples=60, deadline=None)
@given(jitter=st.floats(0.001, 3600), seed=st.integers(0, 2**53 - 1))
def test_jitter_moves_labels_as_a_whole_by_no_more_than_asked(jitter: float, seed: int) -> None:
    knobs = Knobs(onset_jitter_s=jitter, seed=seed)

    [moved] = knobs.labels([INJECTION])

    first, second = moved.pods
    assert first.start is not None
    assert first.end is not None
    assert second.start is not None
    assert abs(first.start - START) <= jitter * SECOND + 1
    assert first.end - first.start == 20 * SECOND
    assert first.onset == first.start + SECOND
    assert second.end is None
    assert first.start - START == knobs.shift_us(INJECTION, LABEL)
    assert knobs.labels([INJECTION]) == [moved]
    assert INJECTION.pods[0].start == START


def test_jitter_is_spread_evenly_and_pods_move_apart() -> None:
    knobs = Knobs(onset_jitter_s=10, seed=3)
    shifts = [
        knobs.shift_us(Injection(str(number), "", {}, {}, True, []), LABEL) / (10 * SECOND) for number in range(4000)
    ]

    below = [sum(shift < edge for shift in shifts) / 4000 for edge in (-0.5, 0, 0.5)]
    assert all(
        abs(share - wanted) <= allowed_error(4000) for share, wanted in zip(below, (0.25, 0.5, 0.75), strict=True)
    )
    assert knobs.shift_us(INJECTION, LABEL) != knobs.shift_us(INJECTION, UNENDED)


@given(knobs=KNOBS)
def test_records_read_back(knobs: Knobs) -> None:
    assert Knobs.from_record(knobs.to_record()) == knobs


def test_neutral_knobs_change_nothing() -> None:
    assert Knobs().is_neutral
    assert Knobs(seed=5).is_neutral
    assert Knobs.from_record({}) == Knobs()
    assert Knobs().labels([INJECTION]) == [INJECTION]
    assert not any(Knobs(onset_jitter_s=3, train_fraction=0.5).touches(table) for table in TABLES)
    assert not Knobs(onset_jitter_s=3).is_neutral


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trace_sampling", 1.5),
        ("trace_sampling", True),
        ("log_drop", "0.5"),
        ("log_drop", float("nan")),
        ("metric_step_s", 2.5),
        ("metric_step_s", -1),
        ("missing_services", "cartservice"),
        ("missing_services", ["../etc"]),
        ("missing_services", [1]),
        ("onset_jitter_s", -1),
        ("train_fraction", 1),
        ("train_fraction", 0),
        ("seed", 2**53),
        ("seed", None),
        ("trace_samplign", 0.5),
    ],
)
def test_a_wrong_knob_is_named(name: str, value: Any) -> None:
    with pytest.raises(UserError) as caught:
        Knobs.from_record({name: value, "log_drop" if name != "log_drop" else "seed": 0})

    assert list(caught.value.fields) == [f"knobs.{name}"]
