"""What the committed schema says of the API, for tests that go through all of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import yaml

from platform_backend.config import REPO

SCHEMA: Final[dict[str, Any]] = yaml.safe_load((REPO / "platform_backend" / "openapi.yaml").read_text(encoding="utf-8"))
NOBODY: Final = str(UUID(int=7))
SAMPLES: Final = {"trace_id": "0" * 32, "pod": "cartservice-0", "name": "up"}


@dataclass(frozen=True, slots=True)
class Operation:
    path: str  # as the schema has it, with {names}
    method: str
    described: dict[str, Any]

    def __str__(self) -> str:
        return str(self.described["operationId"])

    @property
    def address(self) -> str:
        """One that could be; what is named in it need not exist."""
        parts = [part for part in self.described.get("parameters", []) if part["in"] == "path"]
        return self.path.format(**{part["name"]: _sample(part) for part in parts})

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Of the query string."""
        return {part["name"]: part for part in self.described.get("parameters", []) if part["in"] == "query"}

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of its JSON body; None where it has none, or reads it by itself."""
        content = self.described.get("requestBody", {}).get("content", {})
        described = content.get("application/json", {}).get("schema", {})
        return resolved(described) if "$ref" in described else None


def _sample(part: dict[str, Any]) -> str:
    return "1" if part["schema"]["type"] == "integer" else SAMPLES.get(part["name"], NOBODY)


def operations() -> Iterator[Operation]:
    for path, methods in SCHEMA["paths"].items():
        for method, described in methods.items():
            if method != "parameters":
                yield Operation(path, method, described)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where it is a reference or a decorated one."""
    if "$ref" in schema:
        found: dict[str, Any] = SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return resolved(schema["allOf"][0]) if "allOf" in schema else schema


def objects(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with named properties, however deep, by its path."""
    schema = resolved(schema)
    if "properties" in schema:
        yield path, schema
        for name, inner in schema["properties"].items():
            yield from objects(inner, f"{path}.{name}" if path else name)
    elif "items" in schema:
        yield from objects(schema["items"], f"{path}.0")
    for choice in schema.get("oneOf", ()):
        yield from objects(choice, path)
