"""Two at the same moment: what one of them uses up, the other can't have. Locks decide, whatever the database."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connections

from common.errors import Conflict
from datasets.models import Dataset, Origin, State
from datasets.services import quota, working
from datasets.services.outcome import Outcome
from platform_backend.config import config

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("platform")]


def at_once(*calls: Callable[[], Any]) -> list[object]:
    """What each of them came to: its value, or its error."""
    gate = Barrier(len(calls), timeout=60)
    found: list[object] = []

    def run(call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            found.append(call())
        except Conflict as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return found


def building(by: User, origin: Origin = Origin.BUILT) -> Dataset:
    return Dataset.objects.create(name="d", format="csv", created_by=by, state=State.BUILDING, origin=origin)


def finish(dataset: Dataset, *, size: int = 60, digest: str = "") -> Callable[[], Any]:
    digest = digest or f"sha256:{uuid4().hex}"
    made = Outcome(config().datasets_dir, digest, size, tables={}, metrics={}, faults={})
    return lambda: working._finish(dataset.pk, made)


def test_two_builds_of_a_user_do_not_take_the_same_room(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "_limit", lambda by: 100)
    found = at_once(*[finish(building(user)) for _ in range(3)])
    assert [type(each) for each in found if each is not None] == [Conflict, Conflict]
    assert Dataset.objects.filter(state=State.READY).count() == 1


def test_of_two_imports_of_the_same_dataset_one_is_refused(user: User) -> None:
    users = [user, *(User.objects.create_user(name) for name in ("bob", "cleo"))]
    digest = f"sha256:{uuid4().hex}"
    found = at_once(*[finish(building(by, Origin.IMPORTED), digest=digest) for by in users])
    refused = [each for each in found if each is not None]
    assert all(isinstance(each, Conflict) and "is here already" in each.message for each in refused)
    assert (len(refused), Dataset.objects.filter(state=State.READY).count()) == (2, 1)
