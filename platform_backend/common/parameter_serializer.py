"""Parameters of things that can be ordered, in JSON."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.parameters import FORMATS, TYPES

VALUE = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]


def _bounds(help_text: str) -> serializers.ListField:
    pair = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    return serializers.ListField(child=pair, help_text=help_text)


class ProtocolBoundsSerializer(serializers.Serializer):
    protocol = serializers.CharField(help_text="of the services that answer the requests")
    bounds = _bounds("those that hold for it")


class NamedValueSerializer(serializers.Serializer):
    value = serializers.IntegerField()
    name = serializers.CharField()
    help = serializers.CharField(help_text="may be empty")


@extend_schema_field({"oneOf": VALUE, "nullable": True})
class ParameterValue(serializers.JSONField):
    """Of any type that a parameter may have."""


class ParameterSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=TYPES)
    help = serializers.CharField()
    unit = serializers.CharField(help_text="may be empty")
    bounds = _bounds("inclusive ranges; a number must be in one of them; of a string the length, of a list the size")
    choices = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field's own option of that name
    default = ParameterValue(allow_null=True, help_text="taken when the parameter is absent")
    format = serializers.ChoiceField(
        choices=FORMATS,
        help_text="what the value names: service and container are of GET /api/v1/system/services, as is path, which "
        "lies below a volume of the pod's service; request-path begins the path of a request; errno is a number of "
        "`names`; any: nothing that could be listed",
    )
    protocol_bounds = ProtocolBoundsSerializer(many=True, help_text="which bounds hold for which; empty: all for any")
    names = NamedValueSerializer(many=True, help_text="of values that have a name")
