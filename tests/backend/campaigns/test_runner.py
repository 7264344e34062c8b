"""A campaign from its start to its end, and everything that may keep it from there."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from accounts.models import AuditEntry
from campaigns import selectors, services
from campaigns.models import Campaign
from common.errors import Conflict, UserError
from faults import services as faults
from faults.models import EmergencyStop, Injection, Label, PodQuarantine
from faults.targets import InjectionRequest

from .conftest import CASCADE, CONTENT, TOGETHER

SICK = {"error_ratio": 0.5}


def states(campaign: Campaign) -> list[str]:
    return [step.state for step in campaign.steps.order_by("index")]


def effects(campaign: Campaign) -> list[str]:
    return [step.effect for step in selectors.campaign(campaign.id).steps.all()]


def test_goes_through_its_steps_one_after_another_and_gives_the_load_back(world: Any) -> None:
    campaign = world.start()
    world.tick()
    assert world.system.rate == 20
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["done", "done"]
    assert effects(campaign) == ["confirmed", "confirmed"]
    assert world.system.rate == 10
    first, second = Injection.objects.order_by("requested_at")
    assert first.started_at >= campaign.started_at + timedelta(seconds=10)
    assert second.started_at >= first.ended_at + timedelta(seconds=15)
    assert [(first.kind, first.created_by), second.kind] == [("pod-failure", world.user), "cpu-stress"]
    assert [step.injection for step in campaign.steps.all()] == [first.id, second.id]


def test_a_system_that_is_away_at_the_end_gets_its_load_back_afterwards(world: Any) -> None:
    campaign = world.start()
    world.tick()
    world.system.reachable = world.driver.reachable = False
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    world.run(5)
    campaign.refresh_from_db()
    assert (campaign.state, world.system.rate) == ("stopping", 20)
    world.system.reachable = world.driver.reachable = True
    world.run(2)
    campaign.refresh_from_db()
    assert (campaign.state, world.system.rate) == ("stopped", 10)


def test_a_system_that_stays_away_is_not_waited_for_for_ever(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.runner.MAX_GIVING_BACK", 5)
    campaign = world.start()
    world.tick()
    world.system.reachable = world.driver.reachable = False
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    world.run(6)
    campaign.refresh_from_db()
    assert campaign.state == "stopped"


def test_takes_about_as_long_as_planned(world: Any) -> None:
    campaign = world.until_state(world.start(), "completed")
    taken = (campaign.finished_at - campaign.created_at).total_seconds()
    assert taken == pytest.approx(campaign.expected_s, abs=10)


def test_waits_until_the_system_is_steady(world: Any) -> None:
    campaign = world.start()
    world.sick(**SICK)
    world.run(25)
    step = world.step(campaign, 0)
    assert (step.state, step.reason) == ("waiting_steady", "error_ratio is 0.500, at most 0.05")
    assert not Injection.objects.exists()
    world.sick(error_ratio=0.0)
    world.run(2)
    assert world.step(campaign, 0).state == "injecting"
    assert world.step(campaign, 0).reason == ""


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (SICK, "error_ratio is 0.500"),
        ({"latency_p95_ms": 900.0}, "latency_p95_ms is 900, at most 500"),
        ({"requests": 0.0, "error_ratio": None, "latency_p95_ms": None}, "no request was answered in 10 s"),
    ],
)
def test_a_step_that_finds_no_steady_state_is_skipped_with_the_reason(
    world: Any, trouble: dict[str, Any], reason: str
) -> None:
    campaign = world.start()
    world.sick(**trouble)
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["skipped", "skipped"]
    assert f"not steady within 30 s: {reason}" in world.step(campaign, 0).reason
    assert not Injection.objects.exists()


def test_pods_that_are_down_are_no_steady_state(world: Any) -> None:
    campaign = world.start()
    world.system.down = {"redis-cart-0"}
    world.run(20)
    assert "not ready: redis-cart-0" in world.step(campaign, 0).reason


def test_a_stop_condition_ends_the_injection_and_the_campaign(world: Any) -> None:
    campaign = world.start(stop=[{"error_ratio": 0.4}])
    world.until(lambda: Injection.objects.filter(state="active").exists())
    world.sick(**SICK)
    campaign = world.until_state(campaign, "aborted")
    injection = Injection.objects.get()
    assert injection.stop_requested
    assert (injection.ended_at - injection.started_at).total_seconds() < 10
    assert campaign.reason == "stop condition: error_ratio is 0.500, at most 0.4"
    assert states(campaign) == ["failed", "skipped"]
    assert world.system.rate == 10


def test_a_stop_condition_may_end_the_injection_alone(world: Any) -> None:
    campaign = world.start(stop=[{"error_ratio": 0.4, "then": "injection"}])
    world.until(lambda: Injection.objects.filter(state="active").exists())
    world.sick(**SICK)
    world.run(3)
    world.sick(error_ratio=0.0)
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["failed", "done"]
    assert world.step(campaign, 0).reason.startswith("stop condition: error_ratio")


def test_pods_that_the_fault_is_for_may_be_down(world: Any) -> None:
    campaign = world.start(stop=[{"pods_not_ready": 0}])
    world.until(lambda: Injection.objects.filter(state="active").exists())
    world.system.down = {Injection.objects.get().targets.get().pod}
    world.run(5)
    assert Campaign.objects.get(id=campaign.id).state == "running"
    world.system.down |= {"redis-cart-0"}
    assert "redis-cart-0" in world.until_state(campaign, "aborted").reason


def test_a_user_stops_it_in_the_middle_of_an_injection(world: Any) -> None:
    campaign = world.start()
    world.until(lambda: Injection.objects.filter(state="active").exists())
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    campaign = world.until_state(campaign, "stopped")
    assert campaign.reason == "stopped by ada"
    assert Injection.objects.get().state == "recovered"
    assert states(campaign) == ["failed", "skipped"]
    assert "stopped by ada" in world.step(campaign, 1).reason
    assert AuditEntry.objects.filter(action="campaign.stop", actor=world.user).count() == 1


def test_a_user_stops_it_before_anything_was_injected(world: Any) -> None:
    campaign = world.start()
    world.run(3)
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    campaign = world.until_state(campaign, "stopped")
    assert states(campaign) == ["skipped", "skipped"]
    assert not Injection.objects.exists()


def test_one_campaign_at_a_time(world: Any) -> None:
    campaign = world.start()
    with pytest.raises(Conflict, match=f"{campaign.id}.*one campaign runs at a time"):
        world.start(name="other")
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    world.until_state(campaign, "stopped")
    world.start(name="other")


def test_a_recovery_that_failed_aborts_if_that_is_wanted(world: Any) -> None:
    world.recovery = "recovery_failed"
    campaign = world.until_state(world.start(on_recovery_failed="abort"), "aborted")
    assert campaign.reason == "it did not recover: cartservice-0 is not ready"
    assert states(campaign) == ["failed", "skipped"]
    assert not world.system.recreated


def test_pods_that_do_not_recover_are_made_anew_and_spoil_nothing(world: Any) -> None:
    campaign = world.start(normal_before=40, cool_down=None)
    world.recovery = "recovery_failed"
    world.until(lambda: world.step(campaign, 0).state == "failed")
    world.recovery = ""
    entry = PodQuarantine.objects.get()
    assert world.system.recreated == [entry.pod]
    assert entry.cleared_at == world.now()
    assert world.step(campaign, 0).reason == "it did not recover: cartservice-0 is not ready; made anew"
    world.run(45)
    assert world.step(campaign, 1).state == "pending"
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["failed", "done"]
    assert world.step(campaign, 1).unusable == ""
    assert counted(campaign) == (2, 1, 0, 0)
    assert AuditEntry.objects.filter(action="system.pod_recreate", subject=entry.pod).count() == 1


def test_pods_that_are_not_well_though_made_anew_end_the_campaign(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.system, "recreate", lambda _: None)  # asked for, and nothing comes of it
    world.recovery = "recovery_failed"
    campaign = world.start()
    world.until(lambda: world.step(campaign, 0).reason.startswith("makes its pods anew: cartservice"))
    campaign = world.until_state(campaign, "aborted")
    assert "made anew, and still: cartservice" in campaign.reason
    assert PodQuarantine.objects.get().cleared_at is None
    assert states(campaign) == ["failed", "skipped"]


def test_pods_are_made_anew_once_the_system_can_be_asked(world: Any) -> None:
    world.recovery = "recovery_failed"
    campaign = world.start()
    world.until(lambda: Injection.objects.filter(state="active").exists())
    world.run(15)
    world.system.reachable = False
    world.run(20)
    assert world.step(campaign, 0).state == "recovering"
    assert not world.system.recreated
    world.system.reachable = True
    world.until(lambda: world.step(campaign, 0).state == "failed")
    assert len(world.system.recreated) == 1


def hurt_for_good(world: Any, campaign: Campaign) -> PodQuarantine:
    """The first step's pod does not recover, and nobody looks after it."""
    world.recovery = "recovery_failed"
    world.until(lambda: world.step(campaign, 0).state == "failed")
    world.recovery = ""
    return PodQuarantine.objects.get()


def counted(campaign: Campaign) -> tuple[int, ...]:
    seen = selectors.campaign(campaign.id)
    return seen.steps_over, seen.steps_failed, seen.steps_skipped, seen.steps_unusable


def test_what_follows_on_a_pod_that_stays_hurt_is_counted_as_unusable(world: Any) -> None:
    campaign = world.start(on_recovery_failed="continue")
    hurt_for_good(world, campaign)
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["failed", "done"]
    pod = Injection.objects.get(campaign_step=world.step(campaign, 0).id).targets.get().pod
    assert world.step(campaign, 1).unusable == f"{pod} had not recovered from an earlier fault"
    assert counted(campaign) == (2, 1, 0, 1)
    assert [step.outcome for step in campaign.steps.order_by("index")] == ["failed", "unusable"]


def test_what_follows_on_a_pod_that_was_looked_after_is_of_use(world: Any) -> None:
    campaign = world.start(on_recovery_failed="continue")
    kept = hurt_for_good(world, campaign)
    kept.cleared_at = world.now()
    kept.save()
    campaign = world.until_state(campaign, "completed")
    assert world.step(campaign, 1).unusable == ""
    assert counted(campaign) == (2, 1, 0, 0)


def test_a_step_whose_fault_another_one_overlapped_is_unusable(world: Any) -> None:
    campaign = world.start()
    request = InjectionRequest("cpu-stress", pods=["redis-cart-0"], duration_s=30)
    faults.injection_create(request=request, by=world.user)
    campaign = world.until_state(campaign, "completed")
    assert world.step(campaign, 0).unusable == "redis-cart-0 showed another fault"
    assert world.step(campaign, 1).unusable == ""
    assert counted(campaign) == (2, 0, 0, 1)


def test_an_effect_that_nobody_checks_does_not_hold_it_up(world: Any) -> None:
    world.effects = ""
    campaign = world.until_state(world.start(), "completed")
    assert effects(campaign) == ["", ""]


def test_what_a_late_check_finds_is_the_effect_of_the_step(world: Any) -> None:
    """Once a step stayed `unknown` while its labels said `absent`."""
    world.effects = ""
    campaign = world.until_state(world.start(), "completed")
    first, second = Label.objects.order_by("start")
    for label, effect in ((first, "absent"), (second, "confirmed")):
        Label.objects.filter(pk=label.pk).update(effect=effect, effect_checked=True)
    assert effects(campaign) == ["absent", "confirmed"]


@pytest.mark.parametrize(
    ("of_pods", "effect"),
    [
        (("confirmed", "confirmed"), "confirmed"),
        (("confirmed", "unknown"), "unknown"),
        (("unknown", "absent"), "absent"),
        (("absent", ""), ""),
    ],
)
def test_the_effect_of_a_step_is_that_of_all_its_pods(world: Any, of_pods: tuple[str, str], effect: str) -> None:
    campaign = world.until_state(world.start(), "completed")
    label = Label.objects.order_by("start")[0]
    Label.objects.create(
        injection=label.injection,
        pod="another",
        service="cartservice",
        kind=label.kind,
        start=label.start,
        end=label.end,
    )
    for one, found in zip(label.injection.labels.order_by("pk"), of_pods, strict=True):
        Label.objects.filter(pk=one.pk).update(effect=found or "unknown", effect_checked=bool(found))
    assert effects(campaign)[0] == effect


def test_an_injection_that_somebody_else_ends_is_no_whole_one(world: Any) -> None:
    campaign = world.start()
    world.until(lambda: Injection.objects.filter(state="active").exists())
    faults.injection_stop(injection_id=Injection.objects.get().id, by=world.user)
    campaign = world.until_state(campaign, "completed")
    assert world.step(campaign, 0).reason == "its injection was stopped before its time"
    assert states(campaign) == ["failed", "done"]


def test_waits_for_a_pod_that_has_another_fault(world: Any) -> None:
    campaign = world.start()
    for pod in ("cartservice-0", "cartservice-1"):
        request = InjectionRequest("cpu-stress", pods=[pod], duration_s=25)
        faults.injection_create(request=request, by=world.user)
    world.run(18)
    step = world.step(campaign, 0)
    assert step.state == "waiting_steady"
    assert "has a cpu-stress until" in step.reason
    world.until(lambda: world.step(campaign, 0).state == "injecting")


def test_an_emergency_stop_aborts_it(world: Any) -> None:
    campaign = world.start()
    EmergencyStop.objects.create(reason="smoke", by="ada", at=world.now())
    campaign = world.until_state(campaign, "aborted")
    assert "smoke" in campaign.reason
    with pytest.raises(Conflict, match="smoke"):
        world.start()


def test_an_emergency_stop_aborts_it_also_when_it_is_soon_released(world: Any) -> None:
    campaign = world.start()
    world.until(lambda: world.step(campaign, 0).state == "cooling")
    EmergencyStop.objects.create(reason="smoke", by="ada", at=world.now(), released_by="ada", released_at=world.now())
    campaign = world.until_state(campaign, "aborted")
    assert "smoke" in campaign.reason
    assert Injection.objects.count() == 1


def test_a_stop_that_comes_just_before_its_injection_keeps_it_from_firing(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = faults.injection_create

    def stopped_first(**asked: Any) -> Injection:
        EmergencyStop.objects.get_or_create(reason="smoke", defaults={"by": "ada", "at": world.now()})
        return create(**asked)

    monkeypatch.setattr(faults, "injection_create", stopped_first)
    campaign = world.until_state(world.start(), "aborted")
    assert "smoke" in campaign.reason
    assert states(campaign) == ["skipped", "skipped"]
    assert not Injection.objects.exists()


def test_after_an_interruption_the_system_warms_up_again(world: Any) -> None:
    campaign = world.start()
    world.until(lambda: world.step(campaign, 0).state == "cooling")
    world.system.rate = 10  # a restarted system has forgotten it
    world.clock.advance(3600)
    world.run(9)
    assert world.step(campaign, 1).state == "pending"
    world.run(5)
    assert world.step(campaign, 1).state == "injecting"
    assert world.system.rate == 20
    assert AuditEntry.objects.filter(action="campaign.resume").count() == 1
    world.until_state(campaign, "completed")


def test_a_system_that_was_restarted_quickly_warms_up_again(world: Any) -> None:
    campaign = world.start()
    world.run(8)
    world.system.started = world.clock()
    world.run(9)
    assert world.step(campaign, 0).state == "pending"
    assert world.step(campaign, 0).reason == "the system was restarted and warms up"
    world.run(2)
    assert world.step(campaign, 0).state == "injecting"


def test_a_clock_that_is_set_back_does_not_hold_it_up(world: Any) -> None:
    campaign = world.start()
    world.run(5)
    world.clock.advance(-7200)
    world.until_state(campaign, "completed")


def test_a_system_out_of_reach_at_the_start_is_waited_for_and_then_given_up(world: Any) -> None:
    campaign = world.start()
    world.system.reachable = False
    world.run(20)
    assert Campaign.objects.get(id=campaign.id).state == "planned"
    world.system.reachable = True
    world.run(2)
    assert Campaign.objects.get(id=campaign.id).state == "running"
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    world.until_state(campaign, "stopped")

    campaign = world.start()
    world.system.reachable = False
    campaign = world.until_state(campaign, "failed")
    assert "out of reach" in campaign.reason


def test_an_error_of_our_own_ends_it_after_some_looks(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = world.start()
    world.run(3)

    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("campaigns.runner.next_move", broken)
    campaign = world.until_state(campaign, "failed")
    assert "its log says more" in campaign.reason


def test_what_does_not_fit_the_system_is_said_before_it_starts(world: Any) -> None:
    matrix = [
        {"fault": "pod-failure", "services": ["cartservice", "frontend", "nowhere", "loadgenerator"]},
        {"fault": "jvm-gc", "services": ["cartservice"]},
        {"fault": "http-abort", "services": ["redis-cart"], "parameters": {"status": 503}},
        {"fault": "network-delay", "services": ["cartservice"], "parameters": {"latency_ms": 9, "target": ["", "x"]}},
    ]
    with pytest.raises(UserError) as refused:
        world.start(matrix=matrix, duration=3600)
    found = {path: " ".join(messages) for path, messages in refused.value.fields.items()}
    assert "allow_last_replica" in found["matrix.0.services.1"]
    assert "no service 'nowhere'" in found["matrix.0.services.2"]
    assert "protected" in found["matrix.0.services.3"]
    assert "no pod runs Java" in found["matrix.1.fault"]
    assert "http or grpc" in found["matrix.2.services.0"]
    assert "no service 'x'" in found["matrix.3.parameters.target"]
    assert "matrix.0.services.0" not in found
    assert not Campaign.objects.exists()


def injections(campaign: Campaign) -> list[Injection]:
    return [Injection.objects.get(campaign_step=step.id) for step in campaign.steps.order_by("index")]


def test_faults_that_are_ordered_together_begin_together_and_have_a_label_each(world: Any) -> None:
    campaign = world.until_state(world.start(matrix=[TOGETHER, *CONTENT["matrix"]]), "completed")
    assert states(campaign) == ["done"] * 4
    first, second, third, _ = injections(campaign)
    assert abs(first.started_at - second.started_at) <= timedelta(seconds=1)
    assert first.group == second.group is not None
    assert third.group is None
    labels = Label.objects.filter(injection__group=first.group)
    assert sorted(label.kind for label in labels) == ["cpu-stress", "network-delay"]
    assert third.started_at >= max(first.ended_at, second.ended_at) + timedelta(seconds=15)
    assert [step.unusable for step in campaign.steps.all()] == [""] * 4


def test_a_cascade_follows_by_its_offset(world: Any) -> None:
    campaign = world.until_state(world.start(matrix=[CASCADE, *CONTENT["matrix"]]), "completed")
    assert states(campaign) == ["done"] * 4
    first, second, third, _ = injections(campaign)
    assert second.started_at - first.started_at == pytest.approx(timedelta(seconds=12), abs=timedelta(seconds=2))
    assert (first.after_s, second.after_s, second.duration_s) == (0, 12, 25)
    assert second.ended_at > first.ended_at
    assert third.started_at >= second.ended_at + timedelta(seconds=15)


def test_a_cascade_may_follow_a_fault_that_is_over(world: Any) -> None:
    late = {"together": [CASCADE["together"][0], CASCADE["together"][1] | {"after": 50}]}
    campaign = world.until_state(world.start(matrix=[late]), "completed")
    first, second = injections(campaign)
    assert first.ended_at < second.started_at
    assert second.started_at - first.started_at == pytest.approx(timedelta(seconds=50), abs=timedelta(seconds=2))
    assert states(campaign) == ["done", "done"]


def test_nothing_follows_what_was_skipped(world: Any) -> None:
    world.sick(**SICK)
    campaign = world.until_state(world.start(matrix=[CASCADE]), "completed")
    assert states(campaign) == ["skipped", "skipped"]
    assert world.step(campaign, 1).reason == "cpu-stress on frontend, with which it was to begin, did not"


def test_nothing_follows_what_was_ended_early(world: Any) -> None:
    campaign = world.start(matrix=[CASCADE])
    world.until(lambda: Injection.objects.filter(state="active").exists())
    faults.injection_stop(injection_id=Injection.objects.get().id, by=world.user)
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["failed", "skipped"]
    assert "ended early" in world.step(campaign, 1).reason


def test_a_cascade_whose_time_passed_while_the_platform_was_down_is_no_cascade(world: Any) -> None:
    campaign = world.start(matrix=[CASCADE])
    world.until(lambda: Injection.objects.filter(state="active").exists())
    world.clock.advance(60)
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["done", "skipped"]
    assert "had passed" in world.step(campaign, 1).reason


def test_what_can_not_follow_in_time_is_given_up(world: Any) -> None:
    campaign = world.start(matrix=[CASCADE], allow_last_replica=True)
    world.until(lambda: Injection.objects.filter(state="active").exists())
    for pod in ("cartservice-0", "cartservice-1"):
        faults.injection_create(request=InjectionRequest("cpu-stress", pods=[pod], duration_s=60), by=world.user)
    campaign = world.until_state(campaign, "completed")
    assert states(campaign) == ["done", "skipped"]
    assert "could not begin in its time" in world.step(campaign, 1).reason
    assert "has a cpu-stress until" in world.step(campaign, 1).reason


def test_a_stop_of_the_campaign_ends_all_of_a_group(world: Any) -> None:
    campaign = world.start(matrix=[TOGETHER])
    world.until(lambda: Injection.objects.filter(state="active").count() == 2)
    services.campaign_stop(campaign_id=campaign.id, by=world.user)
    campaign = world.until_state(campaign, "stopped")
    assert states(campaign) == ["failed", "failed"]
    assert {each.state for each in injections(campaign)} == {"recovered"}


def test_pods_that_any_fault_of_a_group_is_for_may_be_down(world: Any) -> None:
    campaign = world.start(matrix=[CASCADE], stop=[{"pods_not_ready": 0}])
    world.until(lambda: Injection.objects.filter(state="active").count() == 2)
    world.system.down = {Injection.objects.get(kind="pod-failure").targets.get().pod}
    world.run(3)
    assert Campaign.objects.get(id=campaign.id).state == "running"


def test_pauses_are_those_of_the_plan(world: Any) -> None:
    campaign = world.start(cool_down=None, warm_up=20, normal_before=30, normal_after=10, pause_jitter=40)
    campaign = world.until_state(campaign, "completed")
    first, second = injections(campaign)
    pauses = [step.pause_s for step in campaign.steps.order_by("index")]
    assert pauses[0] >= 50
    assert pauses[1] >= 40
    seconds = timedelta(seconds=4)
    assert first.started_at - campaign.started_at == pytest.approx(timedelta(seconds=pauses[0]), abs=seconds)
    assert second.started_at - first.ended_at == pytest.approx(timedelta(seconds=pauses[1]), abs=seconds)
    assert campaign.finished_at - second.ended_at >= timedelta(seconds=10)


@pytest.mark.parametrize(
    "matrix", [CONTENT["matrix"], [TOGETHER, CASCADE], [CASCADE]], ids=["alone", "both", "cascade"]
)
def test_progress_counts_down(world: Any, matrix: list[Any]) -> None:
    campaign = world.start(matrix=matrix)
    seen = []
    while Campaign.objects.get(id=campaign.id).is_open:
        world.tick()
        now = selectors.progress(Campaign.objects.get(id=campaign.id), world.now())
        seen.append((now.steps_done, now.seconds_left))
    done, left = zip(*seen[:-1], strict=True)
    assert list(done) == sorted(done)
    assert seen[-1] == (campaign.steps.count(), None)
    assert all(after <= before + 4 for before, after in pairwise(left))
    assert left[0] == pytest.approx(campaign.expected_s, abs=2)
    assert left[-1] <= 3
