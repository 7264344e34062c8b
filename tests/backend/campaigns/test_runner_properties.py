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
from faults.models import LIFECYCLE, Injection, PodQuarantine

from .conftest import CASCADE, CONTENT, TOGETHER

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.sampled_from([1, 1, 1, 2, 5])),
        st.tuples(
            st.sampled_from(
                ["twice", "sick", "well", "outage", "back", "stop", "crash", "late", "kill", "pause", "hurt", "heals"]
            ),
            st.just(0),
        ),
    ),
    max_size=40,
)
MATRICES = st.lists(st.sampled_from([*CONTENT["matrix"], TOGETHER, CASCADE]), min_size=1, max_size=3)


class Killed(BaseException):
    """The worker is gone, at once: nothing of it catches this."""


def carry_out(world: Any, campaign: Campaign, event: str, seconds: int) -> None:
    match event:
        case "tick":
            world.tick(seconds)
        case "twice":
            runner.open_campaign_advance()
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
        case _:
            world.sick(error_ratio=0.6 if event == "sick" else 0.0)
            world.recovery = "recovery_failed" if event == "hurt" else ""


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
    wanted = injections.filter(state__in=LIFECYCLE.open_states, stop_requested=False)
    steps = Step.objects.filter(campaign=campaign)
    assert steps.filter(id__in=wanted.values("campaign_step")).values("group").distinct().count() <= 1
    running = steps.exclude(state__in=("pending", *selectors.OVER))
    assert running.values("group").distinct().count() <= 1


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(EVENTS, MATRICES, st.sampled_from(["recreate", "abort", "continue"]))
def test_every_campaign_ends_and_leaves_nothing(
    world: Any, events: list[tuple[str, int]], matrix: list[dict[str, Any]], on_recovery_failed: str
) -> None:
    Campaign.objects.all().delete()
    PodQuarantine.objects.all().delete()
    Injection.objects.all().delete()
    world.recovery = ""
    world.system.reachable = world.driver.reachable = True
    world.system.rate = 10
    world.sick(error_ratio=0.0)
    stop = [{"error_ratio": 0.5, "then": "campaign"}]
    campaign = world.start(
        stop=stop, matrix=matrix, allow_last_replica=True, on_recovery_failed=on_recovery_failed, pause_jitter=3
    )
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
    for step in campaign.steps.exclude(after_s=0).exclude(injection=None):
        first = selectors.injection_of(selectors.first_of_group(step).id)
        assert first is not None, "what follows nothing is no cascade"
        assert Injection.objects.get(id=step.injection).group == first.group is not None
