"""Sets of windows, and which time before a fault is compared with."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults import selectors
from faults.models import Injection, Label, PodQuarantine, State
from faults.windows import BEFORE, COOL_DOWN, ENOUGH, FARTHEST, GUARD, SECOND, clean_before, complement, length
from telemetry.records import Window

T0 = 1_760_000_000 * SECOND
pieces = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: Window(pair[0], pair[0] + pair[1])), max_size=8
)


@given(pieces)
def test_complement_is_what_is_left(busy: list[Window]) -> None:
    left = complement(Window(10, 50), busy)
    inside = {each for window in left for each in range(window.start, window.end)}
    taken = {each for window in busy for each in range(window.start, window.end)}
    assert inside == set(range(10, 50)) - taken
    assert all(a.end < b.start for a, b in pairwise(left))


def test_the_latest_untouched_time_is_compared_with() -> None:
    start = T0
    other = Window(start - 60 * SECOND, start - 30 * SECOND)
    found = clean_before(start, [other], [])
    assert found[-1] == Window(start - 30 * SECOND, start - GUARD)
    assert length(found) == BEFORE
    assert all(window.end <= other.start or window.start >= other.end for window in found)


def test_where_no_time_is_free_of_any_fault_this_pod_decides() -> None:
    everywhere = Window(T0 - FARTHEST, T0)
    here = Window(T0 - 40 * SECOND, T0 - 20 * SECOND)
    found = clean_before(T0, [everywhere], [here])
    assert length(found) >= ENOUGH
    assert found[-1].start == T0 - 20 * SECOND


def test_nowhere_free_is_nothing() -> None:
    everywhere = [Window(T0 - FARTHEST, T0)]
    assert clean_before(T0, everywhere, everywhere) == []


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=T0 + round(seconds * SECOND))


def injection(ended: float | None = None) -> Injection:
    return Injection.objects.create(
        kind="pod-failure", duration_s=10, state=State.RECOVERED, requested_at=moment(0), deadline=moment(0),
        ended_at=None if ended is None else moment(ended),
    )  # fmt: skip


def label(made: Injection, pod: str, start: float, end: float | None) -> Any:
    times = {"start": T0 + round(start * SECOND), "end": None if end is None else T0 + round(end * SECOND)}
    return Label.objects.create(injection=made, pod=pod, service="cartservice", kind="pod-failure", **times)


def seconds(windows: list[Window]) -> list[tuple[float, float]]:
    return [((window.start - T0) / SECOND, (window.end - T0) / SECOND) for window in windows]


@pytest.mark.django_db
class TestNormalWindows:
    window = Window(T0, T0 + 100 * SECOND)
    cool = COOL_DOWN / SECOND

    def test_labels_of_any_pod_with_their_aftermath_are_left_out(self) -> None:
        label(injection(), "cartservice-0", 20, 30)
        label(injection(), "frontend-0", 35, 50)
        assert seconds(selectors.normal_windows(self.window)) == [(0, 20), (50 + self.cool, 100)]

    def test_aftermath_reaches_into_the_window(self) -> None:
        label(injection(), "cartservice-0", -20, -4)
        assert seconds(selectors.normal_windows(self.window)) == [(self.cool - 4, 100)]

    def test_an_unknown_end_lasts_until_the_injection_was_closed(self) -> None:
        label(injection(ended=40), "cartservice-0", 20, None)
        assert seconds(selectors.normal_windows(self.window)) == [(0, 20), (40 + self.cool, 100)]

    def test_an_open_one_lasts(self) -> None:
        label(injection(), "cartservice-0", 20, None)
        assert seconds(selectors.normal_windows(self.window)) == [(0, 20)]

    def test_quarantine_is_not_normal(self) -> None:
        made = injection(ended=30)
        label(made, "cartservice-0", 20, 30)
        PodQuarantine.objects.create(
            pod="cartservice-0", injection=made, reason="", since=moment(60), cleared_at=moment(80)
        )
        assert seconds(selectors.normal_windows(self.window)) == [(0, 20), (80, 100)]

    def test_without_a_fault_all_is_normal(self) -> None:
        assert selectors.normal_windows(self.window) == [self.window]
