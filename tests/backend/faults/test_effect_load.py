"""Which times had the load that a fault had."""

import pytest

from faults.effects.load import SETTLING, LoadChange, changes_only, other_load, told, until_changed
from faults.windows import FARTHEST, SECOND, complement
from telemetry.records import Window

START = 10_000 * SECOND
DURING = Window(START, START + 20 * SECOND)


def change(second: int, rate: float) -> LoadChange:
    return LoadChange(START + second * SECOND, rate)


def same_load(*changes: LoadChange) -> list[tuple[int, int]]:
    """Seconds before the fault."""
    span = Window(START - FARTHEST, START)
    left = complement(span, other_load(changes_only(changes), START))
    return [((window.start - START) // SECOND, (window.end - START) // SECOND) for window in left]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), [(-900, 0)]),
        ((change(-2000, 10),), [(-900, 0)]),
        ((change(-100, 10),), [(-95, 0)]),  # nobody knows what it was before
        ((change(-2000, 10), change(-100, 0)), [(-95, 0)]),
        ((change(-2000, 10), change(-100, 10)), [(-900, 0)]),  # set to what it was
        ((change(-2000, 10), change(-300, 5), change(-200, 10)), [(-900, -300), (-195, 0)]),
        ((change(-2000, 10), change(-3, 0)), []),
        ((change(-2000, 10), change(5, 0)), [(-900, 0)]),
    ],
)
def test_times_at_the_load_of_the_fault(changes: tuple[LoadChange, ...], expected: list[tuple[int, int]]) -> None:
    assert same_load(*changes) == expected


def test_a_fault_is_judged_up_to_the_change() -> None:
    assert until_changed([change(-9, 1), change(30, 2)], DURING) == DURING
    assert until_changed([change(12, 2)], DURING) == Window(START, START + 12 * SECOND)
    assert until_changed([change(SETTLING // SECOND - 1, 2)], DURING) is None


def test_it_is_told_in_words() -> None:
    assert told([], DURING) == ""
    assert told([change(-42, 0)], DURING) == "the load was changed to 0 requests/s 42 s before the fault"
    assert told([change(-500, 10), change(3, 2.5)], DURING) == (
        "the load was changed from 10 to 2.5 requests/s 3 s into the fault"
    )
