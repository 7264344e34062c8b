"""How the OpenAPI schema is derived from the views."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from common.answers import Scalars
from common.forms import Form


class ProblemPlace(serializers.Serializer):
    path = serializers.CharField(help_text="keys and positions, joined by dots; empty: the whole text")
    line = serializers.IntegerField(allow_null=True, help_text="from 1; null: what was sent has no lines")
    column = serializers.IntegerField(allow_null=True, help_text="from 1")
    message = serializers.CharField()


class Problem(serializers.Serializer):
    """Problem details, RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="stable name of what is wrong, for other languages")
    params = Scalars(help_text="what fills the sentence of that code")
    errors = serializers.DictField(  # type: ignore[assignment]  # the name that clients know; shadows .errors
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="messages per input field"
    )
    error_codes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="of each of errors"
    )
    places = ProblemPlace(many=True, required=False, help_text="of errors in a text that was sent, such as a campaign")
    id = serializers.CharField(required=False, help_text="names an internal error in the platform's log")


def page_example(row: dict[str, Any]) -> OpenApiExample:
    """A page of one row, as `common.paging.NewestFirst` answers it."""
    return OpenApiExample("a page", row, response_only=True)


class ApiSchema(AutoSchema):
    """Takes parameters and bodies from the view (`common.views`), and adds the errors that any endpoint may give."""

    def get_override_parameters(self) -> Any:
        view: Any = self.view
        form = view.queries.get(self.method.lower())
        return [] if form is None else [form]

    def get_request_serializer(self) -> Any:
        view: Any = self.view
        return view.bodies.get(self.method.lower())

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        return schema | {"additionalProperties": False} if isinstance(serializer, Form) else schema

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        error = self._get_response_for_code(
            OpenApiResponse(Problem, "Problem details."), "4XX", ["application/problem+json"]
        )
        return bodies | {"4XX": error, "5XX": error}

    def _get_examples(
        self, serializer: Any, direction: Any, media_type: str, status_code: str | None = None, extras: Any = None
    ) -> Any:
        """Examples are of success: the base class knows 200 and 201 only."""
        success = "200" if status_code == "202" else status_code
        return super()._get_examples(serializer, direction, media_type, success, extras)


def as_openapi_30(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: what pydantic writes by JSON Schema 2020-12, as OpenAPI 3.0 has it."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        schemas[name] = _as_30(schema)
    return result


def _as_30(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_as_30(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _as_30(value) for name, value in schema.items()}
    choices = found.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        others = [each for each in choices if each != {"type": "null"}]
        del found["anyOf"]
        found |= {"nullable": True, **(others[0] if len(others) == 1 else {"anyOf": others})}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(found.get(exclusive), int | float) and not isinstance(found[exclusive], bool):
            found |= {bound: found[exclusive], exclusive: True}
    if "const" in found:
        found["enum"] = [found.pop("const")]
    return found
