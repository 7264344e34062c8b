"""Datasets in JSON. Times of windows are UTC integer microseconds since the epoch."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common import fields
from common.errors import UserError
from common.forms import Form, PageQuery
from dataset_builder.formats import FORMATS
from dataset_builder.knobs import Knobs
from datasets.models import Dataset, Origin, Phase, State
from telemetry.records import Window

LONGEST_NOTES: Final = 4000


class DatasetKnobsSerializer(Form):
    trace_sampling = fields.Number(required=False, help_text="share of traces kept, 0 to 1; default 1")
    log_drop = fields.Number(required=False, help_text="share of log lines dropped, 0 to 1; default 0")
    metric_step_s = fields.Integer(
        required=False, help_text="seconds between two samples of a series; default 0, as sampled"
    )
    missing_services = serializers.ListField(
        child=fields.Text(), required=False, help_text="services whose telemetry is left out"
    )
    onset_jitter_s = fields.Number(
        required=False, help_text="labels are moved by a random time of at most so many seconds; default 0"
    )
    train_fraction = fields.Number(
        required=False, allow_null=True, help_text="share of injections to train with; default null, no split"
    )
    seed = fields.Integer(required=False, help_text="of all that is random here; default 0")


@extend_schema_field(DatasetKnobsSerializer)
class KnobsField(serializers.Field):
    """Knobs of a request; each wrong one has an error of its own."""

    def to_internal_value(self, data: Any) -> Knobs:
        if not isinstance(data, dict):
            raise serializers.ValidationError("expected an object")
        try:
            return Knobs.from_record(data)
        except UserError as error:
            named = {name.removeprefix("knobs."): texts for name, texts in error.fields.items()}
            raise serializers.ValidationError(named) from None

    def to_representation(self, value: Any) -> Any:
        return value


class DatasetCreateSerializer(Form):
    name = fields.Text(max_length=100, help_text="letters, digits, dots, dashes, underscores")
    campaign = fields.Uuid(required=False, help_text="instead of from and to: all of its time, warm-up included")
    format = fields.Choice(choices=sorted(FORMATS), default="csv")
    knobs = KnobsField(required=False, help_text="what to change of the telemetry while it is exported")
    notes = fields.Text(max_length=LONGEST_NOTES, default="", allow_blank=True, help_text="for people; may be changed")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python, so these two can't be attributes."""
        moments = {
            "from": fields.Moment(required=False, help_text="start of the window"),
            "to": fields.Moment(required=False, help_text="its end, not part of it; in the past"),
        }
        return super().get_fields() | moments

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.pop("from", None), attrs.pop("to", None)
        if "campaign" in attrs:
            given = [name for name, value in (("from", start), ("to", end)) if value is not None]
            if given:
                raise serializers.ValidationError({name: ["leave it out: the campaign has a time"] for name in given})
            return attrs
        missing = [name for name, value in (("from", start), ("to", end)) if value is None]
        if missing:
            raise serializers.ValidationError(
                {name: ["is missing; or give a campaign"] for name in missing}, "required"
            )
        try:
            return attrs | {"window": Window(start, end)}
        except ValueError:
            raise serializers.ValidationError({"to": ["must lie after from"]}) from None


class DatasetChangeSerializer(Form):
    """What is left out stays."""

    keep = fields.Flag(required=False, help_text="never delete it because of its age (datasets.keep_days)")
    notes = fields.Text(max_length=LONGEST_NOTES, required=False, allow_blank=True)


class DatasetsQuery(PageQuery):
    state = serializers.ListField(child=fields.Choice(choices=State.choices), default=list, help_text="only in these")
    format = serializers.ListField(child=fields.Text(max_length=20), default=list, help_text="only of these")
    origin = fields.Choice(choices=Origin.choices, default=None)
    campaign = fields.Uuid(default=None, help_text="only those built of it")
    created_by = fields.Text(max_length=150, default="", help_text="only this user's")


class DatasetProgressSerializer(serializers.Serializer):
    phase = serializers.ChoiceField(
        choices=Phase.choices, help_text="what a build or import is at; empty before and after"
    )
    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField(help_text="0 until it is known")
    bytes_written = serializers.IntegerField(help_text="before compression; while an import is checked, bytes read")
    seconds_left = serializers.FloatField(allow_null=True, help_text="at the present pace; null: too early to tell")


class DatasetCountsSerializer(serializers.Serializer):
    tables = serializers.DictField(child=serializers.IntegerField(), required=False)
    metrics = serializers.DictField(child=serializers.IntegerField(), required=False)
    faults = serializers.DictField(child=serializers.IntegerField(), required=False, help_text="injections by kind")


class DatasetSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=State.choices)
    origin = serializers.ChoiceField(choices=Origin.choices)
    format = serializers.CharField(help_text="of an import it is known once it is checked")
    knobs = KnobsField(help_text="what was changed of the telemetry")
    progress = DatasetProgressSerializer(source="*")
    counts = DatasetCountsSerializer(help_text="rows by table and by metric, faults by kind, once it is ready")
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="what to be careful with, found when it was imported"
    )
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    digest = serializers.CharField(help_text="of the manifest, once it is ready")

    class Meta:
        model = Dataset
        fields = (
            "id",
            "name",
            "notes",
            "campaign",
            "format",
            "knobs",
            "origin",
            "keep",
            "state",
            "cancel_requested",
            "progress",
            "size",
            "digest",
            "counts",
            "error",
            "warnings",
            "created_by",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field]:
        window = {
            "from": serializers.IntegerField(source="window_start", allow_null=True),
            "to": serializers.IntegerField(source="window_end", allow_null=True),
        }
        return super().get_fields() | window
