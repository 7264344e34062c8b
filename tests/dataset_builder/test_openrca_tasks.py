"""Tasks of the openrca format: no range gives its time away, and nobody who always answers the same does well."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import pytest

from dataset_builder.formats.openrca_ranges import TIMED_LENGTHS_S
from dataset_builder.formats.openrca_score import score
from dataset_builder.formats.openrca_tasks import TASKS, TIME, Failure, Task, constant_baseline, tasks_about, utc
from tests.dataset_builder.test_openrca_format import answers, scored, tasks_of

BASE = 1_718_755_200
COMPONENTS = [f"service-{number}" for number in range(10)]
REASONS = [f"reason {number}" for number in range(8)]
# Seconds from one failure to the next: a campaign's clockwork, or anything.
SCHEDULES = {
    "a clockwork of 45 s": lambda chance: 45,
    "a clockwork of ten minutes": lambda chance: 600,
    "a clockwork of an hour": lambda chance: 3600,
    "at random, often": lambda chance: chance.randrange(1, 900),
    "at random, seldom": lambda chance: chance.randrange(1, 7200),
}


@lru_cache
def schedule(name: str, count: int = 3000, seed: int = 1) -> list[Failure]:
    chance, moment, found = random.Random(seed), BASE, []
    for number in range(count):
        moment += SCHEDULES[name](chance)
        component, reason = chance.choice(COMPONENTS), chance.choice(REASONS)
        found.append(Failure(moment, component, "service", reason, f"{seed}-{number}"))
    return found


@lru_cache
def asked_about(name: str) -> list[Task]:
    return tasks_of(schedule(name))


def timed(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if TIME in TASKS[task.index]]


def more_than_chance(hits: float, count: int, chance: float) -> bool:
    """By five standard deviations: many constants are tried."""
    return hits > count * chance + 5 * math.sqrt(count * chance * (1 - chance)) + 1


@pytest.mark.parametrize("name", sorted(SCHEDULES))
class TestConstants:
    def test_no_place_of_a_range_is_right_more_often_than_another(self, name: str) -> None:
        asked = [task for task in timed(asked_about(name)) if len(task.failures) == 1]
        for length in TIMED_LENGTHS_S:
            of_length = [task for task in asked if task.around.end - task.around.start == length]
            places = [task.failures[0].timestamp - task.around.start for task in of_length]
            for guess in range(0, length + 1, 15):
                hits = sum(abs(place - guess) <= 60 for place in places)
                assert not more_than_chance(hits, len(places), 121 / length), (length, guess)

    def test_no_answer_is_right_more_often_than_chance(self, name: str) -> None:
        """By an evaluation that is not the one of the manifest."""
        by_index: dict[str, list[Task]] = {}
        for task in asked_about(name):
            if len(task.failures) == 1:
                by_index.setdefault(task.index, []).append(task)
        chances = {"component": 1 / len(COMPONENTS), "reason": 1 / len(REASONS), TIME: 121 / min(TIMED_LENGTHS_S)}
        for index, tasks in by_index.items():
            chance = math.prod(chances[asked] for asked in TASKS[index])
            for component, reason, part in zip(COMPONENTS, [*REASONS, *REASONS], range(10), strict=False):
                hits = 0
                for task in tasks:
                    guess = task.around.start + part * (task.around.end - task.around.start) // 9
                    constant = Failure(guess, component, "service", reason, "")
                    hits += scored(answers([constant]), task.scoring_points) == 1.0
                assert not more_than_chance(hits, len(tasks), chance), (index, component, reason, part)

    def test_no_question_is_asked_twice(self, name: str) -> None:
        tasks = asked_about(name)
        assert max(Counter((task.index, tuple(task.failures)) for task in tasks).values()) == 1
        assert max(Counter(task.instruction for task in tasks).values()) == 1

    def test_the_range_holds_its_failures_and_no_others(self, name: str) -> None:
        rows = schedule(name, count=300)
        for task in tasks_of(rows):
            inside = [row for row in rows if task.around.start <= row.timestamp < task.around.end]
            assert list(task.failures) == inside
            assert 0 < len(inside) <= 3


def test_a_time_is_asked_for_only_where_the_range_could_lie_anywhere() -> None:
    rows = schedule("at random, seldom", count=500)
    start, end = rows[0].timestamp, rows[-1].timestamp
    tasks = timed(tasks_about(rows, start=start, end=end, seed=0))
    assert tasks
    moments = [row.timestamp for row in rows]
    for task in tasks:
        length = task.around.end - task.around.start
        assert length in TIMED_LENGTHS_S
        (moment,) = {row.timestamp for row in task.failures}
        assert start <= moment - length < moment + length <= end
        assert [each for each in moments if abs(each - moment) < length] == [moment]


@pytest.mark.parametrize("name", ["a clockwork of an hour", "at random, seldom"])
def test_where_failures_are_rare_times_are_asked_for(name: str) -> None:
    assert len(timed(asked_about(name))) > 500


def test_dense_failures_are_never_asked_for_their_time() -> None:
    """Two minutes of which the middle is always right are no question."""
    assert timed(asked_about("a clockwork of 45 s")) == []


@pytest.mark.parametrize("seconds", [60, 600, 1700])
def test_a_short_window_is_not_asked_for_times(seconds: int) -> None:
    rows = [Failure(BASE + seconds // 2, "a", "service", "x", f"i{number}") for number in range(1)]
    for seed in range(50):
        (task,) = tasks_about(rows, start=BASE, end=BASE + seconds, seed=seed)
        assert TIME not in TASKS[task.index]
        assert BASE <= task.around.start < task.around.end <= BASE + seconds


def test_failures_of_one_moment_are_asked_about_once_in_each_way() -> None:
    """Ten pods at once: more questions than ways to ask would be the same again."""
    rows = [Failure(BASE, f"pod-{number}", "pod", "x", "one") for number in range(10)]
    tasks = tasks_of(rows)
    assert len({task.index for task in tasks}) == len(tasks) == 3


def test_the_seed_draws_anew_and_the_same_seed_the_same() -> None:
    rows = schedule("at random, seldom", count=50)
    assert tasks_of(rows, seed=1) == tasks_of(rows, seed=1) != tasks_of(rows, seed=2)


def test_the_baseline_is_what_the_official_rule_gives_it() -> None:
    rows = [*schedule("at random, often", count=400)]
    rows += [
        Failure(row.timestamp + 1, "service-3", "service", "reason 3", f"b{row.injection_id}") for row in rows[::4]
    ]
    rows.sort()
    tasks = tasks_of(rows)
    found = constant_baseline(tasks, rows)
    scores = []
    for task in tasks:
        constant = Failure(task.around.middle, "service-3", "service", "reason 3", "")
        scores.append(scored(answers([constant] * len(task.failures)), task.scoring_points))
    assert found["tasks"] == len(tasks)
    assert found["correct"] == sum(each == 1 for each in scores)
    assert found["mean_score"] == pytest.approx(sum(round(each, 2) for each in scores) / len(scores), abs=1e-4)
    assert sum(line["tasks"] for line in found["by_task"].values()) == len(tasks)
    assert sum(line["correct"] for line in found["by_task"].values()) == found["correct"] > 0


def test_both_evaluations_agree() -> None:
    chance = random.Random(3)
    for task in tasks_of(schedule("at random, often", count=300)):
        guesses = [
            Failure(row.timestamp + chance.choice([0, 60, 61]), chance.choice([row.component, "x"]), "", row.reason, "")
            for row in task.failures
        ]
        chance.shuffle(guesses)
        told = [
            {"occurrence datetime": utc(row.timestamp), "component": row.component, "reason": row.reason}
            for row in guesses
        ]
        expected = scored(answers(guesses), task.scoring_points)
        assert score(told, task.scoring_points) == pytest.approx(expected, abs=5e-3)
        assert score(told[:-1], task.scoring_points) == 0


def test_without_tasks_there_is_no_score() -> None:
    assert constant_baseline([], []) == {"tasks": 0, "correct": 0, "mean_score": None, "by_task": {}}


def test_places_are_spread_over_the_whole_range() -> None:
    """Not only the middle is no better: the first and the last tenth are as likely."""
    asked = timed(tasks_of(schedule("a clockwork of an hour", count=5000)))
    tenths = Counter(
        (task.failures[0].timestamp - task.around.start) * 10 // (task.around.end - task.around.start) for task in asked
    )
    assert set(tenths) == set(range(10))
    expected = len(asked) / 10
    assert all(abs(count - expected) < 5 * math.sqrt(expected) for count in tenths.values())
    assert all(earlier.failures[0] < later.failures[0] for earlier, later in pairwise(asked))
