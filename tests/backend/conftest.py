"""A signed-in client, and fake drivers in place of the local cluster."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from rest_framework.test import APIClient

from accounts.api import throttles
from events import adapters as event_adapters
from events.adapters.fake import FakeEventDriver
from faults import adapters as fault_adapters
from faults.adapters.fake import FakeFaultDriver
from systems import adapters as system_adapters
from systems.adapters.fake import FakeSystemDriver
from tests.backend.people import person

PASSWORD = "correct horse battery"
T0 = 1_760_000_000_000_000
SECOND = 1_000_000


class Clock:
    """UTC microseconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture(autouse=True)
def _no_throttle_left() -> Iterator[None]:
    throttles.ATTEMPTS.clear()
    yield
    throttles.ATTEMPTS.clear()


@pytest.fixture(autouse=True)
def _connection_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request's end closes the connection that it finds in a transaction; here that is the test's own."""
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user(db: None) -> User:
    return person("ada", password=PASSWORD)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin", password=PASSWORD)


@pytest.fixture
def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystemDriver:
    driver = FakeSystemDriver()
    monkeypatch.setattr(system_adapters, "system_driver", lambda: driver)
    return driver


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver, clock: Clock) -> FakeEventDriver:
    fake = FakeEventDriver(clock=clock)
    monkeypatch.setattr(event_adapters, "event_driver", lambda: fake)
    return fake


@pytest.fixture
def driver(
    monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver, events: FakeEventDriver, clock: Clock
) -> FakeFaultDriver:
    """The fault driver on the test's clock, which Django's `now` follows too."""
    fake = FakeFaultDriver(clock=clock)
    monkeypatch.setattr(fault_adapters, "fault_driver", lambda: fake)
    return fake
