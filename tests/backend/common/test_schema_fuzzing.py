"""Requests made up from the API's own schema: none breaks it, and each answer is as the schema says.

Half of them are wrong on purpose, and have to be refused. FUZZ_EXAMPLES asks for more of each operation.
"""

import os
from collections.abc import Callable

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from accounts.models import ApiToken
from common.roles import Role
from faults.adapters.fake import FakeFaultDriver
from overview import status, topology
from platform_backend.config import REPO
from platform_backend.wsgi import application
from telemetry import services
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.people import person

Call = Callable[[schemathesis.Case, Role], None]


@schemathesis.serializer("application/zip")
def _as_it_is(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


schema = schemathesis.openapi.from_dict(
    yaml.safe_load((REPO / "platform_backend" / "openapi.yaml").read_text(encoding="utf-8"))
)
schema.app = application
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
FEW = max(1, EXAMPLES // 3)  # where most is refused before it is looked at
# Without FUZZ_EXAMPLES always the same requests: what CI finds, it finds again.
BOUNDS = settings(
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture
def call(db: None, driver: FakeFaultDriver, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Makes the request of a case as somebody of this role, and checks the answer."""
    monkeypatch.setattr(services, "telemetry_source", FakeTelemetry)
    monkeypatch.setattr(status, "telemetry_source", FakeTelemetry)
    monkeypatch.setattr(topology, "telemetry_source", FakeTelemetry)
    monkeypatch.setattr("common.background.app.send_task", lambda name, args: None)
    tokens: dict[Role, str] = {}

    def call(case: schemathesis.Case, role: Role) -> None:
        if role not in tokens:
            tokens[role] = ApiToken.objects.create(user=person(role.value, role), name="fuzz")[1]
        headers = {"Authorization": f"Bearer {tokens[role]}", "Host": "localhost"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    return call


@schema.parametrize()
@settings(BOUNDS, max_examples=EXAMPLES)
def test_api_keeps_to_its_schema_for_an_operator(case: schemathesis.Case, call: Call) -> None:
    call(case, Role.OPERATOR)


@schema.parametrize()
@settings(BOUNDS, max_examples=FEW)
def test_api_keeps_to_its_schema_for_a_viewer(case: schemathesis.Case, call: Call) -> None:
    call(case, Role.VIEWER)


@schema.include(lambda each: each.operation.definition.raw["x-role"] == Role.ADMIN.value).parametrize()
@settings(BOUNDS, max_examples=EXAMPLES)
def test_what_is_for_admins_keeps_to_its_schema(case: schemathesis.Case, call: Call) -> None:
    call(case, Role.ADMIN)


@schema.include(lambda each: each.operation.definition.raw["x-role"] == Role.RESEARCHER.value).parametrize()
@settings(BOUNDS, max_examples=EXAMPLES)
def test_what_is_for_researchers_keeps_to_its_schema(case: schemathesis.Case, call: Call) -> None:
    call(case, Role.RESEARCHER)
