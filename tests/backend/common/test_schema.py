"""The committed OpenAPI schema is current, and the API keeps to it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from platform_backend.config import REPO

COMMITTED = REPO / "platform_backend" / "openapi.yaml"
UPDATE = "cd platform_backend && python manage.py spectacular --file openapi.yaml --validate --fail-on-warn"
ROUTES = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))["paths"]
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for path in ROUTES.values()
    for method, operation in path.items()
    if method != "parameters"
]


def test_committed_schema_is_current(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == COMMITTED.read_text(), f"update it: {UPDATE}"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_endpoint_is_described_with_an_example(operation: dict[str, Any]) -> None:
    assert operation["description"]
    bodies = [body for name, body in operation["responses"].items() if name.startswith("2")]
    json = [body["content"]["application/json"] for body in bodies if "application/json" in body.get("content", {})]
    assert all(body.get("examples") for body in json)
    assert "4XX" in operation["responses"]
