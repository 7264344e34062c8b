"""Who did not make a thing and is no admin changes nothing of it, whatever operation is tried."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from accounts.ownership import owner_or_admin
from common.errors import Forbidden
from faults import emergency
from faults.adapters.fake import FakeFaultDriver
from faults.models import EmergencyStop, Injection, PodQuarantine
from tests.backend.people import person
from tests.backend.writes import CALLS, SCHEMA, Caller

STOP: Final = "/api/v1/faults/emergency-stop"
# Of a thing, though its path does not name which.
OF_A_THING: Final = {"emergency_stop_release"}
# Others' tokens and sessions are not even known to exist.
HIDDEN: Final = {"tokens_delete", "sessions_delete"}
# Of the platform itself; that they are for admins, test_roles.py shows.
ADMINS: Final = {"users_update", "invitations_delete"}


def _of_things() -> list[str]:
    """The writes of the schema that name a thing."""
    named = {
        operation["operationId"]
        for path, operations in SCHEMA["paths"].items()
        for method, operation in operations.items()
        if "{" in path and method in ("post", "put", "patch", "delete")
    }
    return sorted((named | OF_A_THING) - ADMINS)


class Refused(Caller):
    """Expects no write to succeed."""

    answers: list[Any]

    def _check(self, answer: Any) -> Any:
        self.answers = [*getattr(self, "answers", []), answer]
        return {}


@pytest.fixture
def owner(user: User, driver: FakeFaultDriver) -> Caller:
    return Caller(user)


@pytest.fixture
def stranger(db: None) -> Refused:
    return Refused(person("mallory"))


def everything() -> Mapping[str, Any]:
    """All rows of all tables of our own."""
    ours = ("accounts", "events", "faults", "datasets", "campaigns")
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for app in ours
        for model in apps.get_app_config(app).get_models()
    }


@pytest.mark.parametrize("operation", _of_things())
def test_a_stranger_is_refused_and_nothing_changes(operation: str, owner: Caller, stranger: Refused) -> None:
    prepare, write = CALLS[operation]
    thing = prepare(owner)
    before = everything()
    write(stranger, thing)
    [answer] = stranger.answers
    assert answer.status_code == (404 if operation in HIDDEN else 403), answer.content
    assert everything() == before
    if operation not in HIDDEN:
        assert "belongs to ada; only they or an admin may" in answer.json()["detail"]


@pytest.mark.parametrize("operation", sorted(set(_of_things()) - HIDDEN))
def test_an_admin_may(operation: str, owner: Caller, admin: User) -> None:
    prepare, write = CALLS[operation]
    write(Caller(admin), prepare(owner))


@pytest.mark.parametrize("operation", sorted(set(_of_things()) - HIDDEN - OF_A_THING))
def test_what_nobody_owns_is_left_to_admins(operation: str, owner: Caller, stranger: Refused) -> None:
    """Its user has been deleted."""
    prepare, write = CALLS[operation]
    thing = prepare(owner)
    owner.user.delete()
    write(stranger, thing)
    assert "belongs to no user; only an admin may" in stranger.answers[0].json()["detail"]


def test_the_platform_itself_may() -> None:
    owner_or_admin(None, owner=None, thing="It", to="stop")


def test_stopping_again_is_refused_too_when_it_is_over(owner: Caller, stranger: Refused) -> None:
    """Not the state decides whether a stranger may ask."""
    injection = owner.injection()
    owner.post(f"/faults/injections/{injection}/stop")
    Injection.objects.update(state="recovered")
    stranger.post(f"/faults/injections/{injection}/stop")
    assert stranger.answers[0].status_code == 403


def test_a_dataset_to_keep_survives_strangers(owner: Caller, stranger: Refused) -> None:
    dataset = owner.dataset()
    owner.patch(f"/datasets/{dataset}", {"keep": True})
    owner.post(f"/datasets/{dataset}/cancel")
    stranger.delete(f"/datasets/{dataset}")
    stranger.patch(f"/datasets/{dataset}", {"keep": False})
    assert [answer.status_code for answer in stranger.answers] == [403, 403]
    assert owner.client.get(f"/api/v1/datasets/{dataset}").json()["keep"]


def test_a_quarantine_without_an_injection_is_the_admins(stranger: Refused, owner: Caller) -> None:
    owner.quarantine()
    PodQuarantine.objects.update(injection=None)
    with pytest.raises(AssertionError, match="belongs to no user"):
        owner.post("/faults/quarantine/frontend-0/clear")


def test_anyone_presses_the_emergency_stop(owner: Caller, stranger: Refused) -> None:
    injection = owner.injection()
    stranger.emergency_stop()
    assert stranger.answers[0].status_code == 201
    assert injection in stranger.answers[0].json()["ended"]


def test_the_admins_stop_is_not_released_by_pressing_it_again(
    owner: Caller, admin: User, driver: FakeFaultDriver
) -> None:
    """Each takes back their own; faults are allowed when none is left."""
    Caller(admin).post("/faults/emergency-stop", {"reason": "customers see errors"})
    owner.emergency_stop()
    left = owner.post("/faults/emergency-stop/release")
    assert (left["blocked"], left["by"], left["reason"]) == (True, "admin", "customers see errors")
    held = driver.blocked()
    assert held is not None
    assert (held.stop_id, held.by) == (left["id"], "admin")
    emergency.reconcile()
    assert driver.blocked() == held
    refused = owner.client.post(f"{STOP}/release")
    assert (refused.status_code, EmergencyStop.objects.filter(released_at=None).count()) == (403, 1)
    assert not Caller(admin).post("/faults/emergency-stop/release")["blocked"]
    assert driver.blocked() is None


def test_two_users_stops_are_released_one_by_one(owner: Caller, driver: FakeFaultDriver) -> None:
    other = Caller(person("bob"))
    for caller in (owner, other):
        caller.emergency_stop()
    assert owner.post("/faults/emergency-stop/release")["by"] == "bob"
    assert not other.post("/faults/emergency-stop/release")["blocked"]
    assert driver.blocked() is None


def test_the_stop_of_the_command_line_is_the_admins(owner: Caller, driver: FakeFaultDriver) -> None:
    """A user of the same name has not pressed it."""
    from faults.ports import Block

    driver.block(Block("b1f4a1f0-45a1-4c0e-b2f5-5d9c6c1e0a01", "web is down", "ada"))
    assert owner.client.post(f"{STOP}/release").status_code == 403
    assert driver.blocked() is not None


def test_who_asks_without_sign_in_is_asked_to(owner: Caller) -> None:
    injection = owner.injection()
    assert APIClient().post(f"/api/v1/faults/injections/{injection}/stop").status_code == 401


def test_the_refusal_names_thing_owner_and_verb(user: User, db: None) -> None:
    mallory = person("mallory")
    with pytest.raises(Forbidden) as refused:
        owner_or_admin(mallory, owner=user, thing="Dataset golden", to="delete")
    assert refused.value.message == "Dataset golden belongs to ada; only they or an admin may delete it."
