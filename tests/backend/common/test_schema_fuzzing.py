"""Requests made up from the API's own schema: none breaks it, and each answer is as the schema says.

Half of them are wrong on purpose, and have to be refused. FUZZ_EXAMPLES asks for more of each operation.
"""

import os

import pytest
import schemathesis
import yaml
from django.contrib.auth.models import User
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
from faults.adapters.fake import FakeFaultDriver
from platform_backend.config import REPO
from platform_backend.wsgi import application
from telemetry import services
from telemetry.adapters.fake import FakeTelemetry


@schemathesis.serializer("application/zip")
def _as_it_is(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


schema = schemathesis.openapi.from_dict(
    yaml.safe_load((REPO / "platform_backend" / "openapi.yaml").read_text(encoding="utf-8"))
)
schema.app = application
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
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
def token(db: None, driver: FakeFaultDriver, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(services, "telemetry_source", FakeTelemetry)
    monkeypatch.setattr("common.background.app.send_task", lambda name, args: None)
    user = User.objects.create_superuser("fuzz", password="x" * 12)
    return ApiToken.objects.create(user=user, name="fuzz")[1]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_api_keeps_to_its_schema(case: schemathesis.Case, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    case.call_and_validate(headers=headers, checks=CHECKS)
