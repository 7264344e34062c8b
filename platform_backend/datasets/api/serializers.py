"""Datasets in JSON. Times of windows are UTC integer microseconds since the epoch."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.formats import FORMATS
from datasets.models import Dataset, State
from telemetry.api.windows import parse_time
from telemetry.records import Window


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string", "format": "date-time"}]})
class MomentField(serializers.Field):
    """A time of a request, as microseconds."""

    def to_internal_value(self, data: Any) -> int:
        try:
            return parse_time(str(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: int) -> int:
        return value


class DatasetCreateSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=100, help_text="letters, digits, dots, dashes, underscores")
    format = serializers.ChoiceField(choices=sorted(FORMATS), default="csv")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python, so these two can't be attributes."""
        moments = {
            "from": MomentField(help_text="start of the window"),
            "to": MomentField(help_text="its end, not part of it; in the past"),
        }
        return super().get_fields() | moments

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            window = Window(attrs["from"], attrs["to"])
        except ValueError:
            raise serializers.ValidationError({"to": ["must lie after from"]}) from None
        return {"name": attrs["name"], "format": attrs["format"], "window": window}


class DatasetProgressSerializer(serializers.Serializer):
    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField(help_text="0 until it is known")
    bytes_written = serializers.IntegerField(help_text="before compression")


class DatasetCountsSerializer(serializers.Serializer):
    tables = serializers.DictField(child=serializers.IntegerField(), required=False)
    metrics = serializers.DictField(child=serializers.IntegerField(), required=False)


class DatasetSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=State.choices)
    progress = DatasetProgressSerializer(source="*")
    counts = DatasetCountsSerializer(help_text="rows by table and by metric, once it is ready")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    digest = serializers.CharField(help_text="of the manifest, once it is ready")

    class Meta:
        model = Dataset
        fields = (
            "id",
            "name",
            "format",
            "state",
            "cancel_requested",
            "progress",
            "size",
            "digest",
            "counts",
            "error",
            "created_by",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field]:
        window = {
            "from": serializers.IntegerField(source="window_start"),
            "to": serializers.IntegerField(source="window_end"),
        }
        return super().get_fields() | window
