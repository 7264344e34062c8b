"""Injections on fake drivers, with Django's clock and the driver's being the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from faults import lifecycle, services
from faults.adapters.fake import FakeFaultDriver
from faults.effects import services as effects
from faults.models import Injection
from faults.targets import InjectionRequest
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.faults.generated import END, POD, SECOND, START

Create = Callable[..., Injection]
Inject = Callable[..., Injection]


@pytest.fixture
def create(monkeypatch: pytest.MonkeyPatch, driver: FakeFaultDriver, user: User, clock: Any) -> Create:
    """Make an injection; nothing advances it but the test."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: epoch + timedelta(microseconds=clock()))

    def make(**overrides: Any) -> Injection:
        asked = {"kind": "pod-failure", "services": ["cartservice"], "duration_s": 60.0}
        asked |= {"allow_last_replica": True} | overrides
        return services.injection_create(request=InjectionRequest(**asked), by=user)

    return make


@pytest.fixture
def advance() -> Callable[[Injection], Injection]:
    def run(injection: Injection) -> Injection:
        lifecycle.injection_advance(injection_id=injection.id)
        injection.refresh_from_db()
        return injection

    return run


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeTelemetry], None]:
    def use(source: FakeTelemetry) -> None:
        monkeypatch.setattr(effects, "telemetry_source", lambda: source)

    return use


@pytest.fixture
def inject(create: Any, advance: Any, clock: Any, driver: Any) -> Inject:
    """Through the lifecycle, from START to END on the test's clock. The driver is a fake: it hurts nobody."""

    def run(kind: str, parameters: dict[str, Any] | None = None) -> Injection:
        clock.now = START
        injection = create(kind=kind, services=[], pods=[POD], parameters=parameters or {}, duration_s=20.0)
        advance(injection)
        clock.now = END + SECOND
        for _ in range(40):
            if not advance(injection).is_open:
                break
            clock.advance(1)
        assert not injection.is_open
        return injection

    return run
