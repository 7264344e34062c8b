"""The effect check on a busy machine: nothing that it does is taken for a fault's work, and faults still show."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from faults.effects.check import Finding, Question, check
from faults.effects.expected import lasts
from faults.effects.reading import read
from faults.effects.readings import Readings, subject_of
from telemetry.records import Window
from tests.backend.faults.generated import BEFORE_S, END, POD, SECOND, SERVICES, START, T0, Harm, Shop

logger = logging.getLogger(__name__)
FLOOR, FLOOR_TO = (f"calls {whose} faster than the injected delay" for whose in ("to and from the pod", "to the pod"))
BEFORE = [Window(T0, START - SECOND)]
# Milliseconds that a call waits for a CPU, by the second.
BUSY: Mapping[str, Callable[[int], float]] = {
    "always": lambda second: 60.0,
    "since the fault": lambda second: 60.0 if second >= BEFORE_S else 0.0,
    "until the fault": lambda second: 60.0 if second < BEFORE_S else 0.0,
}
ORDERED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("network-delay", {"latency_ms": 1}),
    ("network-delay", {"latency_ms": 20}),
    ("network-delay", {"latency_ms": 300}),
    ("network-loss", {"loss": 1}),
    ("network-partition", {}),
    ("http-abort", {"status": 14, "percent": 1}),
    ("http-abort", {"status": 14, "percent": 50}),
    ("http-delay", {"delay_ms": 300, "percent": 50}),
    ("io-latency", {"delay_ms": 100}),
    ("process-pause", {}),
    ("cpu-stress", {"workers": 2, "load": 100}),
    ("memory-stress", {"workers": 1, "size_bytes": 1 << 20}),
    ("pod-failure", {}),
    ("pod-kill", {}),
)
# What a driver that did nothing leaves no doubt about, however busy the machine.
REFUTED = {"network-partition", "process-pause", "memory-stress", "pod-failure", "pod-kill"}


def readings_of(shop: Shop) -> Callable[[Window], Readings]:
    """Of one shop; each window is read once."""
    source, subject = shop.telemetry(), subject_of(POD, "cartservice", "", SERVICES)
    return cache(lambda during: read(source, subject, [*BEFORE, during]))


def verdict(readings: Callable[[Window], Readings], kind: str, parameters: Mapping[str, Any]) -> Finding:
    during = Window(START, END + lasts(kind))
    return check(Question(kind, POD, parameters), readings(during), BEFORE, during)


def judged(shop: Shop, kind: str, parameters: Mapping[str, Any]) -> Finding:
    return verdict(readings_of(shop), kind, parameters)


@pytest.mark.parametrize("busy", BUSY)
def test_a_driver_that_lies_is_never_confirmed(busy: str) -> None:
    shops = [readings_of(Shop(seed, wait_ms=BUSY[busy])) for seed in range(6)]
    for kind, parameters in ORDERED:
        found = Counter(verdict(shop, kind, parameters).effect for shop in shops)
        logger.info("busy %s, nothing done, %s %s: %s", busy, kind, parameters, dict(found))
        assert found["confirmed"] == 0, (kind, parameters)
        if kind in REFUTED:
            assert found["absent"] == 6, (kind, parameters)


def test_a_busy_machine_is_a_reason_not_to_know() -> None:
    found = judged(Shop(1, wait_ms=BUSY["since the fault"]), "network-delay", {"latency_ms": 1})
    assert found.effect == "unknown"
    assert found.evidence["reason"].startswith("the machine was strained (99 % of its CPU time used")
    assert "uninvolved services slowed just as much: adservice 5 -> " in found.evidence["reason"]
    assert found.evidence["host"]["strained"]
    assert found.evidence["host"]["cpu_waiting"] == 0.9
    assert {"kpi", "p_value", "before", "during"} <= set(found.evidence)


@pytest.mark.parametrize("busy", BUSY)
@pytest.mark.parametrize(
    ("kind", "parameters", "harm", "kpi"),
    [
        ("network-delay", {"latency_ms": 100}, Harm(delay_ms=100), FLOOR),
        ("network-delay", {"latency_ms": 400}, Harm(delay_ms=400), FLOOR),
        ("http-delay", {"delay_ms": 300}, Harm(delay_ms=300), FLOOR_TO),
        ("http-abort", {"status": 14, "percent": 20}, Harm(failing=0.2), "calls to the pod answered with 14"),
        ("network-partition", {}, Harm(down=True), "calls to and from the pod that got through"),
        ("pod-failure", {}, Harm(down=True), "the pod has no process"),  # one that is not ready may just be slow
        ("cpu-stress", {"workers": 2, "load": 100}, Harm(cpu=0.2), "CPU used by the pod"),
        ("memory-stress", {"workers": 1, "size_bytes": 32 << 20}, Harm(memory=35 << 20), "memory used by the pod"),
    ],
)
def test_what_is_unmistakable_is_confirmed(
    busy: str, kind: str, parameters: dict[str, Any], harm: Harm, kpi: str
) -> None:
    found = [judged(Shop(seed, harm, wait_ms=BUSY[busy]), kind, parameters) for seed in range(4)]
    assert [each.effect for each in found] == ["confirmed"] * 4
    assert {each.evidence["kpi"] for each in found} == {kpi}


def test_evidence_has_before_as_it_was_and_as_the_machine_would_have_made_it() -> None:
    shop = Shop(2, Harm(delay_ms=600), wait_ms=BUSY["since the fault"])
    found = judged(shop, "http-delay", {"delay_ms": 600, "percent": 50})
    latency = next(each for each in found.evidence["others"] if each["kpi"] == "latency of calls to the pod")
    assert latency["before"] < 10 < latency["before_on_this_host"] < 600 < latency["during"]
