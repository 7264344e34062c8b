"""Which labels belong to a window, and when a window may not be built."""

from dataclasses import replace

import pytest

from common.errors import Conflict
from dataset_builder.labels import (
    Injection,
    PodLabel,
    groundtruth,
    in_window,
    normal_record,
    refuse_open,
    refuse_unchecked,
)
from telemetry.records import Window

WINDOW = Window(1_000_000_000, 2_000_000_000)


def injection(start: int | None, end: int | None, *, finished: bool = True) -> Injection:
    return Injection("f1", "pod-failure", {}, {}, finished, [PodLabel("p-0", "p", start, end)])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1_200_000_000, 1_300_000_000, True),
        (900_000_000, 1_000_000_001, True),
        (900_000_000, 1_000_000_000, False),
        (1_999_999_999, 2_500_000_000, True),
        (2_000_000_000, 2_500_000_000, False),
        (None, None, False),
    ],
)
def test_labels_that_touch_the_window(start: int | None, end: int | None, expected: bool) -> None:
    assert bool(in_window([injection(start, end)], WINDOW)) is expected


def test_groundtruth_rounds_to_the_second() -> None:
    columns = groundtruth([injection(1_200_900_000, 1_260_500_001)])
    assert (columns["timestamp"], columns["duration"]) == ([1200], [60])


def test_a_pod_that_was_never_hurt_has_no_row() -> None:
    hurt = injection(1_200_000_000, 1_300_000_000)
    spared = PodLabel("p-1", "p", None, None, "failed")
    assert groundtruth([replace(hurt, pods=[*hurt.pods, spared])])["cmdb_id"] == ["p-0"]


@pytest.mark.parametrize("start", [1_500_000_000, None])
def test_a_running_fault_refuses_the_window(start: int | None) -> None:
    with pytest.raises(Conflict, match=r"pod-failure \(f1\); wait until they have ended"):
        refuse_open([injection(start, None, finished=False)], WINDOW)


def test_faults_over_or_begun_later_do_not() -> None:
    refuse_open([injection(1_500_000_000, 1_600_000_000), injection(2_000_000_000, None, finished=False)], WINDOW)


def test_a_fault_whose_effect_is_not_checked_refuses_its_window_only() -> None:
    checked = injection(1_500_000_000, 1_600_000_000)
    refuse_unchecked([checked], WINDOW)
    waiting = replace(checked, pods=[replace(checked.pods[0], effect_checked=False)])
    with pytest.raises(Conflict, match=r"not checked yet: pod-failure \(f1\); build again"):
        refuse_unchecked([waiting], WINDOW)
    refuse_unchecked([waiting], Window(1_600_000_000, 2_000_000_000))


def test_normal_record() -> None:
    assert normal_record(None, [Window(1, 5)]) == {"normal": [{"start": 1, "end": 5, "verdict": "not vetted"}]}
    assert normal_record(None, []) == {"normal": []}
