"""Clients hear of every write, in the transaction of the write, and are told cheaply that there was none."""

from collections.abc import Mapping
from threading import Barrier, Thread
from typing import Final

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.audit import TOPICS
from changes.models import Revision, Topic
from changes.selectors import revisions
from changes.services import changed
from faults.adapters.fake import FakeFaultDriver
from tests.backend.writes import CALLS, caller_of

URL: Final = "/api/v1/changes"


def test_nothing_new_is_304_with_an_empty_body(api: APIClient) -> None:
    first = api.get(URL)
    assert first.json() == {topic.value: 0 for topic in Topic}
    again = api.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_write_moves_its_topic_alone(api: APIClient) -> None:
    before = api.get(URL)
    with transaction.atomic():
        changed(Topic.DATASETS)
    after = api.get(URL, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json() == before.json() | {"datasets": before.json()["datasets"] + 1}


def test_any_of_several_tags_counts(api: APIClient) -> None:
    tag = api.get(URL).headers["ETag"]
    assert api.get(URL, headers={"If-None-Match": f'"other", {tag}'}).status_code == 304


def _moved(before: Mapping[str, int]) -> set[str]:
    return {topic for topic, number in revisions().items() if number > before[topic]}


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_every_write_of_the_api_is_told(operation: str, driver: FakeFaultDriver, db: None) -> None:
    call = caller_of(operation)
    prepare, write = CALLS[operation]
    thing = prepare(call)
    before = revisions()
    write(call, thing)
    assert _moved(before) >= {TOPICS[ENTITIES.get(operation.partition("_")[0], operation.partition("_")[0])]}


# By the first word of an operation's name: the entity that its audit entry is of.
ENTITIES: Final = {
    "tokens": "token",
    "injections": "injection",
    "experiments": "experiment",
    "datasets": "dataset",
    "campaigns": "campaign",
    "events": "event",
    "saved": "saved_campaign",
    "emergency": "emergency_stop",
    "sessions": "session",
    "registration": "user",
    "profile": "user",
    "password": "user",
    "users": "user",
    "invitations": "user",
}


@pytest.mark.django_db
def test_what_is_rolled_back_has_not_moved() -> None:
    before = revisions()
    with transaction.atomic():
        changed(Topic.USERS)
        transaction.set_rollback(True)
    assert revisions() == before


@pytest.mark.django_db(transaction=True)
def test_it_has_to_be_in_the_transaction_of_the_write() -> None:
    with pytest.raises(RuntimeError, match="outside of a transaction"):
        changed(Topic.USERS)


@pytest.mark.django_db(transaction=True)
def test_parallel_writes_are_all_counted() -> None:
    workers, each = 4, 10
    together = Barrier(workers)

    def write() -> None:
        together.wait(30)
        for _ in range(each):
            with transaction.atomic():
                changed(Topic.SYSTEM, Topic.DATASETS)
        connection.close()

    Revision.objects.update_or_create(topic=Topic.SYSTEM, defaults={"number": 0})
    Revision.objects.update_or_create(topic=Topic.DATASETS, defaults={"number": 0})
    threads = [Thread(target=write) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told = revisions()
    assert (told["system"], told["datasets"]) == (workers * each, workers * each)
