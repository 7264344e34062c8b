"""Who there is: invited, registered, promoted, disabled; and never without an admin."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.models import Invitation
from accounts.roles import role_of
from common.errors import Conflict
from common.roles import Role
from platform_backend.config import Config
from tests.backend.people import person

PASSWORD = "correct horse battery"
INVITATIONS, REGISTRATION, SESSION, USERS = (
    f"/api/v1/{name}" for name in ("invitations", "registration", "session", "users")
)
GRACE = {"username": "grace", "email": "grace@example.org", "password": PASSWORD}


@pytest.fixture
def root(db: None) -> APIClient:
    client = APIClient()
    client.force_authenticate(person("root", Role.ADMIN))
    return client


@pytest.fixture
def registration(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets accounts.registration."""
    from accounts.services import people

    settings = people.config()

    def be(allowed: str) -> None:
        changed: Config = settings.model_copy(
            update={"accounts": settings.accounts.model_copy(update={"registration": allowed})}
        )
        monkeypatch.setattr(people, "config", lambda: changed)

    return be


def invite(root: APIClient, email: str = "grace@example.org") -> str:
    invited = root.post(INVITATIONS, {"email": email}).json()
    assert invited["link"] in mail.outbox[-1].body
    return str(invited["link"].partition("invitation=")[2])


def test_the_invited_make_their_account_once_and_are_viewers(root: APIClient) -> None:
    token = invite(root)
    visitor = APIClient()
    assert visitor.get(REGISTRATION, {"invitation": token}).json() == {
        "allowed": "invitation",
        "email": "grace@example.org",
    }
    made = visitor.post(REGISTRATION, GRACE | {"invitation": token})
    assert made.status_code == 201, made.content
    assert (made.json()["role"], made.json()["signed_in"]) == ("viewer", True)
    again = APIClient().post(REGISTRATION, GRACE | {"username": "other", "invitation": token})
    assert again.status_code == 400
    assert "not valid any more" in again.json()["detail"]
    assert root.get(INVITATIONS).json() == []


def test_nobody_joins_without_an_invitation_unless_it_is_open(db: None, registration: Any) -> None:
    assert APIClient().post(REGISTRATION, GRACE).status_code == 403
    registration("open")
    assert APIClient().post(REGISTRATION, GRACE).json()["role"] == "viewer"
    registration("off")
    assert APIClient().post(REGISTRATION, GRACE | {"username": "x", "email": "x@example.org"}).status_code == 403


def test_nobody_is_invited_while_registration_is_off(root: APIClient, registration: Any) -> None:
    registration("off")
    refused = root.post(INVITATIONS, {"email": "grace@example.org"})
    assert (refused.status_code, Invitation.objects.count()) == (409, 0)


@pytest.mark.parametrize("spoil", ["forged", "withdrawn", "late", "another address"])
def test_an_invitation_that_does_not_hold(spoil: str, root: APIClient) -> None:
    token = invite(root)
    if spoil == "forged":
        token = Signer(salt="another").sign(str(Invitation.objects.get().id))
    if spoil == "withdrawn":
        assert root.delete(f"{INVITATIONS}/{Invitation.objects.get().id}").status_code == 204
    if spoil == "late":
        Invitation.objects.update(until=timezone.now() - timedelta(seconds=1))
    email = "eve@example.org" if spoil == "another address" else GRACE["email"]
    refused = APIClient().post(REGISTRATION, GRACE | {"email": email, "invitation": token})
    assert refused.status_code == 400, refused.content
    assert not User.objects.filter(username="grace").exists()


def test_a_refused_registration_does_not_spend_the_invitation(root: APIClient) -> None:
    token = invite(root)
    assert APIClient().post(REGISTRATION, GRACE | {"invitation": token, "password": "short"}).status_code == 400
    assert APIClient().post(REGISTRATION, GRACE | {"invitation": token}).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"), [("username", "GRACE"), ("username", "\uff47race"), ("email", "Grace@Example.org")]
)
def test_names_and_addresses_are_one_whatever_their_case(field: str, value: str, db: None, registration: Any) -> None:
    registration("open")
    assert APIClient().post(REGISTRATION, GRACE).status_code == 201
    other = {"username": "hopper", "email": "hopper@example.org", "password": PASSWORD}
    refused = APIClient().post(REGISTRATION, other | {field: value})
    assert (refused.status_code, list(refused.json()["errors"])) == (409, [field])


@pytest.mark.parametrize("name", ["a@b", "@a", "", "a b", "-a", "a\u202eb", "a" * 151])
def test_names_that_could_be_taken_for_something_else(name: str, db: None, registration: Any) -> None:
    registration("open")
    refused = APIClient().post(REGISTRATION, GRACE | {"username": name})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["username"])


def test_a_name_that_grows_when_compared_has_to_fit_all_the_same(db: None, registration: Any) -> None:
    """SQLite would take it, MariaDB fail: to compare, each of these letters is two."""
    registration("open")
    answer = APIClient().post(REGISTRATION, GRACE | {"username": "\u00df" * 80})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "username": ["longer than 150 characters, written without ligatures and the like"]
    }
    assert APIClient().post(REGISTRATION, GRACE | {"username": "\u00df" * 75}).status_code == 201


def test_sign_in_by_address_or_name_in_any_case(db: None) -> None:
    person("Grace", email="Grace@example.org", password=PASSWORD)
    for name in ("Grace", "grace", "GRACE@EXAMPLE.ORG", " grace@example.org "):
        answer = APIClient().post(SESSION, {"username": name, "password": PASSWORD})
        assert answer.json()["username"] == "Grace", name


def test_users_are_found_by_name_address_role_and_state(root: APIClient) -> None:
    person("ada", Role.VIEWER, email="ada@lovelace.org")
    User.objects.create_user("bare")
    User.objects.create_user("gone", is_active=False)

    def found(**query: str) -> list[str]:
        return [row["username"] for row in root.get(USERS, query).json()["results"]]

    assert found() == ["gone", "bare", "ada", "root"]
    assert found(search="LOVELACE") == ["ada"]
    assert found(role="viewer", active="true") == ["bare", "ada"]
    assert found(role="admin") == ["root"]
    assert found(active="false") == ["gone"]


def test_a_new_role_counts_at_once(root: APIClient) -> None:
    user = person("ada", Role.VIEWER)
    assert root.patch(f"{USERS}/{user.pk}", {"role": "operator"}).json()["role"] == "operator"
    assert role_of(User.objects.get(pk=user.pk)) is Role.OPERATOR
    root.patch(f"{USERS}/{user.pk}", {"role": "admin"})
    assert role_of(User.objects.get(pk=user.pk)) is Role.ADMIN
    root.patch(f"{USERS}/{user.pk}", {"role": "viewer"})
    assert role_of(User.objects.get(pk=user.pk)) is Role.VIEWER


def test_the_disabled_are_signed_out_everywhere(root: APIClient) -> None:
    user = person("ada", password=PASSWORD)
    browser = Client()
    browser.post(SESSION, {"username": "ada", "password": PASSWORD}, content_type="application/json")
    token = services.token_create(by=user, name="t", role=Role.ADMIN, lifetime=timedelta(days=1)).secret
    root.patch(f"{USERS}/{user.pk}", {"is_active": False})
    assert not browser.get(SESSION).json()["signed_in"]
    assert APIClient().get(USERS, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert APIClient().post(SESSION, {"username": "ada", "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize("change", [{"role": "operator"}, {"is_active": False}])
def test_the_last_admin_stays(change: dict[str, Any], root: APIClient) -> None:
    only = User.objects.get(username="root")
    User.objects.create_superuser("former", is_active=False)
    refused = root.patch(f"{USERS}/{only.pk}", change)
    assert (refused.status_code, "last admin" in refused.json()["detail"]) == (409, True)
    person("second", Role.ADMIN)
    assert root.patch(f"{USERS}/{only.pk}", change).status_code == 200


def test_the_command_line_keeps_its_admin(root: APIClient, admin: User) -> None:
    assert root.patch(f"{USERS}/{admin.pk}", {"is_active": False}).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_two_admins_cant_disable_each_other() -> None:
    one, two = (person(name, Role.ADMIN) for name in ("one", "two"))
    together, refused = Barrier(2), []

    def disable(by: User, other: User) -> None:
        together.wait(30)
        try:
            services.user_update(by=by, user_id=other.pk, active=False)
        except Conflict as error:
            refused.append(error)
        connection.close()

    threads = [Thread(target=disable, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(refused), User.objects.filter(is_active=True).count()) == (1, 1)
