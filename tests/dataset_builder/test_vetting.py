"""Times without a fault are looked at: errors, latency, the machine, gaps; each has its verdict and its figures."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataset_builder.card import markdown
from dataset_builder.formats.base import Export
from dataset_builder.formats.rcaeval import RcaevalFormat
from dataset_builder.knobs import Knobs
from dataset_builder.labels import NOT_VETTED, NormalTime, normal_record
from dataset_builder.vetting import vet
from dataset_builder.vetting.steps import Steps
from microservo_sdk import NormalWindow, open_dataset
from telemetry.adapters.held_tables import HeldTables
from telemetry_store.schemas import TableName
from telemetry_store.window import Window
from tests.dataset_builder import shop_window as shop

SECOND = 1_000_000
START = shop.at(0)
WINDOW = Window(START, START + 300 * SECOND)
FIRST, SECOND_TIME = Window(START, START + 120 * SECOND), Window(START + 180 * SECOND, START + 300 * SECOND)
Rows = dict[TableName, list[dict[str, Any]]]
Change = Callable[[Rows], None]


def quiet(*, rows: int = 0, written: int = 0) -> None:
    """No one watches."""


def calm() -> Rows:
    """Ten requests a second of 20 ms each on average, none of which fails, and an idle machine."""
    chance = random.Random(5)
    spans = [
        span(second + number / 10, "frontend", chance.randrange(10_000, 30_000))
        for second in range(300)
        for number in range(10)
    ]
    return {"logs": [], "spans": spans, "samples": [row for second in range(300) for row in machine(second)]}


def span(second: float, service: str, duration: int, status: int = 200, kind: str = "server") -> dict[str, Any]:
    return {
        "timestamp": START + round(second * SECOND),
        "duration": duration,
        "trace_id": "0" * 32,
        "span_id": f"{round(second * 1000):016x}",
        "parent_span_id": None,
        "service": service,
        "pod": f"{service}-0",
        "operation_name": "/",
        "kind": kind,
        "type": "http",
        "status_code": status,
    }


def machine(second: int, busy: float = 0.3, waiting: float = 0.1, stolen: float = 0.0) -> list[dict[str, Any]]:
    """Counters that have grown by these shares in every second; of another second, add `more`."""
    values = {"user": busy - stolen, "steal": stolen, "idle": 1 - busy}
    rows = [
        node(second, "node_cpu_seconds_total", f"mode={mode},node=local", second * 2 * share)
        for mode, share in values.items()
    ]
    return [*rows, node(second, "node_pressure_cpu_waiting_seconds_total", "node=local", second * waiting)]


def node(second: float, metric: str, labels: str, value: float) -> dict[str, Any]:
    moment = START + round(second * SECOND)
    return {"timestamp": moment, "service": "", "pod": "", "metric": metric, "labels": labels, "value": value}


def export_of(rows: Rows, normal: Sequence[Window] = (FIRST, SECOND_TIME), slice_rows: int = 500) -> Export:
    held = HeldTables(WINDOW, shop.tables(rows), slice_rows=slice_rows)
    return Export(held=held, window=WINDOW, injections=(), nodes={}, default_node="local", normal=normal)


def looked_at(change: Change | None = None, gaps: Sequence[dict[str, Any]] = ()) -> list[NormalTime]:
    rows = calm()
    if change:
        change(rows)
    return list(vet(export_of(rows), gaps, quiet).times)


def test_a_calm_time_is_clean_and_has_its_figures() -> None:
    for time, window in zip(looked_at(), (FIRST, SECOND_TIME), strict=True):
        assert (time.window, time.verdict, time.doubts) == (window, "clean", [])
        assert (time.figures["calls"], time.figures["failed"], time.figures["error_ratio"]) == (1200, 0, 0.0)
        assert time.figures["latency_p95_ms"]["frontend"] == pytest.approx(29, rel=0.13)
        assert time.figures["cpu_busy"] == pytest.approx(0.3, abs=0.01)
        assert time.figures["cpu_waiting"] == pytest.approx(0.1, abs=0.01)
        assert (time.figures["cpu_stolen"], time.figures["missing_s"]) == (0.0, 0.0)


def of_spans(start: float, end: float, **values: Any) -> Change:
    def change(rows: Rows) -> None:
        for row in rows["spans"]:
            if start <= (row["timestamp"] - START) / SECOND < end:
                row.update(values)

    return change


def busy(start: int, end: int, **shares: float) -> Change:
    """Counters go on from where they are."""

    def change(rows: Rows) -> None:
        usual, other = (dict(_shares(**each)) for each in ({}, shares))
        for row in rows["samples"]:
            second = (row["timestamp"] - START) // SECOND
            within = min(max(second - start, 0), end - start)
            key = row["metric"] + row["labels"]
            row["value"] += within * (other[key] - usual[key])

    return change


def _shares(**shares: float) -> list[tuple[str, float]]:
    return [(row["metric"] + row["labels"], row["value"]) for row in machine(1, **shares)]


DOUBTS: list[tuple[str, Change, dict[str, Any]]] = [
    ("errors", of_spans(40, 40.45, status_code=500), {"what": "errors", "failed": 5, "calls": 100}),
    ("client errors", of_spans(40, 41, status_code=503, kind="client"), {"what": "errors", "failed": 10}),
    ("latency", of_spans(40, 50, duration=110_000), {"what": "latency", "service": "frontend"}),
    ("busy", busy(39, 49, busy=0.95), {"what": "machine", "cpu_busy": 0.95}),
    ("waiting", busy(39, 49, waiting=0.7), {"what": "machine", "cpu_waiting": 0.7}),
    ("stolen", busy(39, 49, busy=0.5, stolen=0.2), {"what": "machine", "cpu_stolen": 0.2}),
]


@pytest.mark.parametrize(("change", "expected"), [each[1:] for each in DOUBTS], ids=[each[0] for each in DOUBTS])
def test_ten_bad_seconds_are_found_and_told(change: Change, expected: dict[str, Any]) -> None:
    first, second = looked_at(change)
    assert (first.verdict, second.verdict) == ("doubtful", "clean")
    (doubt,) = [each for each in first.doubts if each["start"] == START + 40 * SECOND]
    assert doubt["end"] == START + 50 * SECOND
    for key, value in expected.items():
        assert doubt[key] == (pytest.approx(value, abs=0.11) if isinstance(value, float) else value)


def test_a_few_errors_and_a_slow_call_are_no_doubt() -> None:
    """Two errors, one slow call in a hundred, a machine that is busy for a second."""

    def change(rows: Rows) -> None:
        rows["spans"][10]["status_code"] = rows["spans"][900]["status_code"] = 500
        rows["spans"][50]["duration"] = 900_000
        busy(20, 21, busy=0.99)(rows)

    assert [time.verdict for time in looked_at(change)] == ["clean", "clean"]


def failing(count: int) -> Callable[[Rows], None]:
    """So many calls of the first time, all over it."""

    def change(rows: Rows) -> None:
        for number in range(count):
            rows["spans"][20 + 1150 * number // count]["status_code"] = 500

    return change


def test_the_failed_calls_of_a_healthy_shop_are_no_doubt() -> None:
    """Half a percent."""
    assert [time.verdict for time in looked_at(failing(6))] == ["clean", "clean"]


def test_errors_all_over_are_found_though_never_many_at_once() -> None:
    first, second = looked_at(failing(14))
    assert first.doubts == [{"what": "errors", "start": FIRST.start, "end": FIRST.end, "failed": 14, "calls": 1200}]
    assert (first.verdict, second.verdict) == ("doubtful", "clean")


def test_slow_is_slow_also_when_it_always_is() -> None:
    times = looked_at(of_spans(0, 300, duration=1_500_000))
    assert [time.verdict for time in times] == ["doubtful", "doubtful"]
    assert all(time.doubts[0]["latency_p95_ms"] == pytest.approx(1500, rel=0.13) for time in times)


def test_a_service_that_is_called_seldom_is_not_judged_by_chance() -> None:
    def change(rows: Rows) -> None:
        rows["spans"] += [span(second, "emailservice", second * 20_000) for second in range(0, 300, 4)]

    times = looked_at(change)
    assert [time.verdict for time in times] == ["clean", "clean"]
    assert times[0].figures["latency_p95_ms"]["emailservice"] > 1000


def test_gaps_of_several_tables_count_once() -> None:
    gaps = [
        {"start_us": START + (40 + more) * SECOND, "end_us": START + (42 + more) * SECOND, "table": table}
        for table, more in (("samples", 0), ("logs", 1))
    ]
    first, second = looked_at(gaps=gaps)
    assert (first.verdict, second.verdict, second.figures["missing_s"]) == ("doubtful", "clean", 0.0)
    assert first.figures["missing_s"] == 3.0
    (doubt,) = first.doubts
    assert doubt == {"what": "gap", "start": START + 40 * SECOND, "end": START + 50 * SECOND, "missing_s": 3.0}


def test_one_missing_second_is_told_and_no_doubt() -> None:
    first, _ = looked_at(gaps=[{"start_us": START + 40 * SECOND, "end_us": START + 41 * SECOND, "table": "samples"}])
    assert (first.verdict, first.figures["missing_s"]) == ("clean", 1.0)


def test_where_nobody_looked_it_is_told() -> None:
    def change(rows: Rows) -> None:
        rows["samples"].clear()
        rows["spans"][:] = [row for row in rows["spans"] if row["timestamp"] >= SECOND_TIME.start]

    first, second = looked_at(change)
    assert (first.verdict, first.figures["error_ratio"], first.figures["latency_p95_ms"]) == ("unknown", None, {})
    assert (second.verdict, second.figures["cpu_busy"], second.figures["cpu_waiting"]) == ("clean", None, None)


def test_a_counter_that_starts_again_or_stands_still_says_nothing() -> None:
    def change(rows: Rows) -> None:
        for row in rows["samples"]:
            if row["timestamp"] >= START + 50 * SECOND:
                row["value"] -= 30.0

    assert [time.verdict for time in looked_at(change)] == ["clean", "clean"]


@pytest.mark.parametrize("slice_rows", [17, 1 << 20])
@pytest.mark.parametrize(
    "knobs", [Knobs(), Knobs(trace_sampling=0.1, metric_step_s=60, missing_services=("frontend",))]
)
def test_neither_slices_nor_knobs_change_a_verdict(slice_rows: int, knobs: Knobs) -> None:
    rows = calm()
    of_spans(40, 50, duration=90_000)(rows)
    expected = vet(export_of(rows), (), quiet)
    found = vet(replace(export_of(rows, slice_rows=slice_rows), knobs=knobs), (), quiet)
    assert json.dumps(normal_record(found, ())) == json.dumps(normal_record(expected, ()))


def test_many_bad_moments_are_told_as_some_and_how_many_more() -> None:
    def change(rows: Rows) -> None:
        for row in rows["spans"]:
            if (row["timestamp"] - START) // (10 * SECOND) % 2:
                row["status_code"] = 500

    window = Window(START, START + 300 * SECOND)
    rows = calm()
    change(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dataset_builder.vetting.judge.MOST_DOUBTS", 5)
        (time,) = vet(export_of(rows, [window]), (), quiet).times
    assert len(time.doubts) == 6
    assert time.doubts[-1]["runs"] == 10
    assert sum(doubt["failed"] for doubt in time.doubts) == time.figures["failed"] == 1500


def test_without_normal_times_there_is_nothing_to_look_at() -> None:
    vetted = vet(export_of(calm(), []), (), quiet)
    assert list(vetted.times) == []
    assert vetted.verdict(START, START + SECOND) == "unknown"


def test_the_verdict_of_a_part_is_that_of_its_own_moments() -> None:
    rows = calm()
    of_spans(40, 50, duration=110_000)(rows)
    vetted = vet(export_of(rows), (), quiet)
    assert vetted.verdict(START + 50 * SECOND, START + 120 * SECOND) == "clean"
    assert vetted.verdict(START + 45 * SECOND, START + 120 * SECOND) == "doubtful"
    assert vetted.verdict(START + 130 * SECOND, START + 170 * SECOND) == "unknown"


def test_a_case_says_what_its_normal_part_was(tmp_path: Path) -> None:
    label = replace(shop.label("frontend-0", 150, 170))
    injections = [shop.injection("one", "cpu-stress", label)]
    export = replace(export_of(calm()), injections=injections, normal=[Window(START, START + 150 * SECOND)])
    for vetted, verdict in ((None, NOT_VETTED), (vet(export, (), quiet), "clean")):
        shop.write(RcaevalFormat(), replace(export, vetted=vetted), tmp_path / verdict)
        (case,) = json.loads((tmp_path / verdict / "cases.json").read_text())["cases"]
        assert case["normal"] == verdict


def test_what_nobody_has_looked_at_says_so() -> None:
    assert normal_record(None, [FIRST]) == {
        "normal": [{"start": FIRST.start, "end": FIRST.end, "verdict": "not vetted"}]
    }


def test_the_page_says_why_a_time_is_in_doubt() -> None:
    card = {"window": {"start": START}}
    for change, words in (
        (DOUBTS[0][1], "5 of 100 calls failed"),
        (DOUBTS[2][1], "frontend took 107 ms (p95), usual are 30.8 ms"),
        (DOUBTS[3][1], "the machine's CPU was 95% busy, 10% waiting, 0% stolen"),
    ):
        rows = calm()
        change(rows)
        record = normal_record(vet(export_of(rows), (), quiet), ())
        (_, _, bad, good) = markdown._normal(card, record)
        assert "doubtful" in bad
        assert words in bad
        assert good.endswith("| clean | - |")


@pytest.mark.parametrize("seconds", [1, 14, 16, 95, 3600, 86_400])
def test_steps_cover_their_windows_once(seconds: int) -> None:
    windows = [
        Window(START, START + seconds * SECOND),
        Window(START + 2 * seconds * SECOND, START + 3 * seconds * SECOND),
    ]
    steps = Steps.within(windows)
    assert len(steps) <= 3000 + 2
    assert int((steps.ends - steps.starts).sum()) == 2 * seconds * SECOND
    moments = np.array([START - 1, START, START + seconds * SECOND - 1, START + seconds * SECOND, windows[1].start])
    inside = steps.at(moments)
    assert (inside >= 0).tolist() == [False, True, True, False, True]
    assert steps.touch(START, START)
    assert not steps.touch(START + seconds * SECOND, windows[1].start - 1)


def test_datasets_of_older_versions_say_that_nobody_looked(tmp_path: Path) -> None:
    from tests.sdk.conftest import END, csv_files, manifest, write_folder

    files = csv_files()
    with open_dataset(write_folder(tmp_path, files, manifest(files))) as dataset:
        first, last = dataset.normal_windows()
    assert (first.verdict, last.verdict) == ("not vetted", "not vetted")
    assert last == NormalWindow(END - 10 * SECOND, END)
