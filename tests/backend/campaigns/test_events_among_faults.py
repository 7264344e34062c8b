"""Events in a campaign: steps of their own among the faults, never a label, and no fault on what one is changing."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.case_plan import planned_cases
from campaigns.models import Campaign, Step
from campaigns.planner import digest_of, plan
from campaigns.report.content import report_of
from campaigns.report.pages import as_html, as_markdown
from campaigns.schema import validate
from common.errors import UserError
from events.adapters.fake import FakeEventDriver
from events.models import Event
from events.services import EventRequest, event_create
from faults.models import Injection, Label
from faults.targets import InjectionRequest, examine
from tests.backend.campaigns.conftest import CONTENT, World

RESTART: dict[str, Any] = {"event": "rolling-restart", "services": ["cartservice"]}
SURGE: dict[str, Any] = {"event": "load-surge", "parameters": {"factor": 3}, "duration": 15}
ONE: list[dict[str, Any]] = [{"fault": "cpu-stress", "services": ["frontend"]}]


def with_events(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return CONTENT | {"matrix": ONE, "events": list(events)} | more


@pytest.mark.parametrize(
    ("entry", "path", "text"),
    [
        ({"event": "rain", "services": ["a"]}, "events.0.event", "no event is called 'rain'"),
        ({"event": "rolling-restart"}, "events.0.services", "missing"),
        (RESTART | {"duration": 5}, "events.0.duration", "takes the time it takes"),
        (RESTART | {"parameters": {"pause_s": -1}}, "events.0.parameters.pause_s", "expected 0 to 600"),
        ({"event": "scale", "services": ["a"]}, "events.0.parameters.replicas", "missing"),
        (
            {"event": "scale", "services": ["a"], "parameters": {"replicas": [1, 9]}},
            "events.0.parameters.replicas.1",
            "",
        ),
        (RESTART | {"fault": "pod-kill"}, "events.0.fault", "unknown key"),
    ],
)
def test_a_mistake_is_named_by_its_path(entry: dict[str, Any], path: str, text: str) -> None:
    with pytest.raises(UserError) as refused:
        validate(with_events(entry))
    assert text in refused.value.fields[path][0]


def test_what_does_not_fit_the_system_is_said_at_once(api: APIClient, driver: Any) -> None:
    content = with_events(RESTART | {"services": ["cartservice", "nobody", "redis-cart"]})
    errors = api.post("/api/v1/campaigns/plan", content).json()["errors"]
    assert set(errors) == {"events.0.services.1", "events.0.services.2"}
    assert "allow_last_replica" in errors["events.0.services.2"][0]


def test_each_is_a_group_among_the_faults_and_no_case() -> None:
    scale = {"event": "scale", "services": ["cartservice"], "parameters": {"replicas": [1, 3]}}
    file = validate(with_events(RESTART, scale, SURGE, repeats=2, order="shuffled", seed=3))
    made = plan(file)
    assert [step.is_event for step in made.steps].count(True) == 2 * 4
    assert len(made.groups) == len(made.steps) == 2 * 5
    assert len(planned_cases(file, made)) == 2
    assert any(step.is_event for step in made.steps[:-8]), "shuffled among the faults"
    assert {step.duration for step in made.steps if step.fault == "load-surge"} == {15}


def test_files_without_events_keep_their_digest() -> None:
    """That of before there were any: it names steps in every dataset made of it."""
    assert digest_of(validate(CONTENT | {"events": []})) == digest_of(validate(CONTENT))
    dumped = validate(CONTENT).model_dump(mode="json")
    assert digest_of(validate(dumped)) == digest_of(validate(CONTENT))
    assert digest_of(validate(with_events(RESTART))) != digest_of(validate(CONTENT | {"matrix": ONE}))


def test_faults_and_events_take_turns(world: World) -> None:
    campaign = world.until_state(world.start(**with_events(RESTART, SURGE)), "completed")
    steps = list(campaign.steps.all())
    assert [(step.fault, step.is_event, step.state) for step in steps] == [
        ("cpu-stress", False, "done"),
        ("rolling-restart", True, "done"),
        ("load-surge", True, "done"),
    ]
    events = list(Event.objects.order_by("start"))
    assert [event.id for event in events] == [step.event for step in steps[1:]]
    assert [event.campaign_step for event in events] == [step.id for step in steps[1:]]
    assert [event.created_by for event in events] == [world.user] * 2
    assert Injection.objects.count() == Label.objects.count() == 1
    label = Label.objects.get()
    assert label.end is not None
    assert events[0].start - label.end >= 15e6, "the pause is kept"
    assert events[1].start - events[0].end >= 15e6
    assert {step.outcome for step in steps} == {"done"}


def test_an_event_waits_for_a_steady_system_too(world: World) -> None:
    campaign = world.start(**with_events(RESTART))
    world.until(lambda: world.step(campaign, 0).state == "cooling")
    world.sick(error_ratio=0.9)
    world.until_state(campaign, "completed")
    assert world.step(campaign, 1).state == "skipped"
    assert not Event.objects.exists()


def test_one_that_is_refused_now_waits_and_says_why(world: World, events: FakeEventDriver) -> None:
    events.refusal = "cartservice-0 has fault x already"
    campaign = world.start(**with_events(RESTART))
    world.until(lambda: "has fault x" in world.step(campaign, 1).reason)
    events.refusal = ""
    world.until_state(campaign, "completed")
    assert world.step(campaign, 1).state == "done"


def test_stopping_the_campaign_ends_its_event(world: World, api: APIClient) -> None:
    campaign = world.start(**with_events(SURGE | {"duration": 600}))
    world.until(lambda: Event.objects.filter(state="running").exists())
    assert api.post(f"/api/v1/campaigns/{campaign.id}/stop").status_code == 202
    world.until_state(campaign, "stopped")
    assert [(event.state, event.end_reason) for event in Event.objects.all()] == [("ended", "stopped")]
    assert world.step(campaign, 1).state == "failed"


def test_a_stop_condition_ends_an_event_and_the_campaign(world: World) -> None:
    campaign = world.start(**with_events(SURGE | {"duration": 600}, stop=[{"error_ratio": 0.5}]))
    world.until(lambda: Event.objects.filter(state="running").exists())
    world.sick(error_ratio=0.9)
    campaign = world.until_state(campaign, "aborted")
    assert "error_ratio" in campaign.reason
    assert Event.objects.get().end_reason == "stopped"


def test_an_event_outlives_no_campaign(world: World) -> None:
    """A worker died between beginning it and writing that down; meanwhile the campaign was closed."""
    campaign = world.start(**with_events(SURGE | {"duration": 600}))
    world.until(lambda: Event.objects.filter(state="running").exists())
    Campaign.objects.update(state="stopped", slot=None)
    Step.objects.filter(state="injecting").update(state="failed")
    world.run(3)
    assert Event.objects.get().state == "ended"
    assert campaign.steps.count() == 2


def test_no_fault_begins_on_what_an_event_is_changing(world: World) -> None:
    """The other service's pods, and those of an event that changes none, are free."""
    event = event_create(request=EventRequest("scale", "cartservice", {"replicas": 3}, 60.0), by=world.user)
    event_create(request=EventRequest("load-surge", "", {"factor": 2}, 60.0), by=world.user)

    def passing(service: str) -> list[str]:
        return list(examine(InjectionRequest("cpu-stress", services=[service])).passing["pods"])

    [first, second] = passing("cartservice")
    assert first == f"cartservice-0 has part in a scale of cartservice that is not over (event {event.id})"
    assert second.startswith("cartservice-1")
    assert passing("frontend") == []
    world.run(62)
    assert passing("cartservice") == []


def test_the_campaign_waits_for_an_event_that_somebody_began(world: World) -> None:
    event_create(request=EventRequest("scale", "frontend", {"replicas": 3}, 25.0), by=world.user)
    campaign = world.start(matrix=ONE)
    world.until(lambda: "has part in a scale of frontend" in world.step(campaign, 0).reason)
    campaign = world.until_state(campaign, "completed")
    assert world.step(campaign, 0).state == "done"


def test_report_and_calendar_tell_of_them(world: World, api: APIClient) -> None:
    campaign = world.start(**with_events(RESTART, SURGE))
    planned = api.get("/api/v1/faults/calendar", {"kind": "load-surge"}).json()["entries"]
    assert [(each["state"], each["is_event"]) for each in planned] == [("planned", True)]
    world.until_state(campaign, "completed")
    [entry] = api.get("/api/v1/faults/calendar", {"kind": "load-surge"}).json()["entries"]
    assert (entry["state"], entry["event"], entry["origin"]) == (
        "past",
        str(Event.objects.get(kind="load-surge").id),
        "campaign",
    )
    report = report_of(campaign.id)
    assert [event.what for event in report.events] == ["rolling-restart", "load-surge"]
    assert len(report.hits) == 1
    assert "## Events, which are no faults" in as_markdown(report)
    assert as_html(report).count('class="event"') == 3, "two bars and the legend"


def test_they_are_seen_over_the_api(world: World, api: APIClient) -> None:
    campaign = world.until_state(world.start(**with_events(RESTART)), "completed")
    fault, event = api.get(f"/api/v1/campaigns/{campaign.id}").json()["steps"]
    assert (fault["is_event"], fault["event"], event["is_event"], event["injection"]) == (False, None, True, None)
    assert api.get(f"/api/v1/events/{event['event']}").json()["campaign_step"] == event["id"]
