"""An event from its order to its end, and everything that may keep it from there."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from changes.selectors import revisions
from common.errors import Conflict, Unavailable, UserError
from events import selectors, services
from events.adapters.fake import FakeEventDriver
from events.catalogue import CATALOGUE
from events.models import Event
from events.services import EventRequest
from platform_backend.config import config
from systems.adapters.fake import FakeSystemDriver
from telemetry.records import Window

URL = "/api/v1/events"
SECOND = 1_000_000
SCALE = EventRequest("scale", "cartservice", {"replicas": 3}, duration_s=30)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("events")]


def looked_at(event: Event) -> Event:
    services.open_events_advance()
    return Event.objects.get(id=event.id)


def test_a_whole_one_is_measured(events: FakeEventDriver, clock: Any, user: User) -> None:
    event = services.event_create(request=SCALE, by=user)
    assert (event.state, event.start) == ("planned", None)
    event = looked_at(event)
    assert (event.state, event.end, event.pods[0]["pod"]) == ("running", None, "cartservice-0")
    clock.advance(30)
    event = looked_at(event)
    assert (event.state, event.end_reason, event.error) == ("ended", "completed", "")
    assert event.end - event.start == 30 * SECOND
    assert event.detail == {"kind": "scale"}
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == [
        "event.create",
        "event.running",
        "event.ended",
    ]
    assert looked_at(event).end == event.end
    assert events.begun == [str(event.id)]


def test_one_that_is_stopped_takes_the_way_back(clock: Any, user: User) -> None:
    event = services.event_create(request=SCALE, by=user)
    looked_at(event)
    clock.advance(5)
    services.event_stop(event_id=event.id, by=user)
    services.event_stop(event_id=event.id, by=user)
    looked_at(event)
    event = looked_at(event)
    assert (event.state, event.end_reason) == ("ended", "stopped")
    assert event.end - event.start == 5 * SECOND
    assert AuditEntry.objects.filter(action="event.stop").count() == 1


def test_what_the_driver_refuses_leaves_nothing(events: FakeEventDriver, user: User) -> None:
    events.refusal = "faults are blocked by an emergency stop of ada: smoke; release it first"
    with pytest.raises(Conflict, match="emergency stop of ada"):
        services.event_create(request=SCALE, by=user)
    assert not Event.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_answer_that_got_lost_is_asked_for_again(
    events: FakeEventDriver, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = events.begin

    def lost(spec: Any) -> None:
        begin(spec)
        raise Unavailable("timed out")

    monkeypatch.setattr(events, "begin", lost)
    event = services.event_create(request=SCALE, by=user)
    monkeypatch.setattr(events, "begin", begin)
    assert looked_at(event).state == "running"
    assert events.begun == [str(event.id)]


def test_one_that_never_came_to_the_driver_is_begun_by_the_clock_or_given_up(
    events: FakeEventDriver, clock: Any, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Any) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(events, "begin", away)
        first = services.event_create(request=SCALE, by=user)
        second = services.event_create(request=EventRequest("backup", "redis-cart"), by=user)
        looked_at(first)
    assert looked_at(first).state == "running"
    events.forget()
    Event.objects.filter(id=second.id).update(state="planned", start=None)
    clock.advance(61)
    event = looked_at(second)
    assert (event.state, event.error) == ("failed", services.NOT_BEGUN)


def test_a_record_that_is_lost_ends_it_honestly(events: FakeEventDriver, user: User) -> None:
    event = services.event_create(request=SCALE, by=user)
    looked_at(event)
    events.forget()
    event = looked_at(event)
    assert (event.state, event.error, event.end) == ("failed", services.VANISHED, None)


def test_an_outage_is_waited_for(events: FakeEventDriver, clock: Any, user: User) -> None:
    event = services.event_create(request=SCALE, by=user)
    looked_at(event)
    events.reachable = False
    clock.advance(3600)
    assert looked_at(event).state == "running"
    events.reachable = True
    event = looked_at(event)
    assert event.end - event.start == 30 * SECOND


@pytest.mark.parametrize(
    ("request_", "field", "why"),
    [
        (EventRequest("party", "frontend"), "kind", "no event is called 'party'; known: rolling-restart"),
        (EventRequest("scale", "cartservice"), "parameters.replicas", "missing"),
        (EventRequest("scale", "cartservice", {"replicas": 6}), "parameters.replicas", "expected 1 to 5"),
        (EventRequest("scale", "cartservice", {"replica": 2}), "parameters.replica", "has no such parameter"),
        (EventRequest("scale", "nobody", {"replicas": 2}), "service", "there is no service 'nobody'"),
        (EventRequest("scale", "loadgenerator", {"replicas": 2}), "service", "protected"),
        (EventRequest("rolling-restart", "frontend"), "service", "allow_last_replica"),
        (EventRequest("deploy", "frontend"), "service", "allow_last_replica"),
        (EventRequest("cache-flush", "redis-cart", duration_s=9), "duration_s", "takes the time it takes"),
        (EventRequest("backup", "redis-cart", duration_s=0.5), "duration_s", "expected 1 to 3600 s"),
        (EventRequest("load-surge", parameters={"factor": 1}), "parameters.factor", "expected 1.1 to 10"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(request_: EventRequest, field: str, why: str, user: User) -> None:
    with pytest.raises(UserError) as refused:
        services.event_create(request=request_, by=user)
    assert why in " ".join(refused.value.fields[field])
    assert not Event.objects.exists()


def test_one_that_lasts_has_the_default_duration_and_a_surge_its_service(user: User) -> None:
    event = services.event_create(request=EventRequest("load-surge"), by=user)
    assert (event.service, event.duration_s) == ("loadgenerator", config().faults.default_duration_s)
    assert event.parameters == {"factor": 2}


def test_the_last_replica_is_restarted_only_when_that_is_meant(user: User) -> None:
    request = EventRequest("rolling-restart", "frontend", allow_last_replica=True)
    assert services.event_create(request=request, by=user).service == "frontend"


def test_a_system_out_of_reach_is_unavailable(system: FakeSystemDriver, user: User) -> None:
    system.reachable = False
    with pytest.raises(Unavailable):
        services.event_create(request=SCALE, by=user)


def test_those_of_a_window(clock: Any, user: User) -> None:
    first = services.event_create(request=SCALE, by=user)
    start = looked_at(first).start
    clock.advance(60)
    services.open_events_advance()
    second = services.event_create(request=EventRequest("cache-flush", "redis-cart"), by=user)
    looked_at(second)

    def found(start_s: float, end_s: float) -> list[Any]:
        window = Window(start + round(start_s * SECOND), start + round(end_s * SECOND))
        return [each.id for each in selectors.events_in(window)]

    assert found(0, 100) == [first.id, second.id]
    assert found(-10, 0) == []
    assert found(30, 60) == []
    assert found(29, 30) == [first.id]
    assert found(60.5, 1000) == [second.id]  # goes on


class TestOverHttp:
    def test_begin_read_list_and_stop(self, api: APIClient) -> None:
        body = {"kind": "scale", "service": "cartservice", "parameters": {"replicas": 3}, "duration_s": 60}
        before = revisions()["events"]
        answer = api.post(URL, body)
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert (made["state"], made["created_by"], made["duration_s"]) == ("planned", "ada", 60)
        assert revisions()["events"] > before
        services.open_events_advance()
        assert api.get(f"{URL}/{made['id']}").json()["state"] == "running"
        assert [each["id"] for each in api.get(URL).json()["results"]] == [made["id"]]
        assert api.post(f"{URL}/{made['id']}/stop").status_code == 202

    def test_mistakes_are_named(self, api: APIClient) -> None:
        answer = api.post(URL, {"kind": "scale", "service": "cartservice", "parameters": {"replicas": "3"}})
        assert answer.status_code == 400
        assert answer.json()["errors"] == {"parameters.replicas": ['expected an integer, not "3"']}
        assert api.post(URL, {"kind": "scale", "pods": []}).json()["errors"].keys() == {"pods"}
        assert api.get(f"{URL}/00000000-0000-0000-0000-000000000000").status_code == 404

    def test_kinds_come_with_their_parameters(self, api: APIClient) -> None:
        told = {kind["name"]: kind for kind in api.get(f"{URL}/kinds").json()}
        assert told.keys() == CATALOGUE.keys()
        assert all(kind["supported"] for kind in told.values())
        assert [each["name"] for each in told["deploy"]["parameters"]] == ["pause_s", "version"]
