"""Parameters of things that can be ordered, in JSON."""

from rest_framework import serializers


class ParameterSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=("integer", "number", "string", "strings", "choice"))
    help = serializers.CharField()
    unit = serializers.CharField(help_text="may be empty")
    bounds = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        help_text="inclusive ranges; a number must be in one of them; of a string the length, of a list the size",
    )
    choices = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field's own option of that name
    default = serializers.JSONField(allow_null=True, help_text="taken when the parameter is absent")
