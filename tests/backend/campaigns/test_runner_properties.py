"""Whatever happens in whatever order: no step injects twice, no fault outlives its campaign, every campaign ends."""

from collections import Counter
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns import runner, selectors, services, steps
from campaigns.models import CAMPAIGNS, STEPS, Campaign, Step
from common.errors import UserError
from faults import services as faults
from faults.models import LIFECYCLE, Injection

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.sampled_from([1, 1, 1, 2, 5])),
        st.tuples(
            st.sampled_from(["twice", "sick", "well", "outage", "back", "stop", "crash", "late", "kill", "pause"]),
            st.just(0),
        ),
    ),
    max_size=40,
)


class Killed(BaseException):
    """The worker is gone, at once: nothing of it catches this."""


def carry_out(world: Any, campaign: Campaign, event: str, seconds: int) -> None:
    match event:
        case "tick":
            world.tick(seconds)
        case "twice":
            runner.open_campaign_advance()
        case "sick" | "well":
            world.sick(error_ratio=0.6 if event == "sick" else 0.0)
        case "outage" | "back":
            world.system.reachable = world.driver.reachable = event == "back"
        case "stop":
            services.campaign_stop(campaign_id=campaign.id, by=world.user)
        case "crash":
            kill_after("campaigns.steps.faults.injection_create", faults.injection_create)
        case "kill":
            kill_after("campaigns.runner.next_move", steps.next_move)
        case "late":
            late_worker(world)
        case "pause":
            world.clock.advance(100)


def kill_after(name: str, function: Any) -> None:
    """The next look, by a worker that is killed right after this call."""

    def call(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        raise Killed

    with mock.patch(name, side_effect=call):
        try:
            runner.open_campaign_advance()
        except Killed:
            pass


def late_worker(world: Any) -> None:
    """One that has seen the campaign, and acts on it only after others have gone on."""
    campaign = selectors.open_campaign()
    if campaign is None:
        return
    for _ in range(3):
        world.tick()
    try:
        runner._move(campaign)
    except UserError:
        pass


def check(campaign: Campaign) -> None:
    injections = Injection.objects.filter(campaign_step__isnull=False)
    assert max(Counter(injections.values_list("campaign_step", flat=True)).values(), default=0) <= 1
    assert injections.filter(state__in=LIFECYCLE.open_states, stop_requested=False).count() <= 1
    running = Step.objects.filter(campaign=campaign).exclude(state__in=("pending", *selectors.OVER))
    assert running.count() <= 1


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(EVENTS)
def test_every_campaign_ends_and_leaves_nothing(world: Any, events: list[tuple[str, int]]) -> None:
    Campaign.objects.all().delete()
    Injection.objects.all().delete()
    world.system.reachable = world.driver.reachable = True
    world.system.rate = 10
    world.sick(error_ratio=0.0)
    campaign = world.start(stop=[{"error_ratio": 0.5, "then": "campaign"}])
    for event, seconds in events:
        carry_out(world, campaign, event, seconds)
        check(campaign)
    world.system.reachable = world.driver.reachable = True
    world.until(lambda: not Campaign.objects.get(id=campaign.id).is_open, limit=500)
    world.run(3)
    check(campaign)
    campaign = Campaign.objects.get(id=campaign.id)
    assert CAMPAIGNS.is_final(campaign.state)
    assert campaign.slot is None
    assert all(STEPS.is_final(step.state) for step in campaign.steps.all())
    assert world.system.rate == 10
    assert not Injection.objects.filter(state__in=LIFECYCLE.open_states).exists()
    done = campaign.steps.filter(state="done")
    assert all(Injection.objects.get(campaign_step=step.id).state == "recovered" for step in done)
