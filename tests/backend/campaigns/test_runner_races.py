"""Two workers at the same campaign: what the slower one decided on what it had seen is not written."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns import runner, selectors, services, steps
from campaigns.models import Campaign, State, Step, StepState
from campaigns.steps import Outcome
from faults import services as faults
from faults.models import Injection, Target


def seen(world: Any, campaign: Campaign, state: str) -> tuple[Campaign, Step]:
    """Campaign and step as a worker reads them once the step is in this state."""
    world.until(lambda: world.step(campaign, 0).state == state)
    return Campaign.objects.get(id=campaign.id), world.step(campaign, 0)


def test_an_outcome_for_an_earlier_state_is_dropped(world: Any) -> None:
    before, step = seen(world, world.start(), "injecting")
    world.until(lambda: world.step(before, 0).state == "cooling")
    assert not runner._settle(before, step, Outcome(StepState.FAILED, "too late"), world.now())
    assert world.step(before, 0).state == "cooling"


def test_an_outcome_for_a_campaign_that_was_stopped_is_dropped(world: Any) -> None:
    before, step = seen(world, world.start(), "injecting")
    services.campaign_stop(campaign_id=before.id, by=world.user)
    assert not runner._settle(before, step, Outcome(StepState.RECOVERING), world.now())
    assert not runner._end(before, State.FAILED, "too late")
    assert Campaign.objects.get(id=before.id).reason == "stopped by ada"


def test_both_want_to_inject_and_one_does(world: Any) -> None:
    before, step = seen(world, world.start(), "injecting")
    world.until(lambda: Injection.objects.exists())
    outcome = steps._inject(before, step, world.now())
    assert outcome.to == StepState.WAITING_STEADY  # its pods are taken: by the other worker's injection
    assert not runner._settle(before, step, outcome, world.now())
    assert world.step(before, 0).state == "injecting"
    assert Injection.objects.count() == 1


def test_a_step_injects_once_even_when_its_pods_are_free_again(world: Any) -> None:
    before, step = seen(world, world.start(), "injecting")
    world.until(lambda: Injection.objects.exists())
    Target.objects.update(occupied=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        faults.injection_create(request=steps.request_of(step), by=world.user, origin=steps.origin_of(step))
    assert steps._inject(before, step, world.now()) == Outcome()
    assert Injection.objects.count() == 1


def test_an_injection_that_comes_after_the_stop_is_ended(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = world.start()
    create = faults.injection_create

    def slow(**arguments: Any) -> Injection:
        services.campaign_stop(campaign_id=campaign.id, by=world.user)
        for _ in range(3):
            runner.campaign_advance(campaign_id=campaign.id)
        return create(**arguments)

    monkeypatch.setattr(faults, "injection_create", slow)
    world.until_state(campaign, "stopped")
    world.run(5)
    injection = Injection.objects.get()
    assert injection.stop_requested
    assert not injection.is_open
    assert not injection.labels.exists()


def test_an_injection_whose_step_is_over_is_ended(world: Any) -> None:
    campaign = world.start()
    world.until(lambda: Injection.objects.filter(state="active").exists())
    Step.objects.filter(campaign=campaign, index=0).update(state="failed")
    (orphan,) = selectors.orphaned_injections()
    world.run(3)
    orphan.refresh_from_db()
    assert orphan.stop_requested
    assert not orphan.is_open
