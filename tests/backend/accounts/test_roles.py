"""Every operation of the schema declares a role, and lets in who has it and nobody below."""

import re
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured
from rest_framework.test import APIClient, APIRequestFactory

from accounts import services
from accounts.api.operations import operations, permissions
from accounts.roles import role_of
from common.roles import Role
from common.views import ApiView, operation
from tests.backend.people import person
from tests.backend.writes import SCHEMA

PEOPLE: Final = [role for role in Role if role is not Role.ANYONE]
# The description of the API is not described by itself.
UNLISTED: Final = {"campaigns_schema": Role.ANYONE, "schema": Role.VIEWER, "docs": Role.VIEWER}
OPERATIONS: Final = [
    pytest.param(path, method, described, id=described["operationId"])
    for path, methods in SCHEMA["paths"].items()
    for method, described in methods.items()
    if method in ("get", "post", "put", "patch", "delete")
]


@pytest.fixture(scope="module")
def clients(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A client for each role and one without; made once, for they only ever ask."""
    with django_db_blocker.unblock():
        made = {role: APIClient() for role in Role}
        people = [person(f"walk-{role}", role) for role in PEOPLE]
        for role, user in zip(PEOPLE, people, strict=True):
            made[role].force_authenticate(user)
        yield made
        for user in people:
            user.delete()


@pytest.mark.parametrize(("path", "method", "described"), OPERATIONS)
def test_the_role_is_enforced(path: str, method: str, described: dict[str, Any], clients: Any, db: None) -> None:
    """Who may call it gets past the role's check to that of the input, which is empty and names nothing there is."""
    needed = Role(described["x-role"])
    numbered = re.sub(r"{(user|label)_id}", "0", path.replace("{trace_id}", uuid4().hex))
    address = re.sub(r"{\w+}", str(uuid4()), numbered)
    for role, client in clients.items():
        answer = client.generic(method.upper(), address, b"{]", content_type="application/json")
        if role.may(needed):
            assert answer.status_code not in (401, 403), (role, answer.content)
        elif role is Role.ANYONE:
            assert answer.status_code == 401, answer.content
        else:
            assert answer.status_code == 403, answer.content
            assert f"needs the role {needed}; you have the role {role}" in answer.json()["detail"]


def test_the_schema_says_what_is_enforced() -> None:
    described = {each.id: Role(each.values[2]["x-role"]) for each in OPERATIONS}
    assert operations() == described | UNLISTED


def test_an_operation_without_a_role_is_no_operation() -> None:
    class Undeclared(ApiView):
        def get(self, request: Any) -> None: ...

    request = APIRequestFactory().get("/")
    with pytest.raises(ImproperlyConfigured, match=r"Undeclared\.get declares no role"):
        Undeclared(request=request).role_of("GET")


def test_an_operation_cant_be_declared_without_a_role() -> None:
    with pytest.raises(TypeError, match="role"):
        operation("x")  # type: ignore[call-arg]


def test_roles_include_those_below() -> None:
    assert [role for role in Role if Role.RESEARCHER.may(role)] == [Role.ANYONE, Role.VIEWER, Role.RESEARCHER]
    assert Role.ADMIN.at_most(Role.VIEWER) is Role.VIEWER
    assert Role.VIEWER.at_most(Role.ADMIN) is Role.VIEWER


def test_who_has_no_role_is_a_viewer(db: None) -> None:
    assert role_of(User.objects.create_user("new")) is Role.VIEWER
    assert role_of(User.objects.create_superuser("root")) is Role.ADMIN
    assert role_of(AnonymousUser()) is Role.ANYONE


def test_who_am_i_tells_what_i_may(clients: Any, db: None) -> None:
    told = clients[Role.RESEARCHER].get("/api/v1/session").json()
    assert told["role"] == "researcher"
    assert told["permissions"] == permissions(Role.RESEARCHER)
    assert {"datasets_create", "emergency_stop_start"} <= set(told["permissions"])
    assert "injections_create" not in told["permissions"]


def bearer(user: User, role: Role) -> APIClient:
    token = services.token_create(by=user, name="t", role=role, lifetime=timedelta(days=1))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.secret}")
    return client


def test_a_token_may_no_more_than_it_was_made_for(db: None) -> None:
    client = bearer(person("root", Role.ADMIN), Role.RESEARCHER)
    assert client.get("/api/v1/session").json()["role"] == "researcher"
    assert client.get("/api/v1/audit").status_code == 403
    made = client.post("/api/v1/tokens", {"name": "more", "role": "admin"}).json()
    assert made["role"] == "researcher"


def test_a_token_may_no_more_than_its_user(db: None) -> None:
    user = person("ada", Role.RESEARCHER)
    client = bearer(user, Role.ADMIN)
    user.profile.role = Role.VIEWER
    user.profile.save()
    assert client.get("/api/v1/session").json()["role"] == "viewer"
