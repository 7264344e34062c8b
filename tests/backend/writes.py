"""Every write of the API, made once: what has to be there before, and the call. A new one has to be added here."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import yaml
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from accounts import services
from accounts.api.operations import operations
from accounts.models import SignIn
from accounts.services import passwords
from common.roles import Role
from faults.models import PodQuarantine
from platform_backend.config import REPO
from tests.backend.people import person

API = "/api/v1"
PASSWORD = "correct horse battery"
SCHEMA = yaml.safe_load((REPO / "platform_backend" / "openapi.yaml").read_text(encoding="utf-8"))
# They take a body, but change nothing.
READS = {"faults_preview", "campaigns_plan", "password_reset_ask"}
WRITES = {
    operation["operationId"]
    for path in SCHEMA["paths"].values()
    for method, operation in path.items()
    if method in ("post", "put", "patch", "delete")
} - READS


class Caller:
    """Makes each write succeed once."""

    def __init__(self, user: User) -> None:
        self.client = APIClient()
        self.client.force_authenticate(user)
        self.user = user

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._check(self.client.post(f"{API}{path}", body or {}))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._check(self.client.put(f"{API}{path}", body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._check(self.client.patch(f"{API}{path}", body))

    def upload(self) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("d/log/log.csv", "log_id\n")
        body = content.getvalue()
        self._check(self.client.generic("POST", f"{API}/datasets/import?name=d", body, "application/zip"))

    def delete(self, path: str) -> Any:
        return self._check(self.client.delete(f"{API}{path}"))

    def _check(self, answer: Any) -> Any:
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None

    def sign_in(self) -> None:
        self.client.force_authenticate(None)
        self.post("/session", {"username": self.user.username, "password": PASSWORD})

    def token(self) -> str:
        return str(self.post("/tokens", {"name": "t"})["id"])

    def injection(self) -> str:
        body = {"kind": "cpu-stress", "services": ["frontend"]}
        return str(self.post("/faults/injections", body)["id"])

    def experiment(self) -> str:
        schedule = {"type": "cron", "cron": "0 0 * * *"}
        body = {"name": "x", "kind": "cpu-stress", "services": ["cartservice"], "schedule": schedule}
        return str(self.post("/faults/experiments", body)["id"])

    def emergency_stop(self) -> None:
        self.post("/faults/emergency-stop", {"reason": "smoke", "id": str(uuid4())})

    def dataset(self) -> str:
        window = {"from": "2025-01-01T00:00:00Z", "to": "2025-01-01T00:01:00Z"}
        return str(self.post("/datasets", {"name": f"d{uuid4().hex[:6]}", **window})["id"])

    def quarantine(self) -> None:
        since = datetime(2026, 1, 5, tzinfo=UTC)
        PodQuarantine.objects.create(pod="frontend-0", reason="slow", since=since, injection_id=self.injection())

    def campaign(self) -> str:
        matrix = [{"fault": "network-delay", "services": ["frontend"], "parameters": {"latency_ms": 300}}]
        return str(self.post("/campaigns", {"name": "audited", "seed": 1, "matrix": matrix})["id"])

    def saved_campaign(self) -> str:
        return str(self.post("/campaigns/saved", {"name": "draft", "text": "name: draft"})["id"])

    def event(self) -> str:
        body = {"kind": "scale", "service": "cartservice", "parameters": {"replicas": 3}}
        return str(self.post("/events", body)["id"])

    def session(self) -> str:
        """Of another browser."""
        browser = APIClient()
        browser.post(f"{API}/session", {"username": self.user.username, "password": PASSWORD})
        return str(SignIn.objects.get(session_key=browser.session.session_key).id)

    def invitation(self) -> str:
        return str(self.post("/invitations", {"email": f"{uuid4().hex}@example.org"})["id"])

    def invited(self) -> str:
        """The token of an invitation for grace."""
        invited = services.invitation_create(by=person("root", Role.ADMIN), email="grace@example.org")
        return invited.link.partition("invitation=")[2]

    def register(self, invitation: str) -> None:
        self.client.force_authenticate(None)
        body = {"username": "grace", "email": "grace@example.org", "password": PASSWORD}
        self.post("/registration", body | {"invitation": invitation})


def caller_of(operation: str) -> Caller:
    """Somebody who may call it."""
    needed = operations()[operation]
    return Caller(person(f"{needed}-{uuid4().hex[:6]}", needed.at_least(Role.OPERATOR), password=PASSWORD))


def _cancelled(call: Caller) -> str:
    dataset = call.dataset()
    call.post(f"/datasets/{dataset}/cancel")
    return dataset


# For each: what has to be there before, and the write itself.
CALLS: dict[str, tuple[Callable[[Caller], Any], Callable[[Caller, Any], Any]]] = {
    "session_start": (lambda call: None, lambda call, _: call.sign_in()),
    "session_end": (lambda call: call.sign_in(), lambda call, _: call.delete("/session")),
    "sessions_delete": (Caller.session, lambda call, it: call.delete(f"/sessions/{it}")),
    "registration_create": (Caller.invited, Caller.register),
    "profile_update": (lambda call: None, lambda call, _: call.patch("/profile", {"language": "zh"})),
    "password_change": (
        lambda call: None,
        lambda call, _: call.post("/password", {"old": PASSWORD, "new": "a horse of another colour"}),
    ),
    "password_reset": (
        lambda call: passwords._token(call.user),
        lambda call, it: call.post("/password/reset", {"token": it, "password": "a horse of another colour"}),
    ),
    "users_update": (
        lambda call: person(uuid4().hex[:8]).pk,
        lambda call, it: call.patch(f"/users/{it}", {"role": "researcher"}),
    ),
    "invitations_create": (lambda call: None, lambda call, _: call.invitation()),
    "invitations_delete": (Caller.invitation, lambda call, it: call.delete(f"/invitations/{it}")),
    "tokens_create": (lambda call: None, lambda call, _: call.token()),
    "tokens_delete": (Caller.token, lambda call, it: call.delete(f"/tokens/{it}")),
    "system_load_set": (lambda call: None, lambda call, _: call.put("/system/load", {"rate": 3})),
    "injections_create": (lambda call: None, lambda call, _: call.injection()),
    "injections_stop": (Caller.injection, lambda call, it: call.post(f"/faults/injections/{it}/stop")),
    "experiments_create": (lambda call: None, lambda call, _: call.experiment()),
    "experiments_update": (
        Caller.experiment,
        lambda call, it: call.patch(f"/faults/experiments/{it}", {"parameters": {"load": 50}}),
    ),
    "experiments_pause": (Caller.experiment, lambda call, it: call.post(f"/faults/experiments/{it}/pause")),
    "experiments_resume": (
        lambda call: call.post(f"/faults/experiments/{call.experiment()}/pause")["id"],
        lambda call, it: call.post(f"/faults/experiments/{it}/resume"),
    ),
    "experiments_stop": (Caller.experiment, lambda call, it: call.post(f"/faults/experiments/{it}/stop")),
    "experiments_delete": (Caller.experiment, lambda call, it: call.delete(f"/faults/experiments/{it}")),
    "emergency_stop_start": (lambda call: None, lambda call, _: call.emergency_stop()),
    "emergency_stop_release": (Caller.emergency_stop, lambda call, _: call.post("/faults/emergency-stop/release")),
    "quarantine_clear": (Caller.quarantine, lambda call, _: call.post("/faults/quarantine/frontend-0/clear")),
    "datasets_create": (lambda call: None, lambda call, _: call.dataset()),
    "datasets_cancel": (Caller.dataset, lambda call, it: call.post(f"/datasets/{it}/cancel")),
    "datasets_update": (Caller.dataset, lambda call, it: call.patch(f"/datasets/{it}", {"keep": True})),
    "datasets_import": (lambda call: None, lambda call, _: call.upload()),
    "datasets_delete": (_cancelled, lambda call, it: call.delete(f"/datasets/{it}")),
    "saved_campaigns_create": (lambda call: None, lambda call, _: call.saved_campaign()),
    "saved_campaigns_update": (
        Caller.saved_campaign,
        lambda call, it: call.patch(f"/campaigns/saved/{it}", {"text": "# another"}),
    ),
    "saved_campaigns_delete": (Caller.saved_campaign, lambda call, it: call.delete(f"/campaigns/saved/{it}")),
    "campaigns_create": (lambda call: None, lambda call, _: call.campaign()),
    "events_create": (lambda call: None, lambda call, _: call.event()),
    "events_stop": (Caller.event, lambda call, it: call.post(f"/events/{it}/stop")),
    "campaigns_stop": (Caller.campaign, lambda call, it: call.post(f"/campaigns/{it}/stop")),
}
