"""Random interleavings of what users, workers, the driver and the clock may do: no injection is lost, doubled, or
left active beyond its deadline by more than two seconds."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.errors import UserError
from faults import adapters as fault_adapters
from faults import emergency, occurrences, services, steps, tasks
from faults.adapters.fake import FakeFaultDriver
from faults.models import (
    LIFECYCLE,
    EmergencyStop,
    Experiment,
    Injection,
    Occurrence,
    State,
    Target,
)
from faults.ports import Block, FaultSpec, PodRecord
from faults.targets import InjectionRequest
from systems import adapters as system_adapters
from systems.adapters.fake import FakeSystemDriver

SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOLERANCE_S = 2
SERVICES = ("frontend", "checkoutservice", "cartservice")


class Crash(BaseException):
    """The worker is killed: nothing catches it."""


@dataclass
class Driver(FakeFaultDriver):
    """May kill the worker before or after any call took effect; may forget its deadlines, as a driver that lies."""

    crash: str = ""  # "before" or "after" the next call
    forgets: bool = False
    begun: set[tuple[str, str]] = field(default_factory=set)
    over: dict[tuple[str, str], PodRecord] = field(default_factory=dict)

    def apply(self, fault: FaultSpec) -> None:
        self._die("before")
        known = fault.fault_id in self._faults
        super().apply(fault)
        if self.forgets and not known:
            self._faults[fault.fault_id].end = 2**62
        self._die("after")

    def recover(self, fault_id: str) -> None:
        self._die("before")
        if any(record.end is None for record in self.peek(fault_id)):
            super().recover(fault_id)
        self._die("after")

    def records(self, fault_id: str) -> Any:
        self._die("before")
        return super().records(fault_id)

    def active(self) -> set[tuple[str, str]]:
        """Faults and pods that they are on right now, whoever can be reached."""
        records = {fault_id: self.peek(fault_id) for fault_id in self._faults}
        return {(key, it.pod) for key, found in records.items() for it in found if it.start and it.end is None}

    def _record(self, fault: Any, pod: str) -> PodRecord:
        """What was once so stays so when the clock is set back."""
        key = (fault.spec.fault_id, pod)
        if key in self.over:
            return self.over[key]
        record = super()._record(fault, pod)
        if record.start is not None:
            self.begun.add(key)
        elif key in self.begun:
            record = replace(record, start=fault.start)
        if record.end is not None:
            self.over[key] = record
        return record

    def peek(self, fault_id: str) -> list[PodRecord]:
        fault = self._faults.get(fault_id)
        return [self._record(fault, pod) for pod in fault.spec.pods] if fault else []

    def _die(self, when: str) -> None:
        if self.crash == when:
            self.crash = ""
            raise Crash


class Machine(RuleBasedStateMachine):
    """`on_clock` runs what beat runs. Time passes second by second while the platform is up."""

    user: User

    def __init__(self) -> None:
        super().__init__()
        self.time = 1_760_000_000 * SECOND
        self.driver = Driver(clock=lambda: self.time)
        self.system = FakeSystemDriver()
        self.made: set[UUID] = set()
        self.states: dict[UUID, list[State]] = {}
        self.unseen_s = 0.0  # for how long the platform could not have acted
        for model in (Occurrence, Target, Injection, Experiment, EmergencyStop):
            model.objects.all().delete()
        self.patches = [
            mock.patch.object(system_adapters, "system_driver", return_value=self.system),
            mock.patch.object(fault_adapters, "fault_driver", return_value=self.driver),
            mock.patch.object(timezone, "now", side_effect=self.now),
            mock.patch.object(emergency, "WAIT_S", 0.0),
        ]
        for patch in self.patches:
            patch.start()

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.time)

    @initialize(delay=st.sampled_from([0, 1]), recovery=st.sampled_from([0, 1]), forgets=st.booleans())
    def begin(self, delay: int, recovery: int, forgets: bool) -> None:
        self.driver.delay, self.driver.recovery = delay * SECOND, recovery * SECOND
        self.driver.forgets = forgets

    @rule(service=st.sampled_from(SERVICES), duration=st.sampled_from([1, 5, 10]))
    def order(self, service: str, duration: float) -> None:
        request = InjectionRequest("pod-failure", services=[service], duration_s=duration, allow_last_replica=True)
        try:
            self.made.add(services.injection_create(request=request, by=self.user).id)
        except UserError:
            return  # busy, blocked, out of reach: said so, and nothing is stored

    @rule(every=st.sampled_from(["* * * * *", "*/2 * * * *"]), service=st.sampled_from(SERVICES))
    @precondition(lambda self: Experiment.objects.count() < 2)
    def schedule(self, every: str, service: str) -> None:
        Experiment.objects.create(
            name="x",
            kind="cpu-stress",
            requested={"services": [service], "pods": []},
            duration_s=10,
            schedule="cron",
            cron=every,
            next_at=self.now() + timedelta(seconds=1),
            created_by=self.user,
            created_at=self.now(),
        )

    @rule(data=st.data(), crash=st.sampled_from(["", "", "before", "after"]))
    @precondition(lambda self: self.made)
    def deliver(self, data: st.DataObject, crash: str) -> None:
        """A message, perhaps an old one or a double; the worker may die over it."""
        self.driver.crash = crash
        self._survive(tasks.advance_injection, str(data.draw(st.sampled_from(sorted(self.made)))))

    @rule(crash=st.sampled_from(["", "before", "after"]))
    def fire(self, crash: str) -> None:
        self.driver.crash = crash
        self._survive(tasks.fire_experiments)

    @rule()
    def crash_between_claim_and_injection(self) -> None:
        for experiment_id in occurrences._claimable():
            occurrences._claim(experiment_id)

    @rule(data=st.data())
    @precondition(lambda self: self.made)
    def stop(self, data: st.DataObject) -> None:
        services.injection_stop(injection_id=data.draw(st.sampled_from(sorted(self.made))), by=self.user)

    @rule()
    @precondition(lambda self: self.driver.active())
    def emergency_stop(self) -> None:
        emergency.emergency_stop(reason="smoke", by=self.user)

    @rule()
    @precondition(lambda self: len(self.driver.active()) > 1)
    def stop_at_the_driver(self) -> None:
        if self.driver.reachable:
            self.driver.block(Block("00000000-0000-4000-8000-000000000001", "web is down", "cli"))

    @rule()
    def release(self) -> None:
        try:
            emergency.emergency_stop_release(by=self.user)
        except UserError:
            return

    @rule(reachable=st.booleans())
    def outage(self, reachable: bool) -> None:
        self.driver.reachable = reachable
        if reachable:
            self._second()  # the clock-driven look comes within a second

    @rule(seconds=st.sampled_from([3, 12, 15]))
    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self._second()

    @rule(seconds=st.sampled_from([30, 3600]))
    def sleep(self, seconds: int) -> None:
        """The platform is down while time passes; or the clock jumps ahead."""
        self.time += seconds * SECOND
        self.unseen_s += seconds
        self._second()

    @rule(seconds=st.sampled_from([1, 40]))
    def clock_back(self, seconds: int) -> None:
        """Everyone's clock. A fault's own deadline moves away with it, as in the driver."""
        self.driver.active()  # what has been until now is remembered
        self.time -= seconds * SECOND
        self.unseen_s = 0.0

    @invariant()
    def none_is_left_active(self) -> None:
        if not self.driver.reachable or self.unseen_s:
            return
        for injection in Injection.objects.filter(state=State.ACTIVE):
            assert self.now() <= injection.deadline + timedelta(seconds=TOLERANCE_S), injection
        for fault_id, _ in self.driver.active():
            injection = Injection.objects.get(id=fault_id)
            limit = injection.deadline + timedelta(seconds=TOLERANCE_S) + self._slow_end()
            is_ending = self.driver._faults[fault_id].end_reason == "recovered"
            assert self.now() <= limit or is_ending, (injection.state, self.now() - injection.deadline)

    @invariant()
    def none_is_lost(self) -> None:
        kept = set(Injection.objects.values_list("id", flat=True))
        assert self.made <= kept
        for fault_id in self.driver._faults:
            assert UUID(fault_id) in kept, "a fault that nobody knows of"

    @invariant()
    def none_is_doubled(self) -> None:
        pods = [pod for _, pod in self.driver.active()]
        if not self.driver.recovery:
            assert len(pods) == len(set(pods)), "two faults on one pod"
        injected = Occurrence.objects.filter(outcome=Occurrence.Outcome.INJECTED)
        ordered = Injection.objects.exclude(experiment=None)
        assert injected.count() == ordered.count()
        assert set(injected.values_list("injection_id", flat=True)) == set(ordered.values_list("id", flat=True))

    @invariant()
    def states_only_move_on(self) -> None:
        order = list(LIFECYCLE.moves)
        for injection_id, state in Injection.objects.values_list("id", "state"):
            seen = self.states.setdefault(injection_id, [])
            assert not seen or order.index(State(state)) >= order.index(seen[-1])
            seen.append(State(state))

    @invariant()
    def pods_are_held_exactly_while_open(self) -> None:
        for target in Target.objects.select_related("injection"):
            assert (target.occupied is not None) == target.injection.is_open

    def teardown(self) -> None:
        """In the end all is over, everywhere, and what is written is what was measured."""
        try:
            self.driver.reachable = True
            self.driver.crash = ""
            Experiment.objects.update(state="stopped", next_at=None)
            for _ in range(60):
                self._second(5)
                if not Injection.objects.filter(state__in=LIFECYCLE.open_states).exists():
                    break
            assert not self.driver.active()
            for injection in Injection.objects.all():
                assert not injection.is_open
                if injection.state == State.RECOVERED:
                    self._check_labels(injection)
            assert not Target.objects.exclude(occupied=None).exists()
            assert not Occurrence.objects.filter(outcome=Occurrence.Outcome.PENDING).exists()
        finally:
            for patch in self.patches:
                patch.stop()

    def _check_labels(self, injection: Injection) -> None:
        records = {record.pod: record for record in self.driver.peek(str(injection.id)) if record.start is not None}
        for label in injection.labels.all():
            record = records.pop(label.pod)
            assert (label.start, label.end, label.end_reason) == (record.start, record.end, record.end_reason)
        assert not records, "a fault without its label"

    def _second(self, seconds: int = 1) -> None:
        self.time += seconds * SECOND
        for look in (tasks.reconcile_emergency_stop, tasks.fire_experiments, tasks.advance_open_injections):
            self._survive(look)
        if self.driver.reachable:
            self.unseen_s = 0.0
        self.made |= set(Injection.objects.values_list("id", flat=True))
        self.none_is_left_active()  # each second, not only between the rules

    def _survive(self, task: Any, *args: str) -> None:
        try:
            with transaction.atomic():  # what a killed worker had not committed is gone
                pass
            task(*args)
        except (Crash, UserError):
            return
        finally:
            self.driver.crash = ""

    def _slow_end(self) -> timedelta:
        return timedelta(microseconds=self.driver.recovery)


@pytest.mark.django_db
def test_no_injection_is_lost_doubled_or_left_active(user: User) -> None:
    Machine.user = user
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            derandomize=False,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_looks_come_often_enough() -> None:
    """A look each second, and a driver told within a second of the deadline: two in all."""
    assert timedelta(seconds=TOLERANCE_S - 1) >= steps.SLACK
