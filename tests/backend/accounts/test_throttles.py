"""Counting wrong passwords: exact however many come at once, and forgotten in time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from accounts.api.throttles import ATTEMPTS, CLIENT_AND_NAME, Attempts, Limit, attempt, client_of
from common.errors import UserError
from tests.backend.conftest import Clock

LIMITS = {("a",): Limit(3, 10.0), ("b",): Limit(5, 100.0)}


def request(address: str = "10.0.0.1") -> Request:
    return Request(RequestFactory().post("/", REMOTE_ADDR=address))


def test_many_at_once_get_no_more_tries_than_one_after_another() -> None:
    """All of them are under way before the first is known to be wrong."""
    calls = 64
    together = Barrier(calls)

    def guess(_: int) -> bool:
        together.wait(30)
        try:
            with attempt(request(), "ada"):
                reached.wait(30)
                raise UserError("wrong")
        except UserError:
            return True
        except Throttled:
            return False

    reached = Barrier(CLIENT_AND_NAME.failures)  # of those whose password is looked at
    with ThreadPoolExecutor(calls) as pool:
        assert sum(pool.map(guess, range(calls))) == CLIENT_AND_NAME.failures


def test_right_ones_at_once_leave_nothing_behind() -> None:
    def sign_in(_: int) -> None:
        with attempt(request(), "ada"):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sign_in, range(400)))
    with attempt(request(), "ada"):
        pass


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    clock.now = 0
    return Attempts(clock=lambda: clock.now / 1e6)


def test_the_oldest_of_too_many_says_how_long(attempts: Attempts, clock: Clock) -> None:
    for _ in range(3):
        attempts.begin(LIMITS)
        clock.advance(2)
    with pytest.raises(Throttled) as caught:
        attempts.begin(LIMITS)
    assert caught.value.wait == pytest.approx(4, abs=1)
    clock.advance(4.5)
    attempts.begin(LIMITS)
    with pytest.raises(Throttled):
        attempts.begin(LIMITS)


def test_each_limit_counts_by_itself(attempts: Attempts, clock: Clock) -> None:
    for _ in range(5):
        attempts.begin(LIMITS)
        clock.advance(9)
    with pytest.raises(Throttled) as caught:
        attempts.begin(LIMITS)
    assert caught.value.wait == pytest.approx(55, abs=1)


def test_what_is_refused_does_not_count(attempts: Attempts, clock: Clock) -> None:
    for _ in range(3):
        attempts.begin(LIMITS)
    for _ in range(50):
        with pytest.raises(Throttled):
            attempts.begin(LIMITS)
    clock.advance(10.5)
    attempts.begin(LIMITS)


def test_nothing_is_kept_for_ever(attempts: Attempts, clock: Clock) -> None:
    for number in range(100):
        attempts.begin({(str(number),): Limit(3, 10.0)})
    clock.advance(601)
    attempts.begin(LIMITS)
    assert len(attempts._times) == len(LIMITS)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_who_is_one_client(address: str, client: str) -> None:
    assert client_of(request(address)) == client


def test_the_counts_of_one_test_are_not_those_of_the_next() -> None:
    assert ATTEMPTS._times == {}
