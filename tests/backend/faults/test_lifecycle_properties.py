"""Whatever happens in whatever order: every injection ends, and its labels are true."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faults import adapters as fault_adapters
from faults import lifecycle, services
from faults.adapters.fake import FakeFaultDriver
from faults.models import LIFECYCLE, Injection, State
from faults.targets import InjectionRequest
from systems import adapters as system_adapters
from systems.adapters.fake import FakeSystemDriver

SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([0.3, 1, 3, 10, 40, 200])),
        st.tuples(st.sampled_from(["advance", "advance", "stop", "outage", "back", "forget"]), st.just(0.0)),
    ),
    max_size=25,
)


class World:
    def __init__(self, user: User, delay: int, recovery: int) -> None:
        self.time = 1_760_000_000 * SECOND
        self.user = user
        self.driver = FakeFaultDriver(clock=lambda: self.time, delay=delay, recovery=recovery)
        self.states = [State.PLANNED]

    def create(self) -> None:
        request = InjectionRequest("pod-failure", services=["cartservice"], duration_s=20, allow_last_replica=True)
        self.injection = services.injection_create(request=request, by=self.user)

    def do(self, event: str, seconds: float) -> None:
        match event:
            case "wait":
                self.time += int(seconds * SECOND)
            case "stop":
                services.injection_stop(injection_id=self.injection.id, by=self.user)
            case "outage" | "back":
                self.driver.reachable = event == "back"
            case "forget":
                self.driver.forget()
            case "advance":
                lifecycle.open_injections_advance()
        self.note()

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.time)

    def note(self) -> None:
        state = State(Injection.objects.get(id=self.injection.id).state)
        if state != self.states[-1]:
            self.states.append(state)

    def finish(self) -> Injection:
        self.driver.reachable = True
        for _ in range(40):
            self.do("wait", 10)
            self.do("advance", 0)
        return Injection.objects.get(id=self.injection.id)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS, st.sampled_from([0, SECOND, 30 * SECOND]), st.sampled_from([0, SECOND, 30 * SECOND]))
def test_every_injection_ends_with_true_labels(user: User, events: list[Any], delay: int, recovery: int) -> None:
    world = World(user, delay, recovery)
    with (
        mock.patch.object(system_adapters, "system_driver", return_value=FakeSystemDriver()),
        mock.patch.object(fault_adapters, "fault_driver", return_value=world.driver),
        mock.patch.object(timezone, "now", side_effect=world.now),
    ):
        world.create()
        for event, seconds in events:
            world.do(event, seconds)
        injection = world.finish()
    assert not injection.is_open
    assert injection.ended_at is not None
    assert not injection.targets.exclude(occupied=None).exists()
    # Between two looks it may have made several moves, never one against the table.
    ranks = [list(LIFECYCLE.moves).index(state) for state in world.states]
    assert ranks == sorted(ranks)
    records = {record.pod: record for record in world.driver.records(str(injection.id))}
    for label in injection.labels.all():
        if label.pod in records and injection.state == State.RECOVERED:
            record = records[label.pod]
            assert (label.start, label.end, label.end_reason) == (record.start, record.end, record.end_reason)
        assert label.end is not None or label.end_reason == "unknown"
    if injection.state == State.RECOVERED and not injection.stop_requested:
        assert injection.labels.count() == 2
