"""Fields of answers that several apps have."""

import math
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from pydantic import BaseModel
from rest_framework import serializers


class FiniteFloat(serializers.FloatField):
    """JSON has no NaN and no infinity; null stands for them."""

    def to_representation(self, value: float) -> float | None:  # type: ignore[override]
        return value if math.isfinite(value) else None


SCALAR = {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}], "nullable": True}
SCALARS = {"type": "object", "additionalProperties": SCALAR}


@extend_schema_field(SCALAR)
class Scalar(serializers.JSONField):
    """A text, a number, true or false, or null."""


class Scalars(serializers.DictField):
    child: Any = Scalar()


class Modelled(serializers.DictField):
    """What is kept as a pydantic model wrote it; the schema has that model."""

    def __init__(self, model: type[BaseModel], **options: Any) -> None:
        super().__init__(**options)
        self.model = model


class _ModelledInSchema(OpenApiSerializerFieldExtension):
    target_class = Modelled

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return auto_schema.resolve_serializer(self.target.model, direction).ref
