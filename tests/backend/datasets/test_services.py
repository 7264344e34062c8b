"""A dataset's life: queued, built, cancelled, failed, resumed, deleted; and what stays on the disk."""

import errno
import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, NotFound, UserError
from dataset_builder.build import CountMismatch
from dataset_builder.manifest import digest
from datasets import selectors, services, sources, watch
from datasets.models import Dataset, State
from datasets.services import builds, working
from events.models import Event
from events.models import State as EventState
from faults.models import Injection, Label
from faults.models import State as FaultState
from platform_backend.config import config
from telemetry.records import Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


@pytest.fixture(autouse=True)
def always_saving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "INTERVAL_S", 0.01)


@pytest.fixture
def dataset(user: User, window: Window) -> Dataset:
    return services.dataset_create(by=user, name="golden", window=window)


def files() -> list[str]:
    root: Path = config().datasets_dir
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def injection(window: Window, state: FaultState, start: int | None, end: int | None) -> Injection:
    made = Injection.objects.create(
        kind="pod-failure",
        requested={"services": ["cartservice"], "pods": []},
        duration_s=10,
        state=state,
        requested_at=datetime.fromtimestamp(window.start / 1e6, UTC),
        deadline=timezone.now(),
    )
    if start is not None:
        Label.objects.create(
            injection=made,
            pod="cartservice-0",
            service="cartservice",
            kind=made.kind,
            start=start,
            end=end,
            effect_checked=True,
        )
    return made


def test_create_queues_one_message_and_audits(
    user: User, window: Window, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks() as messages:
        dataset = services.dataset_create(by=user, name="golden", window=window)
    assert (dataset.state, len(messages)) == (State.QUEUED, 1)
    entry = AuditEntry.objects.get(action="dataset.create")
    assert (entry.actor_name, entry.subject) == ("ada", str(dataset.pk))


def test_build_makes_a_ready_dataset(dataset: Dataset, platform: Any, window: Window) -> None:
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.error) == (State.READY, "")
    stored = {table: platform.count(table, window) for table in ("logs", "spans", "samples")}
    assert dataset.counts["tables"] == stored
    assert dataset.rows_done == dataset.rows_total == sum(stored.values())
    path = selectors.archive_path(dataset)
    assert (path.name, path.stat().st_size) == ("golden.zip", dataset.size)
    with zipfile.ZipFile(path) as archive:
        assert digest(archive.read("golden/dataset.json")) == dataset.digest
    assert files() == [f"{dataset.pk}/dataset.json", f"{dataset.pk}/golden.zip"]


def test_double_delivery_builds_once(dataset: Dataset) -> None:
    services.dataset_build(dataset_id=dataset.pk)
    finished = Dataset.objects.get(pk=dataset.pk)
    services.dataset_build(dataset_id=dataset.pk)
    again = Dataset.objects.get(pk=dataset.pk)
    assert (again.finished_at, again.attempts) == (finished.finished_at, 1)


def test_a_second_builder_leaves_the_first_alone(dataset: Dataset) -> None:
    with selectors.store().work(dataset.pk):
        services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.attempts) == (State.QUEUED, 0)


def test_building_what_is_gone_does_nothing() -> None:
    services.dataset_build(dataset_id=uuid4())
    assert files() == []


def test_the_same_window_gives_the_same_digest_and_bytes(user: User, window: Window) -> None:
    made = [services.dataset_create(by=user, name="golden", window=window) for _ in range(2)]
    for each in made:
        services.dataset_build(dataset_id=each.pk)
        each.refresh_from_db()
    assert made[0].digest == made[1].digest
    assert selectors.archive_path(made[0]).read_bytes() == selectors.archive_path(made[1]).read_bytes()


def test_effect_and_normal_times_reach_the_dataset(user: User, window: Window) -> None:
    made = injection(window, FaultState.RECOVERED, window.start + 5_000_000, window.start + 9_400_000)
    evidence = {"kpi": "the pod is not ready", "test": "fisher", "p_value": 1e-9}
    Label.objects.update(effect="confirmed", evidence=evidence, onset=window.start + 5_700_000)
    dataset = services.dataset_create(by=user, name="golden", window=window)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    with zipfile.ZipFile(selectors.archive_path(dataset)) as archive:
        pods = json.loads(archive.read("golden/groundtruth/injections.json"))["injections"][0]["pods"]
        normal = json.loads(archive.read("golden/groundtruth/normal.json"))
        limits = " ".join(json.loads(archive.read("golden/dataset.json"))["limits"])
    assert pods[0]["effect"] == "confirmed"
    assert (pods[0]["evidence"], pods[0]["onset"]) == (evidence, window.start + 5_700_000)
    assert made.labels.get().onset == pods[0]["onset"]
    assert [(each["start"], each["end"], each["verdict"]) for each in normal["normal"]] == [
        (window.start, window.start + 5_000_000, "unknown"),
        (window.start + 19_400_000, window.end, "unknown"),
    ]
    assert "not measured" not in limits


def event(window: Window, start_s: float, end_s: float | None, **more: Any) -> Event:
    ended = {} if end_s is None else {"end": window.start + round(end_s * 1_000_000), "state": EventState.ENDED}
    return Event.objects.create(
        kind="rolling-restart",
        service="cartservice",
        start=window.start + round(start_s * 1_000_000),
        created_at=timezone.now(),
        **({"state": EventState.RUNNING} | ended | more),
    )


def test_events_reach_the_dataset_and_take_no_normal_time(user: User, window: Window) -> None:
    pods = [{"pod": "cartservice-0", "start": window.start, "end": window.start + 2_000_000}]
    made = event(window, 5, 9, pods=pods)
    event(window, -9, -5)
    dataset = services.dataset_create(by=user, name="golden", window=window)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    with zipfile.ZipFile(selectors.archive_path(dataset)) as archive:
        (told,) = json.loads(archive.read("golden/groundtruth/events.json"))["events"]
        normal = json.loads(archive.read("golden/groundtruth/normal.json"))["normal"]
        card = json.loads(archive.read("golden/groundtruth/card.json"))
        page = archive.read("golden/groundtruth/labels.md").decode()
    assert (told["event"], told["kind"], told["start"], told["end"]) == (
        str(made.pk),
        "rolling-restart",
        made.start,
        made.end,
    )
    assert told["pods"] == pods
    assert [(each["start"], each["end"]) for each in normal] == [(window.start, window.end)]
    assert [each["event"] for each in card["events"]] == [str(made.pk)]
    assert "| rolling-restart | cartservice | +5.0 s | 4.0 s | cartservice-0 |" in page


def test_a_window_with_an_event_that_goes_on_is_refused(user: User, window: Window) -> None:
    going_on = event(window, 5, None)
    with pytest.raises(Conflict, match="rolling-restart of cartservice"):
        services.dataset_create(by=user, name="golden", window=window)
    Event.objects.filter(pk=going_on.pk).update(start=window.end + 1)
    services.dataset_create(by=user, name="golden", window=window)


def test_a_build_waits_until_effects_are_checked(user: User, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    injection(window, FaultState.RECOVERED, window.start + 5_000_000, window.start + 9_400_000)
    Label.objects.update(effect_checked=False)
    dataset = services.dataset_create(by=user, name="golden", window=window)
    looks: list[float] = []

    def pause(self: watch.Watch, seconds: float) -> None:
        looks.extend([seconds] if seconds > 0 else [])
        if len(looks) == 3:
            Label.objects.update(effect="absent", effect_checked=True)

    monkeypatch.setattr(watch.Watch, "pause", pause)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, looks) == (State.READY, [builds.LOOK_EVERY_S] * 3)


def test_a_build_without_checked_effects_is_refused_in_the_end(
    user: User, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "EFFECTS_WAIT_S", 0.0)
    injection(window, FaultState.RECOVERED, window.start + 5_000_000, window.start + 9_400_000)
    Label.objects.update(effect_checked=False)
    dataset = services.dataset_create(by=user, name="golden", window=window)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert dataset.state == State.FAILED
    assert "effects of faults in this window are not checked yet: pod-failure" in dataset.error
    assert files() == []


def test_labels_of_the_faults_app_reach_the_dataset(user: User, window: Window) -> None:
    made = injection(window, FaultState.RECOVERED, window.start + 5_000_000, window.start + 9_400_000)
    dataset = services.dataset_create(by=user, name="golden", window=window)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    with zipfile.ZipFile(selectors.archive_path(dataset)) as archive:
        truth = archive.read("golden/groundtruth/groundtruth.json").decode()
        full = archive.read("golden/groundtruth/injections.json").decode()
    assert '"pod-failure"' in truth
    assert str(made.pk) in full


def test_a_fault_still_running_refuses_the_window(user: User, window: Window) -> None:
    injection(window, FaultState.ACTIVE, window.start + 5_000_000, None)
    with pytest.raises(Conflict, match="wait until they have ended"):
        services.dataset_create(by=user, name="golden", window=window)
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("name", ["", "../evil", "a/b", ".hidden", "x" * 101, "line\nbreak"])
def test_names_that_are_no_folder_are_refused(user: User, window: Window, name: str) -> None:
    with pytest.raises(UserError) as caught:
        services.dataset_create(by=user, name=name, window=window)
    assert caught.value.fields.keys() == {"name"}


def test_windows_in_the_future_or_too_long_are_refused(user: User) -> None:
    now = time.time_ns() // 1000
    with pytest.raises(UserError) as future:
        services.dataset_create(by=user, name="golden", window=Window(now, now + 60_000_000))
    assert future.value.fields.keys() == {"to"}
    with pytest.raises(UserError) as long:
        services.dataset_create(by=user, name="golden", window=Window(now - 25 * 3600 * 1_000_000, now))
    assert "datasets.max_window_hours" in long.value.fields["to"][0]


def test_cancel_before_the_build(dataset: Dataset, user: User) -> None:
    services.dataset_cancel(dataset_id=dataset.pk, by=user)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.attempts, files()) == (State.CANCELLED, 0, [])


def test_cancel_while_building_leaves_nothing(dataset: Dataset, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work stands still from its first word on; the watch hears of the cancel and ends it."""
    began = Signal()
    call, save = watch.Watch.__call__, watch.Watch.save

    def standing(self: watch.Watch, *, rows: int = 0, written: int = 0, total: int | None = None) -> None:
        began.set()
        deadline = time.monotonic() + 30
        while not self._stopped and time.monotonic() < deadline:
            time.sleep(0.01)
        call(self, rows=rows, written=written, total=total)

    def cancelling(self: watch.Watch) -> None:
        if began.is_set():
            services.dataset_cancel(dataset_id=dataset.pk, by=user)
        save(self)

    monkeypatch.setattr(watch.Watch, "__call__", standing)
    monkeypatch.setattr(watch.Watch, "save", cancelling)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, files()) == (State.CANCELLED, [])


def test_cancel_at_the_last_moment_leaves_nothing(
    dataset: Dataset, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = selectors.Store.publish

    def cancelling(*arguments: Any) -> None:
        publish(*arguments)
        services.dataset_cancel(dataset_id=dataset.pk, by=user)

    monkeypatch.setattr(selectors.Store, "publish", cancelling)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, files()) == (State.CANCELLED, [])


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: "),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (ValueError("a bug"), "internal error"),
    ],
)
def test_failure_leaves_only_its_reason(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, error: Exception, shown: str
) -> None:
    def failing(*_: Any, work: Path, **__: Any) -> None:
        work.mkdir(parents=True, exist_ok=True)
        (work / "half.csv").write_text("x")
        raise error

    monkeypatch.setattr(builds, "build", failing)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, files()) == (State.FAILED, [])
    assert shown in dataset.error


def test_counts_that_never_agree_fail_loudly(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def mismatching(*_: Any, **__: Any) -> None:
        raise CountMismatch("spans: wrote 0 rows, the store counts 5")

    monkeypatch.setattr(builds, "build", mismatching)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, files()) == (State.FAILED, [])
    assert "spans: wrote 0 rows, the store counts 5" in dataset.error


def test_stalled_builds_are_queued_again_once(
    dataset: Dataset, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    assert services.builds_resume() == 0
    Dataset.objects.update(state=State.BUILDING, heartbeat=timezone.now() - 2 * working.STALE)
    with django_capture_on_commit_callbacks() as messages:
        assert [services.builds_resume(), services.builds_resume()] == [1, 0]
    assert len(messages) == 1
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert dataset.state == State.READY


def test_a_build_that_kills_its_workers_is_given_up(dataset: Dataset) -> None:
    Dataset.objects.update(state=State.BUILDING, attempts=working.MAX_ATTEMPTS)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, files()) == (State.FAILED, [])
    assert "died" in dataset.error


def test_a_system_out_of_reach_postpones_the_build(dataset: Dataset, system: Any) -> None:
    system.reachable = False
    for _ in range(working.MAX_ATTEMPTS - 1):
        services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.error) == (State.BUILDING, "The fake system is out of reach.")
    system.reachable = True
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.error) == (State.READY, "")


def test_a_system_that_stays_out_of_reach_fails_the_build(dataset: Dataset, system: Any) -> None:
    system.reachable = False
    for _ in range(working.MAX_ATTEMPTS):
        services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.error, files()) == (State.FAILED, "The fake system is out of reach.", [])


def test_delete_removes_row_and_files(
    dataset: Dataset, user: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with pytest.raises(Conflict, match="cancel it first"):
        services.dataset_delete(dataset_id=dataset.pk, by=user)
    services.dataset_build(dataset_id=dataset.pk)
    with django_capture_on_commit_callbacks(execute=True):
        services.dataset_delete(dataset_id=dataset.pk, by=user)
    assert (Dataset.objects.count(), files()) == (0, [])
    with pytest.raises(NotFound):
        services.dataset_delete(dataset_id=dataset.pk, by=user)


def test_sweep_removes_orphans_and_keeps_datasets(dataset: Dataset) -> None:
    services.dataset_build(dataset_id=dataset.pk)
    root = config().datasets_dir
    orphan, half = root / str(uuid4()), root / ".building" / str(uuid4())
    for folder in (orphan, half):
        folder.mkdir(parents=True)
        (folder / "x.csv").write_text("x")
    services.leftovers_sweep()
    assert files() == [f"{dataset.pk}/dataset.json", f"{dataset.pk}/golden.zip"]
    assert not half.exists()


def test_gaps_are_listed_as_far_as_they_lie_in_the_window(tmp_path: Path, window: Window) -> None:
    inside = {"start_us": window.start - 5, "end_us": window.start + 5, "table": "samples", "reason": "restart"}
    before = inside | {"start_us": 1, "end_us": window.start}
    path = tmp_path / "gaps.jsonl"
    path.write_text(f"{json.dumps(before)}\n{json.dumps(inside)}\n" + '{"start_us": 12')
    assert list(sources.gaps(path, window)) == [inside | {"start_us": window.start}]
    assert list(sources.gaps(tmp_path / "none.jsonl", window)) == []
