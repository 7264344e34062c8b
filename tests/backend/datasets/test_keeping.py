"""What stays and what goes: readers, quota, age, and the mark to keep."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from common.errors import Conflict, Gone
from dataset_builder.knobs import Knobs
from datasets import selectors, services
from datasets.models import Dataset, State
from datasets.services import quota, removal
from platform_backend.config import config
from telemetry.records import Window
from tests.backend.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
Build = Callable[..., Dataset]


@pytest.fixture
def build(user: User, window: Window) -> Build:
    def run(name: str = "golden", by: User = user) -> Dataset:
        dataset = services.dataset_create(by=by, name=name, window=window)
        services.dataset_build(dataset_id=dataset.pk)
        return Dataset.objects.get(pk=dataset.pk)

    return run


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Other settings of datasets, for this test."""

    def change(**values: float) -> None:
        whole = config()
        changed = whole.model_copy(update={"datasets": whole.datasets.model_copy(update=values)})
        for module in (quota, removal):
            monkeypatch.setattr(module, "config", lambda: changed)

    return change


def test_a_dataset_that_is_read_goes_with_its_last_reader(build: Build, user: User) -> None:
    dataset = build()
    first, second = selectors.dataset_lease(dataset), selectors.dataset_lease(dataset)
    services.dataset_delete(dataset_id=dataset.pk, by=user)
    dataset.refresh_from_db()
    assert dataset.state == State.DELETING
    with pytest.raises(Gone):
        selectors.dataset_lease(dataset)
    first.close()
    assert services.deletions_finish() == 0
    services.leftovers_sweep()
    assert (second.folder / "golden.zip").stat().st_size == dataset.size
    second.close()
    assert services.deletions_finish() == 1
    assert not Dataset.objects.exists()
    assert not second.folder.exists()


def test_deleting_twice_is_one_deletion(build: Build, user: User) -> None:
    dataset = build()
    with selectors.dataset_lease(dataset):
        for _ in range(2):
            services.dataset_delete(dataset_id=dataset.pk, by=user)
    assert AuditEntry.objects.filter(action="dataset.delete").count() == 1


def test_a_dataset_beyond_the_quota_is_refused(
    build: Build, user: User, window: Window, configure: Callable[..., None]
) -> None:
    used = build().size
    assert used
    configure(quota_gigabytes_per_user=(used + 100) / 1e9)
    with pytest.raises(Conflict, match=r"Your datasets use .* GB of .* GB, and this one needs about .* GB"):
        services.dataset_create(by=user, name="second", window=window)
    services.dataset_create(
        by=user, name="second", window=window, knobs=Knobs(log_drop=1, trace_sampling=0, metric_step_s=3600)
    )
    other = person("bob")
    services.dataset_create(by=other, name="second", window=Window(window.start, window.start + 1))


def test_a_build_that_turns_out_too_large_fails_and_leaves_nothing(
    user: User, window: Window, configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "BYTES_PER_ROW", dict.fromkeys(quota.BYTES_PER_ROW, 0))
    configure(quota_gigabytes_per_user=100 / 1e9)
    dataset = services.dataset_create(by=user, name="golden", window=window)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert dataset.state == State.FAILED
    assert "datasets.quota_gigabytes_per_user" in dataset.error
    assert not selectors.store().archive(dataset.pk, dataset.name).parent.exists()


def age(dataset: Dataset, days: float) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(finished_at=timezone.now() - timedelta(days=days))


def test_old_datasets_go_but_for_those_kept_or_read(build: Build, user: User, configure: Callable[..., None]) -> None:
    old, kept, read, new = (build(name) for name in ("old", "kept", "read", "new"))
    for dataset in (old, kept, read):
        age(dataset, 8)
    age(new, 6)
    services.dataset_update(dataset_id=kept.pk, by=user, keep=True)
    assert services.datasets_expire() == 0  # there is no limit of age unless it is set
    configure(keep_days=7.0)
    with selectors.dataset_lease(read):
        assert services.datasets_expire() == 1
    assert set(Dataset.objects.values_list("name", flat=True)) == {"kept", "read", "new"}
    assert AuditEntry.objects.filter(action="dataset.expire").values_list("subject", flat=True).get() == str(old.pk)
    assert services.datasets_expire() == 1
    assert set(Dataset.objects.values_list("name", flat=True)) == {"kept", "new"}


def test_keep_is_the_choice_of_the_owner_and_of_administrators(build: Build, admin: User) -> None:
    dataset = build()
    stranger, chief = APIClient(), APIClient()
    stranger.force_authenticate(person("bob"))
    chief.force_authenticate(admin)
    url = f"/api/v1/datasets/{dataset.pk}"
    assert stranger.patch(url, {"keep": True}).status_code == 403
    assert chief.patch(url, {"keep": True}).json()["keep"] is True
    assert chief.patch(url, {"keep": None}).json()["errors"].keys() == {"keep"}


def test_only_so_many_are_at_work_at_once(build: Build, user: User, window: Window) -> None:
    """The others wait in the queue, so that the worker has threads left for faults."""
    dataset: Any = services.dataset_create(by=user, name="waiting", window=window)
    with selectors.store().place(), selectors.store().place():
        services.dataset_build(dataset_id=dataset.pk)
        dataset.refresh_from_db()
        assert (dataset.state, dataset.attempts) == (State.QUEUED, 0)
    services.dataset_build(dataset_id=dataset.pk)
    dataset.refresh_from_db()
    assert dataset.state == State.READY
