"""The data card over the API, and what the platform knows about a window."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from campaigns.models import Campaign, Step
from campaigns.models import State as CampaignState
from datasets import selectors, services, sources
from datasets.models import Dataset
from datasets.origin import origin_of
from faults.models import Experiment, ExperimentState, Injection, Label, State
from platform_backend.config import config
from systems.adapters.fake import FakeSystemDriver
from systems.services import load_set
from telemetry.records import Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
URL = "/api/v1/datasets"
SECOND = 1_000_000


@pytest.fixture
def ready(api: APIClient, window: Window) -> str:
    made = api.post(URL, {"name": "golden", "from": window.start, "to": window.end})
    services.dataset_build(dataset_id=made.data["id"])
    return str(made.data["id"])


def test_as_json(api: APIClient, ready: str) -> None:
    answer = api.get(f"{URL}/{ready}/card")

    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json()["card"]["name"] == "golden"
    assert answer.json()["card"]["licence"] == config().datasets.licence
    assert answer.json()["answers"]["injections"] == []


@pytest.mark.parametrize("asked", [{"HTTP_ACCEPT": "text/markdown"}, {"QUERY_STRING": "format=markdown"}])
def test_as_a_page(api: APIClient, ready: str, asked: dict[str, Any]) -> None:
    answer = api.get(f"{URL}/{ready}/card", **asked)

    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    page = answer.content.decode()
    assert page.startswith("# golden\n")
    assert "# golden: what was injected" in page


def test_only_of_what_is_there_and_for_who_may(api: APIClient, ready: str, window: Window) -> None:
    queued = api.post(URL, {"name": "other", "from": window.start, "to": window.end}).data["id"]

    assert api.get(f"{URL}/{queued}/card").status_code == 409
    assert api.get(f"{URL}/00000000-0000-0000-0000-000000000000/card").status_code == 404
    assert APIClient().get(f"{URL}/{ready}/card").status_code in (401, 403)
    assert api.get(f"{URL}/{queued}/card", HTTP_ACCEPT="text/markdown").status_code == 409


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"elsewhere/card.json": "{}", "elsewhere/groundtruth/card.json": '{"injections": []}'}, 200),
        ({"golden/log/log.csv": ""}, 404),
        ({"golden/card.json": "{", "golden/groundtruth/card.json": "{}"}, 404),
        ({"golden/card.json": "[]", "golden/groundtruth/card.json": "{}"}, 404),
        ({"golden/card.json": '{"kpis": {"a": {"requests": "7"}}}', "golden/groundtruth/card.json": "{}"}, 404),
        ({"golden/card.json": "{}", "golden/groundtruth/card.json": '{"load": {"set": [{"at": NaN}]}}'}, 404),
        ({"golden/card.json": "{}", "golden/groundtruth/card.json": '{"series": {"step_s": "x"}}'}, 404),
        ({"a/card.json": "{}", "b/card.json": "{}", "a/groundtruth/card.json": "{}"}, 404),
    ],
    ids=["another folder", "no card", "not JSON", "no object", "a text", "not a number", "series", "two cards"],
)
def test_a_dataset_made_elsewhere(api: APIClient, ready: str, members: dict[str, str], status: int) -> None:
    dataset = Dataset.objects.get(pk=ready)
    with zipfile.ZipFile(selectors.archive_path(dataset), "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    assert api.get(f"{URL}/{ready}/card").status_code == status


def test_a_card_of_the_first_version_is_shown(api: APIClient, ready: str) -> None:
    """What it does not tell has a default; what its manifest tells is taken from there."""
    dataset = Dataset.objects.get(pk=ready)
    load = {"seed": 42, "set": [], "measured": {"step_s": 10, "requests_per_second": [1.5, 2.0]}}
    with zipfile.ZipFile(selectors.archive_path(dataset), "w") as archive:
        archive.writestr("golden/card.json", json.dumps({"card_version": 1, "name": "golden", "load": load}))
        archive.writestr("golden/groundtruth/card.json", json.dumps({"injections": [], "normal": []}))

    found = api.get(f"{URL}/{ready}/card").json()

    assert found["card"]["load"] == {"seed": 42, "measured": {"requests_per_second": None}}
    assert (found["card"]["card_version"], found["card"]["format"]) == (1, "csv")
    assert found["card"]["rows"]["tables"] == Dataset.objects.get(pk=ready).counts["tables"]
    assert (found["answers"]["events"], found["series"]) == ([], None)


def test_a_card_has_series_to_draw(api: APIClient, ready: str, window: Window) -> None:
    series = api.get(f"{URL}/{ready}/card").json()["series"]
    steps = (window.end - window.start) // (series["step_s"] * SECOND)
    assert {len(values) for each in series["services"].values() for values in each.values()} == {steps}
    assert any(value for each in series["services"].values() for value in each["requests_per_second"])


def moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / SECOND, UTC)


def injected(window: Window, **more: Any) -> Injection:
    begun = window.start + 5 * SECOND
    row = Injection.objects.create(
        kind="cpu-stress",
        duration_s=5,
        state=State.RECOVERED,
        requested_at=moment(begun),
        deadline=moment(begun),
        ended_at=moment(begun + 5 * SECOND),
        **more,
    )
    Label.objects.create(
        injection=row,
        pod="cartservice-0",
        service="cartservice",
        kind=row.kind,
        start=begun,
        end=begun + 5 * SECOND,
        effect_checked=True,
    )
    return row


def campaign(window: Window, *, started_s: float, finished_s: float | None, name: str) -> Campaign:
    return Campaign.objects.create(
        name=name,
        seed=5,
        digest="sha256:ab",
        content={"name": name, "load": 20.0, "matrix": [{"fault": "cpu-stress", "services": ["cartservice"]}]},
        expected_s=60,
        state=CampaignState.COMPLETED,
        created_at=moment(window.start),
        started_at=moment(window.start + round(started_s * SECOND)),
        finished_at=None if finished_s is None else moment(window.start + round(finished_s * SECOND)),
    )


def test_origin_names_campaigns_and_experiments_of_the_window(window: Window) -> None:
    campaign(window, started_s=-100, finished_s=-1, name="before")
    running = campaign(window, started_s=-100, finished_s=None, name="running")
    campaign(window, started_s=60, finished_s=70, name="after")
    step = Step.objects.create(
        campaign=running,
        index=0,
        group=0,
        plan_id=running.pk,
        fault="cpu-stress",
        service="cartservice",
        pods="one",
        draw=0.5,
        duration_s=5,
    )
    nightly = Experiment.objects.create(
        name="nightly",
        kind="cpu-stress",
        duration_s=5,
        schedule="cron",
        cron="0 3 * * *",
        state=ExperimentState.FINISHED,
        created_at=moment(window.start),
    )
    by_campaign, by_experiment = injected(window, campaign_step=step.pk), injected(window, experiment=nightly)
    by_hand = injected(window)

    origin = origin_of(window, sources.injections(window))

    assert [(each["name"], each["seed"], each["requests_per_second"]) for each in origin.campaigns] == [
        ("running", 5, 20.0)
    ]
    assert [(each["name"], each["cron"]) for each in origin.experiments] == [("nightly", "0 3 * * *")]
    assert origin.ordered_by == {str(by_campaign.pk): "campaign running", str(by_experiment.pk): "experiment nightly"}
    assert str(by_hand.pk) not in origin.ordered_by


def test_origin_counts_what_the_steps_came_to_by_the_end_of_the_window(window: Window) -> None:
    running = campaign(window, started_s=-100, finished_s=None, name="running")
    finished = {"done": -9, "failed": 1, "skipped": 2, "unusable": 3, "after the window": 61, "open": None}
    for index, (what, at_s) in enumerate(finished.items()):
        Step.objects.create(
            campaign=running,
            index=index,
            group=index,
            plan_id=running.pk,
            fault="cpu-stress",
            service="cartservice",
            pods="one",
            draw=0.5,
            duration_s=5,
            state=what if what in ("failed", "skipped") else "pending" if what == "open" else "done",
            unusable="cartservice-1 had not recovered" if what == "unusable" else "",
            finished_at=None if at_s is None else moment(window.start + at_s * SECOND),
        )
    [told] = origin_of(window, []).campaigns
    assert told["steps"] == {"total": 6, "done": 1, "failed": 1, "skipped": 1, "unusable": 1, "later": 2}


def test_origin_tells_which_load_was_set(window: Window, user: User) -> None:
    for offset, rate in ((-50, 1.0), (-5, 2.0), (10, 3.0), (60, 4.0)):
        load_set(rate=rate, by=user)
        made = AuditEntry.objects.filter(action="system.load_set").latest("pk")
        AuditEntry.objects.filter(pk=made.pk).update(at=moment(window.start) + timedelta(seconds=offset))

    assert origin_of(window, []).load_set == [
        {"at": window.start - 5 * SECOND, "requests_per_second": 2.0},
        {"at": window.start + 10 * SECOND, "requests_per_second": 3.0},
    ]


@pytest.mark.parametrize("kind", ["csv", "parquet", "rcaeval", "openrca"])
def test_what_is_going_on_while_it_is_built_is_not_in_it(
    api: APIClient, window: Window, user: User, system: FakeSystemDriver, kind: str
) -> None:
    """Neither the load of that time nor the state of pods: the same window gives the same digest."""
    load_set(rate=7.5, by=user)
    AuditEntry.objects.filter(action="system.load_set").update(at=moment(window.start - SECOND))
    injected(window)

    def built() -> Dataset:
        made = api.post(URL, {"name": "golden", "format": kind, "from": window.start, "to": window.end})
        services.dataset_build(dataset_id=made.data["id"])
        return Dataset.objects.get(pk=made.data["id"])

    first = built()
    load_set(rate=50.0, by=user)
    system.down.add("cartservice-0")
    system.recreated.append("frontend-0")
    again = built()

    assert first.digest == again.digest
    manifest = json.loads(api.get(f"{URL}/{again.pk}/manifest").content)
    assert manifest["load"] == {"requests_per_second": 7.5, "seed": config().shop.load_seed}


def test_without_a_change_the_load_is_that_of_the_settings(api: APIClient, ready: str, user: User) -> None:
    manifest = json.loads(api.get(f"{URL}/{ready}/manifest").content)
    assert manifest["load"]["requests_per_second"] == config().shop.load_rate


def test_a_build_asks_for_its_origin(api: APIClient, window: Window, user: User) -> None:
    injected(window, experiment=None)
    made = api.post(URL, {"name": "golden", "from": window.start, "to": window.end})
    services.dataset_build(dataset_id=made.data["id"])

    answers = api.get(f"{URL}/{made.data['id']}/card").json()["answers"]

    assert [each["kind"] for each in answers["injections"]] == ["cpu-stress"]
    assert json.dumps(answers).count("cartservice-0") == 1
