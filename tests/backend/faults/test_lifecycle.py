"""An injection's way from planned to its end, whatever breaks on the way."""

from typing import Any

import pytest

from accounts.models import AuditEntry
from common.errors import UserError
from faults import lifecycle, services, steps, tasks
from faults.adapters.fake import FakeFaultDriver
from faults.models import Injection, Label, State

SECOND = 1_000_000


def actions(injection: Injection) -> list[str]:
    entries = AuditEntry.objects.filter(subject=str(injection.id)).order_by("id")
    return [entry.action.removeprefix("injection.") for entry in entries]


def labels(injection: Injection) -> list[tuple[str, int, int | None, str]]:
    return list(injection.labels.order_by("pod").values_list("pod", "start", "end", "end_reason"))


def test_straight_path_with_measured_times(create: Any, advance: Any, driver: FakeFaultDriver, clock: Any) -> None:
    driver.delay, driver.recovery = 3 * SECOND, 5 * SECOND
    began = clock.now
    injection = create()
    assert advance(injection).state == State.APPLYING
    assert Label.objects.count() == 0
    clock.advance(4)
    assert advance(injection).state == State.ACTIVE
    assert labels(injection) == [(f"cartservice-{index}", began + 3 * SECOND, None, "") for index in (0, 1)]
    clock.advance(55)
    assert advance(injection).state == State.ACTIVE
    clock.advance(20)
    assert advance(injection).state == State.RECOVERED
    ended = began + (3 + 60 + 5) * SECOND
    assert labels(injection) == [(f"cartservice-{index}", began + 3 * SECOND, ended, "deadline") for index in (0, 1)]
    assert injection.started_at.timestamp() * SECOND == began + 3 * SECOND
    assert injection.ended_at.timestamp() * SECOND == ended
    assert actions(injection) == ["create", "applying", "active", "recovering", "recovered"]
    assert driver.applied == [str(injection.id)]


def test_stop_ends_it_early(create: Any, advance: Any, clock: Any, user: Any) -> None:
    injection = advance(create())
    clock.advance(10)
    services.injection_stop(injection_id=injection.id, by=user)
    assert advance(injection).state == State.RECOVERED
    assert {(end, reason) for _, _, end, reason in labels(injection)} == {(clock.now, "recovered")}


def test_a_fault_that_is_over_early_ends_its_label_then_and_says_why(
    create: Any, advance: Any, driver: FakeFaultDriver, clock: Any
) -> None:
    injection = advance(create())
    began = clock.now
    clock.advance(9)
    driver.cut_short(str(injection.id), "ended-early", "4 of 4 stress workers ended: killed by SIGKILL")
    over = clock.now
    clock.advance(1)
    assert advance(injection).state == State.RECOVERED
    assert {each[1:] for each in labels(injection)} == {(began, over, "ended-early")}
    assert "cartservice-0: 4 of 4 stress workers ended: killed by SIGKILL" in injection.error
    assert injection.ended_at.timestamp() * SECOND == over


def test_stop_waits_until_it_is_really_gone(create: Any, advance: Any, driver: Any, clock: Any, user: Any) -> None:
    driver.recovery = 8 * SECOND
    injection = advance(create())
    services.injection_stop(injection_id=injection.id, by=user)
    assert advance(injection).state == State.RECOVERING
    clock.advance(9)
    assert advance(injection).state == State.RECOVERED


@pytest.mark.parametrize("reachable", [True, False])
def test_stop_before_it_was_applied(create: Any, advance: Any, driver: Any, user: Any, reachable: bool) -> None:
    driver.reachable = reachable
    injection = create()
    services.injection_stop(injection_id=injection.id, by=user)
    assert advance(injection).state == State.RECOVERED
    assert (driver.applied, labels(injection)) == ([], [])


def test_refusal_fails_with_its_reason(create: Any, advance: Any, driver: FakeFaultDriver) -> None:
    driver.refusal = "cartservice-0 is not running"
    injection = advance(create())
    assert (injection.state, injection.error) == (State.FAILED, "cartservice-0 is not running")
    assert injection.ended_at is not None
    driver.refusal = ""
    assert advance(create()).state == State.ACTIVE


def test_one_broken_pod_is_told_and_the_other_labelled(create: Any, advance: Any, driver: Any, clock: Any) -> None:
    driver.broken_pods = {"cartservice-0": "it was restarting"}
    injection = advance(create())
    clock.advance(61)
    assert advance(injection).state == State.RECOVERED
    assert injection.error == "cartservice-0: it was restarting"
    assert [pod for pod, *_ in labels(injection)] == ["cartservice-1"]


def test_all_pods_broken_is_a_failure(create: Any, advance: Any, driver: FakeFaultDriver) -> None:
    driver.broken_pods = {"cartservice-0": "a", "cartservice-1": "b"}
    injection = advance(create())
    assert (injection.state, injection.error) == (State.FAILED, "cartservice-0: a; cartservice-1: b")


def test_lost_records_end_it_honestly(create: Any, advance: Any, driver: FakeFaultDriver) -> None:
    injection = advance(create())
    driver.forget()
    assert advance(injection).state == State.FAILED
    assert "lost its record" in injection.error
    assert {(end, reason) for _, _, end, reason in labels(injection)} == {(None, "unknown")}


def test_outage_is_waited_for(create: Any, advance: Any, driver: FakeFaultDriver, clock: Any) -> None:
    injection = advance(create())
    driver.reachable = False
    for _ in range(lifecycle.MAX_ATTEMPTS - 1):
        clock.advance(5)
        advance(injection)
    assert injection.state == State.ACTIVE
    driver.reachable = True
    assert advance(injection).state == State.RECOVERED
    assert {reason for *_, reason in labels(injection)} == {"deadline"}


def test_platform_down_for_hours_still_learns_the_end(create: Any, advance: Any, driver: Any, clock: Any) -> None:
    """After `up` the driver takes its time: being late is no reason to give up at the first look."""
    injection = advance(create())
    started = clock.now
    clock.advance(5 * 3600)
    driver.reachable = False
    for _ in range(30):
        advance(injection)
    driver.reachable = True
    assert advance(injection).state == State.RECOVERED
    assert {end for _, _, end, _ in labels(injection)} == {started + 60 * SECOND}


def test_outage_without_end_is_closed(create: Any, advance: Any, driver: FakeFaultDriver, clock: Any) -> None:
    injection = advance(create())
    driver.reachable = False
    for _ in range(lifecycle.MAX_ATTEMPTS + 1):
        clock.advance(5)
        advance(injection)
    assert injection.state == State.FAILED
    assert "out of reach" in injection.error
    assert {(end, reason) for _, _, end, reason in labels(injection)} == {(None, "unknown")}


def test_an_end_that_was_out_of_reach_is_written_when_the_driver_is_back(
    create: Any, advance: Any, driver: FakeFaultDriver, clock: Any
) -> None:
    injection = advance(create())
    started = clock.now
    driver.reachable = False
    for _ in range(lifecycle.MAX_ATTEMPTS + 1):
        clock.advance(5)
        advance(injection)
    Label.objects.update(effect_checked=True)
    lifecycle.unsettled_injections_settle()
    assert {end for _, _, end, _ in labels(injection)} == {None}

    driver.reachable = True
    for _ in range(2):
        lifecycle.unsettled_injections_settle()
    injection.refresh_from_db()
    assert {(end, reason) for _, _, end, reason in labels(injection)} == {(started + 60 * SECOND, "deadline")}
    assert injection.state == State.FAILED
    assert injection.ended_at.timestamp() * SECOND == started + 60 * SECOND
    assert not Label.objects.filter(effect_checked=True).exists()
    assert actions(injection).count("settled") == 1


def test_a_fault_that_began_out_of_reach_has_its_labels_in_the_end(
    create: Any, advance: Any, driver: FakeFaultDriver, clock: Any
) -> None:
    driver.delay = SECOND
    injection = advance(create())
    assert (injection.state, labels(injection)) == (State.APPLYING, [])
    driver.reachable = False
    for _ in range(lifecycle.MAX_ATTEMPTS + 1):
        clock.advance(5)
        advance(injection)
    driver.reachable = True
    lifecycle.unsettled_injections_settle()
    assert {reason for *_, reason in labels(injection)} == {"deadline"}


def test_recovery_that_never_comes_is_a_failure(create: Any, advance: Any, driver: Any, clock: Any) -> None:
    driver.recovery = 10**15
    injection = advance(create())
    clock.advance(63)
    assert advance(injection).state == State.RECOVERING
    clock.advance(steps.GRACE.total_seconds())
    assert advance(injection).state == State.FAILED
    assert injection.error == "Recovery could not be verified on cartservice-0, cartservice-1."


def test_fault_that_never_takes_hold_is_a_failure(create: Any, advance: Any, driver: Any, clock: Any) -> None:
    driver.delay = 10**15
    injection = advance(create())
    clock.advance(60 + steps.GRACE.total_seconds() + 1)
    advance(injection)
    clock.advance(steps.GRACE.total_seconds())
    assert advance(injection).state in (State.FAILED, State.RECOVERING)
    assert labels(injection) == []


def test_double_delivery_changes_nothing(create: Any, advance: Any, driver: FakeFaultDriver, clock: Any) -> None:
    injection = create()
    for _ in range(3):
        advance(injection)
    assert len(driver.applied) == 1
    clock.advance(61)
    for _ in range(3):
        advance(injection)
    assert actions(injection) == ["create", "applying", "active", "recovering", "recovered"]
    assert Label.objects.count() == 2


def test_slow_apply_after_the_end_is_taken_back(create: Any, advance: Any, driver: Any, user: Any, clock: Any) -> None:
    """Worker A hangs in apply; B stops and closes the injection; then A's apply comes through."""
    injection = create()
    real_apply, real_records = driver.apply, driver.records

    def slow_apply(spec: Any) -> None:
        driver.apply = real_apply
        services.injection_stop(injection_id=injection.id, by=user)
        lifecycle.injection_advance(injection_id=injection.id)
        assert Injection.objects.get().state == State.RECOVERED
        real_apply(spec)

    driver.apply = slow_apply
    advance(injection)
    assert injection.state == State.RECOVERED
    assert all(record.end is not None for record in real_records(str(injection.id)))


def test_clock_driven_look_finds_what_messages_lost(create: Any, driver: FakeFaultDriver, clock: Any) -> None:
    injection = create()
    tasks.advance_open_injections()
    injection.refresh_from_db()
    assert injection.state == State.ACTIVE
    clock.advance(61)
    tasks.advance_open_injections()
    injection.refresh_from_db()
    assert injection.state == State.RECOVERED


def test_one_broken_injection_does_not_hold_up_others(create: Any, driver: Any, monkeypatch: Any) -> None:
    first, second = create(services=["frontend"]), create()
    real = driver.apply

    def broken(spec: Any) -> None:
        if spec.fault_id == str(first.id):
            raise ZeroDivisionError
        real(spec)

    monkeypatch.setattr(driver, "apply", broken)
    tasks.advance_open_injections()
    states = dict(Injection.objects.values_list("id", "state"))
    assert states == {first.id: State.APPLYING, second.id: State.ACTIVE}
    assert Injection.objects.get(id=first.id).attempts == 1


def test_message_about_an_injection_that_is_gone_is_harmless(create: Any, driver: FakeFaultDriver) -> None:
    injection = create()
    key = str(injection.id)
    injection.delete()
    tasks.advance_injection(key)
    assert driver.applied == []


def test_stop_of_the_unknown_says_so(user: Any) -> None:
    with pytest.raises(UserError, match="There is no injection"):
        services.injection_stop(injection_id="0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77", by=user)
