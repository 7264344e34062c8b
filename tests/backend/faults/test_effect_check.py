"""The effect check on generated telemetry: real harm is seen, nothing and next to nothing are not."""

import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from faults.catalogue import CATALOGUE
from faults.effects.check import Finding, Question, check
from faults.effects.expected import EXPECTED, Past, expected_of, lasts
from faults.effects.reading import read
from faults.effects.readings import Readings, subject_of
from faults.windows import clean_before
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import Window
from tests.backend.faults.generated import END, MEBIBYTE, POD, SECOND, SERVICES, START, T0, Harm, Shop

logger = logging.getLogger(__name__)
BEFORE = [Window(T0, START - SECOND)]
NOISY_KINDS = (
    "network-delay",
    "network-loss",
    "cpu-stress",
    "memory-stress",
    "pod-kill",
    "process-pause",
    "http-abort",
)


def readings_of(source: FakeTelemetry, during: Window, target: str = "") -> Readings:
    return read(source, subject_of(POD, "cartservice", target, SERVICES), [*BEFORE, during])


def finding(
    kind: str, harm: Harm, parameters: Mapping[str, Any] | None = None, *, seed: int = 1, end: int = END, **shop: Any
) -> Finding:
    during = Window(START, end + lasts(kind))
    source = Shop(seed, harm, **shop).telemetry()
    return check(Question(kind, POD, parameters or {}), readings_of(source, during), BEFORE, during)


def test_every_kind_of_the_catalogue_has_kpis() -> None:
    assert set(EXPECTED) == set(CATALOGUE)
    assert all(expected_of(kind, {}, Past(Readings(), [])).kpis for kind in EXPECTED)


def test_a_driver_that_does_nothing_is_found_out() -> None:
    """False positives over many seeds: at most 2 %."""
    found: Counter[str] = Counter()
    during = Window(START, END)
    for seed in range(60):
        readings = readings_of(Shop(seed).telemetry(), during)
        found.update(check(Question(kind, POD), readings, BEFORE, during).effect for kind in NOISY_KINDS)
    logger.info("no fault: %s", dict(found))
    assert found["confirmed"] <= 0.02 * found.total(), found
    assert found["unknown"] == 0


def test_the_trouble_of_a_healthy_shop_is_no_effect() -> None:
    """A call in a hundred fails and is made again, one in a hundred takes much longer; the driver does nothing."""
    found: Counter[str] = Counter()
    during = Window(START, END)
    for seed in range(60):
        readings = readings_of(Shop(seed, stumbles=0.01).telemetry(), during)
        found.update(check(Question(kind, POD), readings, BEFORE, during).effect for kind in NOISY_KINDS)
    assert found["confirmed"] <= 0.02 * found.total(), found
    assert found["unknown"] == 0


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("network-delay", Harm(delay_ms=100)),
        ("network-loss", Harm(delay_ms=200, delayed=0.4)),
        ("http-abort", Harm(failing=0.3)),
        ("cpu-stress", Harm(cpu=0.1)),
        ("pod-failure", Harm(down=True)),
    ],
)
def test_real_harm_is_confirmed_in_a_shop_with_trouble_of_its_own(kind: str, harm: Harm) -> None:
    found = [finding(kind, harm, seed=seed, stumbles=0.01) for seed in range(10)]
    assert [each.effect for each in found] == ["confirmed"] * 10


@pytest.mark.parametrize(
    ("kind", "harm", "kpi"),
    [
        ("network-delay", Harm(delay_ms=300), "latency of calls to and from the pod"),
        ("network-delay", Harm(delay_ms=20), "latency of calls to and from the pod"),
        ("network-loss", Harm(delay_ms=200, delayed=0.4), "slow calls to and from the pod"),
        ("network-partition", Harm(down=True), "calls to and from the pod that got through"),
        ("http-abort", Harm(failing=0.6), "requests to the service answered with an error"),
        ("http-abort", Harm(failing=0.2), "requests to the service answered with an error"),
        ("cpu-stress", Harm(cpu=0.1), "CPU used by the pod"),
        ("memory-stress", Harm(memory=32 * MEBIBYTE), "memory used by the pod"),
        ("pod-failure", Harm(down=True), "the pod is not ready"),
        ("process-pause", Harm(down=True), "requests served by the pod"),
    ],
)
def test_real_harm_is_confirmed(kind: str, harm: Harm, kpi: str) -> None:
    """Power: all of many seeds, and the KPI that tells is the one that was harmed."""
    found = [finding(kind, harm, seed=seed) for seed in range(10)]
    assert [each.effect for each in found] == ["confirmed"] * 10
    assert {each.evidence["kpi"] for each in found} == {kpi}


@pytest.mark.parametrize("killed_s", [1, 2, 4])
def test_a_kill_shows_in_the_seconds_it_takes(killed_s: int) -> None:
    found = [
        finding("pod-kill", Harm(killed_s=killed_s), seed=seed, end=START + killed_s * SECOND) for seed in range(5)
    ]
    assert [each.effect for each in found] == ["confirmed"] * 5


def test_a_millisecond_of_delay_is_absent() -> None:
    """Its p-value may be as small as it likes; so small a change does not matter."""
    found = [finding("network-delay", Harm(delay_ms=1), seed=seed) for seed in range(20)]
    assert [each.effect for each in found] == ["absent"] * 20


def test_a_series_that_vanishes_is_an_effect() -> None:
    found = finding("process-pause", Harm(traffic=0.0))
    assert (found.effect, found.evidence["kpi"]) == ("confirmed", "requests served by the pod")
    assert found.evidence["during"] == 0
    assert found.evidence["effect_size"] < -0.9


def test_a_drop_is_seen_as_well_as_a_rise() -> None:
    found = finding("process-pause", Harm(traffic=0.2), calls_per_s=20.0)
    assert found.effect == "confirmed"
    assert found.evidence["during"] < found.evidence["before"]


def test_evidence_can_be_stored_and_says_what_was_compared() -> None:
    found = finding("network-delay", Harm(delay_ms=300))
    assert set(found.evidence) >= {"kpi", "unit", "test", "statistic", "p_value", "effect_size", "before", "during"}
    assert found.evidence["before"] < 20 < 290 < found.evidence["during"]
    assert found.evidence["p_value"] < 0.005
    assert len(found.evidence["others"]) >= 2
    assert found.evidence["compared_with"] == [[T0, START - SECOND]]


@pytest.mark.parametrize(
    ("kind", "harm", "latest_s"),
    [
        ("network-delay", Harm(delay_ms=300), 1.5),
        ("http-abort", Harm(failing=0.6), 1.5),
        ("cpu-stress", Harm(cpu=0.1), 2),
        ("pod-failure", Harm(down=True), 1),
    ],
)
def test_onset_lies_at_the_beginning(kind: str, harm: Harm, latest_s: float) -> None:
    for seed in range(5):
        onset = finding(kind, harm, seed=seed).onset
        assert onset is not None
        assert START <= onset <= START + latest_s * SECOND


def test_onset_is_where_the_change_is_not_where_the_label_begins() -> None:
    """A label that begins 10 s too early: the first visible change is the truth."""
    early = Window(START - 10 * SECOND, END)
    before = [Window(T0, early.start - SECOND)]
    source = Shop(3, Harm(delay_ms=300)).telemetry()
    readings = read(source, subject_of(POD, "cartservice", "", SERVICES), [*before, early])
    onset = check(Question("network-delay", POD), readings, before, early).onset
    assert onset is not None
    assert START <= onset <= START + 1.5 * SECOND


def test_absent_has_no_onset() -> None:
    assert finding("network-delay", Harm()).onset is None


def test_too_little_time_before_is_unknown() -> None:
    during = Window(START, END)
    before = [Window(START - 11 * SECOND, START - SECOND)]
    source = Shop(1, Harm(delay_ms=300)).telemetry()
    readings = read(source, subject_of(POD, "cartservice", "", SERVICES), [*before, during])
    found = check(Question("network-delay", POD), readings, before, during)
    assert found.effect == "unknown"
    assert "10 s with telemetry and without a fault before it" in found.evidence["reason"]


def test_no_telemetry_is_unknown() -> None:
    during = Window(START, END)
    found = check(Question("cpu-stress", POD), readings_of(FakeTelemetry(), during), BEFORE, during)
    assert (found.effect, found.evidence["reason"]) == ("unknown", "there is no telemetry of the time of the fault")


def test_no_traffic_is_unknown_for_a_fault_of_the_network() -> None:
    found = finding("network-delay", Harm(), calls_per_s=0.0)
    assert found.effect == "unknown"
    assert found.evidence["reason"] == "there was no traffic of this pod during the fault"


def test_an_unheard_of_kind_is_unknown() -> None:
    assert finding("bit-rot", Harm()).effect == "unknown"


def test_only_calls_with_the_target_count() -> None:
    """A delay towards redis-cart is not to be judged by the frontend's calls."""
    source = Shop(1, Harm(delay_ms=300)).telemetry()
    during = Window(START, END)
    assert (
        check(Question("network-delay", POD), readings_of(source, during, "frontend"), BEFORE, during).effect
        == "confirmed"
    )
    assert readings_of(source, during, "redis-cart").calls_in(during, ("in", "out")) == []


def test_time_before_the_first_sample_is_no_time_without_traffic() -> None:
    """The system was started 59 s before the fault: the minutes before that say nothing."""
    before = clean_before(START, [], [])
    during = Window(START, END)
    readings = read(Shop(1).telemetry(), subject_of(POD, "cartservice", "", SERVICES), [*before, during])
    found = check(Question("process-pause", POD), readings, before, during)
    assert found.effect == "absent"
    served = [found.evidence, *found.evidence["others"]]
    assert next(each for each in served if each["kpi"] == "requests served by the pod")["before"] > 2
