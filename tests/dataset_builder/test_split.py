"""Injections divided into train and test, and times that hold nothing of the other side."""

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dataset_builder.labels import Injection, PodLabel, Reach
from dataset_builder.split import SIDES, Side, Split, split_injections
from faults.windows import COOL_DOWN, GUARD, complement, widened
from telemetry.records import Window

SECOND = 1_000_000
START = 1_718_651_400_000_000
WINDOW = Window(START, START + 3600 * SECOND)
OTHER: dict[Side, Side] = {"train": "test", "test": "train"}
REACH = Reach(before=GUARD, after=COOL_DOWN)
KINDS = ("cpu-stress", "pod-failure", "network-delay")


def fault(number: int, kind: str, start_s: float, length_s: float | None = 20, group: str = "") -> Injection:
    start = START + round(start_s * SECOND)
    end = None if length_s is None else start + round(length_s * SECOND)
    label = PodLabel("cartservice-0", "cartservice", start, end)
    return Injection(f"{number:04}", kind, {}, {}, True, [label], group=group)


def normal_of(injections: list[Injection], window: Window = WINDOW) -> list[Window]:
    labels = [label for each in injections for label in each.pods]
    return complement(window, [widened(label.start or 0, label.end or window.end) for label in labels])


def split(injections: list[Injection], fraction: float = 0.7, seed: int = 1) -> Split:
    return split_injections(
        injections, window=WINDOW, normal=normal_of(injections), reach=REACH, train_fraction=fraction, seed=seed
    )


FAULTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(-60, 3600),
        st.one_of(st.none(), st.integers(0, 120)),
        st.sampled_from(["", "", "", "a", "b"]),
    ),
    max_size=25,
).map(lambda given: [fault(number, *each) for number, each in enumerate(given)])


@settings(max_examples=150, deadline=None)
@given(injections=FAULTS, fraction=st.floats(0.05, 0.95), seed=st.integers(0, 2**53 - 1))
def test_no_time_of_one_side_holds_anything_of_the_other(
    injections: list[Injection], fraction: float, seed: int
) -> None:
    made = split(injections, fraction, seed)

    members = [each for side in SIDES for each in made.injections[side]]
    assert len(members) == len(set(members))
    ordered = {each.group or each.injection_id: set[str]() for each in injections}
    for each in injections:
        ordered[each.group or each.injection_id] |= {
            side for side in SIDES if each.injection_id in made.injections[side]
        }
    assert all(len(sides) <= 1 for sides in ordered.values()), "what was ordered as one was torn apart"
    for side in SIDES:
        for window in made.windows[side]:
            assert WINDOW.start <= window.start < window.end <= WINDOW.end
            for injection in injections:
                if injection.injection_id not in made.injections[OTHER[side]]:
                    continue
                [label] = injection.pods
                end = WINDOW.end if label.end is None else label.end + COOL_DOWN
                assert (label.start or 0) >= window.end or end <= window.start, (side, injection)
    times = sorted((each.start, each.end) for side in SIDES for each in made.windows[side])
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(times))
    assert split(list(reversed(injections)), fraction, seed) == made


@settings(max_examples=60, deadline=None, derandomize=True)  # how well it balances is a rule of thumb
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=40),
    fraction=st.floats(0.1, 0.9),
    seed=st.integers(0, 2**53 - 1),
)
def test_faults_apart_are_divided_by_kind(kinds: list[str], fraction: float, seed: int) -> None:
    injections = [fault(number, kind, 60 + number * 80) for number, kind in enumerate(kinds)]

    made = split(injections, fraction, seed)

    kind_of = {each.injection_id: each.kind for each in injections}
    train = Counter(kind_of[each] for each in made.injections["train"])
    assert all(abs(train[kind] - fraction * count) <= 2 for kind, count in Counter(kinds).items())
    assert abs(train.total() - fraction * len(kinds)) <= 2
    assert made.injections["train"]
    assert made.injections["test"]


def test_all_of_the_window_is_used_where_nothing_forbids_it() -> None:
    made = split([fault(number, "cpu-stress", 100 + 200 * number) for number in range(10)])

    used = sum(each.end - each.start for side in SIDES for each in made.windows[side])
    assert used == WINDOW.end - WINDOW.start


def test_faults_at_the_same_time_stay_together() -> None:
    injections = [fault(number, "cpu-stress", 100 + 1000 * (number // 2) + 10 * (number % 2)) for number in range(6)]

    made = split(injections, 0.5)

    assert all(("0000" in made.injections[side]) == ("0001" in made.injections[side]) for side in SIDES)
    assert all(("0004" in made.injections[side]) == ("0005" in made.injections[side]) for side in SIDES)


def test_a_time_of_quarantine_is_on_nobodys_side() -> None:
    injections = [fault(0, "cpu-stress", 100), fault(1, "cpu-stress", 3000)]
    quarantine = Window(START + 1000 * SECOND, START + 1100 * SECOND)
    normal = complement(
        WINDOW, [widened(label.start or 0, label.end or 0) for each in injections for label in each.pods] + [quarantine]
    )

    made = split_injections(injections, window=WINDOW, normal=normal, reach=REACH, train_fraction=0.5, seed=1)

    for side in SIDES:
        assert not any(each.start < quarantine.end and each.end > quarantine.start for each in made.windows[side])
    assert sorted(map(len, made.injections.values())) == [1, 1]


def test_without_faults_the_time_is_divided() -> None:
    made = split([], 0.75)

    assert made.to_record() == {
        "train": {"injections": [], "windows": [{"start": START, "end": START + 2700 * SECOND}]},
        "test": {"injections": [], "windows": [{"start": START + 2700 * SECOND, "end": WINDOW.end}]},
    }


def test_seeds_divide_differently() -> None:
    injections = [fault(number, "cpu-stress", 60 + number * 80) for number in range(20)]

    assert len({tuple(split(injections, 0.5, seed).injections["train"]) for seed in range(5)}) > 1
