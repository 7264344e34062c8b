"""A campaign on fake drivers: the test moves the clock, and with each second the platform looks once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns import runner, services, steps
from campaigns.health import Health
from campaigns.models import Campaign, Step
from campaigns.schema import validate
from common.errors import Unavailable
from events import services as events
from faults import lifecycle
from faults.adapters.fake import FakeFaultDriver
from faults.models import Injection, Label, PodQuarantine
from systems.adapters.fake import FakeSystemDriver

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
CONTENT: dict[str, Any] = {
    "name": "small",
    "load": 20,
    "warm_up": 10,
    "duration": 20,
    "cool_down": 15,
    "order": "written",
    "steady": {"error_ratio": 0.05, "latency_p95_ms": 500, "wait": 30},
    "matrix": [
        {"fault": "pod-failure", "services": ["cartservice"]},
        {"fault": "cpu-stress", "services": ["frontend"]},
    ],
}


TOGETHER: dict[str, Any] = {
    "together": [
        {"fault": "cpu-stress", "services": ["frontend"]},
        {"fault": "network-delay", "services": ["checkoutservice"], "parameters": {"latency_ms": 200}},
    ]
}
CASCADE: dict[str, Any] = {
    "together": [
        {"fault": "cpu-stress", "services": ["frontend"]},
        {"fault": "pod-failure", "services": ["cartservice"], "after": 12, "duration": 25},
    ]
}


@dataclass
class World:
    user: User
    system: FakeSystemDriver
    driver: FakeFaultDriver
    clock: Any
    health: Health = field(default_factory=lambda: Health(100.0, 0.0, 50.0))
    effects: str = "confirmed"  # what the effect check finds; empty: it never comes
    recovery: str = ""  # state that recovered injections are turned into

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.clock())

    def sick(self, **changes: Any) -> None:
        self.health = replace(self.health, **changes)

    def start(self, **overrides: Any) -> Campaign:
        return services.campaign_create(file=validate(CONTENT | overrides), by=self.user)

    def tick(self, seconds: float = 1) -> None:
        self.clock.advance(seconds)
        runner.open_campaign_advance()
        lifecycle.open_injections_advance()
        events.open_events_advance()
        self.check_effects()

    def check_effects(self) -> None:
        over = Injection.objects.filter(state="recovered", labels__effect_checked=False)
        if self.recovery:
            for injection in over:
                self.leave_hurt(injection)
            over.update(state=self.recovery, recovery_detail="cartservice-0 is not ready")
        if self.effects:
            Label.objects.filter(injection__state="recovered").update(effect=self.effects, effect_checked=True)

    def leave_hurt(self, injection: Injection) -> None:
        pod = injection.targets.get().pod
        PodQuarantine.objects.get_or_create(
            pod=pod, cleared_at=None, defaults={"injection": injection, "reason": "not ready", "since": self.now()}
        )

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.tick()

    def until(self, condition: Callable[[], bool], limit: int = 500) -> None:
        for _ in range(limit):
            if condition():
                return
            self.tick()
        raise AssertionError(f"not within {limit} s; steps: {[(s.state, s.reason) for s in Step.objects.all()]}")

    def until_state(self, campaign: Campaign, state: str) -> Campaign:
        self.until(lambda: Campaign.objects.get(id=campaign.id).state == state)
        return Campaign.objects.get(id=campaign.id)

    def step(self, campaign: Campaign, index: int) -> Step:
        return Step.objects.get(campaign=campaign, index=index)


@pytest.fixture
def world(
    monkeypatch: pytest.MonkeyPatch, user: User, system: FakeSystemDriver, driver: FakeFaultDriver, clock: Any
) -> World:
    made = World(user, system, driver, clock)

    def measured(**_: Any) -> Health:
        if not system.reachable:
            raise Unavailable("The fake system is out of reach.")
        not_ready = [pod.name for pod in system.pods() if not pod.ready]
        return replace(made.health, not_ready=not_ready)

    monkeypatch.setattr(steps, "health", measured)
    monkeypatch.setattr(timezone, "now", made.now)
    return made
