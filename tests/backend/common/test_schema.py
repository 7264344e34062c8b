"""The committed OpenAPI schema is current, and the API keeps to it."""

from collections.abc import Iterator
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


FREE = {"parameters"}  # of a fault or an event, whose kind alone knows them


def test_a_client_made_of_the_schema_knows_every_body() -> None:
    """What says nothing of its type is `unknown` to whoever made a client of the schema."""
    schemas = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))["components"]["schemas"]
    found = [path for name, each in schemas.items() for path in unknown(each, name) if path.split(".")[-1] not in FREE]
    assert found == []


def test_no_enum_is_named_after_a_mere_field() -> None:
    """ENUM_NAME_OVERRIDES of the settings names each for what it is, so that names last."""
    schemas = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))["components"]["schemas"]
    assert [name for name in schemas if name.endswith("Enum")] == ["BlankEnum"]  # of drf-spectacular, for ""


def unknown(schema: dict[str, Any], path: str) -> Iterator[str]:
    """Paths of what has no type."""
    if (
        not schema.keys() & {"type", "$ref", "allOf", "anyOf", "oneOf", "enum"}
        or schema.get("additionalProperties") == {}
    ):
        yield path
    for name, each in schema.get("properties", {}).items():
        yield from unknown(each, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict) and schema[key]:
            yield from unknown(schema[key], f"{path}.{key}")
    for key in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(key, ()):
            yield from unknown(each, path)
