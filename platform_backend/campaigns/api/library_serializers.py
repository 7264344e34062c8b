"""Campaign files to pick from, in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.library import sketch
from campaigns.loading import LARGEST_BYTES
from campaigns.models import SavedCampaign, SavedVersion
from campaigns.saved import text_of
from common import fields
from common.forms import Form, PageQuery
from common.schema import ProblemPlace


class SketchSerializer(serializers.Serializer):
    """What a text comes to as a campaign, without a look at the system."""

    valid = serializers.BooleanField()
    places = ProblemPlace(many=True, help_text="what is wrong, and where; empty when valid")
    campaign = serializers.CharField(help_text="its name in the file; empty unless valid")
    digest = serializers.CharField(help_text="the same digest, the same plan; empty unless valid")
    steps = serializers.IntegerField(help_text="0 unless valid")
    expected_s = serializers.FloatField(source="seconds", allow_null=True, help_text="how long it will take")


class LibraryFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    description = serializers.CharField(help_text="the comment that it begins with")
    text = serializers.CharField()
    sketch = SketchSerializer()


class SavedCampaignsQuery(PageQuery):
    created_by = fields.Text(max_length=150, default="", help_text="only what this user saved, by name")


def _text(**options: Any) -> fields.Text:
    return fields.Text(
        max_length=LARGEST_BYTES, allow_blank=True, trim_whitespace=False, help_text="the file", **options
    )


class SavedCampaignCreateSerializer(Form):
    name = fields.Text(max_length=100, help_text="to find it by")
    notes = fields.Text(max_length=4000, default="", allow_blank=True, help_text="for people")
    text = _text()


class SavedCampaignUpdateSerializer(Form):
    name = fields.Text(max_length=100, required=False)
    notes = fields.Text(max_length=4000, required=False, allow_blank=True)
    text = _text(required=False)
    version = fields.Integer(
        required=False, min_value=1, help_text="the one that you have seen: 409 if it is another by now"
    )


class SavedCampaignSerializer(serializers.ModelSerializer[SavedCampaign]):
    created_by = serializers.CharField(allow_null=True, help_text="user name")
    version = serializers.IntegerField(help_text="the latest; each change of the text makes one")

    class Meta:
        model = SavedCampaign
        fields: tuple[str, ...] = ("id", "name", "notes", "version", "created_by", "created_at", "updated_at")


class SavedCampaignDetailSerializer(SavedCampaignSerializer):
    text = serializers.SerializerMethodField(help_text="of the latest version")
    sketch = serializers.SerializerMethodField()

    class Meta(SavedCampaignSerializer.Meta):
        fields = (*SavedCampaignSerializer.Meta.fields, "text", "sketch")

    def get_text(self, saved: SavedCampaign) -> str:
        return text_of(saved)

    @extend_schema_field(SketchSerializer)
    def get_sketch(self, saved: SavedCampaign) -> Any:
        return SketchSerializer(sketch(text_of(saved))).data


class SavedVersionSerializer(serializers.ModelSerializer[SavedVersion]):
    created_by = serializers.CharField(allow_null=True, help_text="user name")

    class Meta:
        model = SavedVersion
        fields = ("version", "text", "created_by", "created_at")
