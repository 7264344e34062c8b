"""The system under test in JSON."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from common import fields
from common.forms import Form
from common.load_series import EXPECTED, FEWEST, MOST
from systems.ports import LoadShape

PROFILES: Final = ("constant", "diurnal", "burst", "steps", "replay")


class ServiceSerializer(serializers.Serializer):
    name = serializers.CharField()
    replicas = serializers.IntegerField()
    protocol = serializers.CharField(help_text="http, grpc, tcp, or empty for a service that nobody calls")
    calls = serializers.ListField(child=serializers.CharField(), help_text="services it calls")
    protected = serializers.BooleanField(help_text="no fault may target it")
    volumes = serializers.ListField(
        child=serializers.CharField(), help_text="where each of its pods has files that faults can reach; empty: none"
    )
    containers = serializers.ListField(child=serializers.CharField(), help_text="of each of its pods")


class PodSerializer(serializers.Serializer):
    name = serializers.CharField()
    service = serializers.CharField()
    node = serializers.CharField()
    phase = serializers.CharField(help_text="Pending, Running or Failed")
    ready = serializers.BooleanField()
    restarts = serializers.IntegerField()
    started = serializers.IntegerField(allow_null=True, help_text="UTC microseconds; null while it does not run")
    pid = serializers.IntegerField(allow_null=True)
    cpu_limit = serializers.FloatField(allow_null=True, help_text="cores")
    memory_limit = serializers.IntegerField(allow_null=True, help_text="bytes")
    cpu_seconds = serializers.FloatField(allow_null=True, help_text="used since its start")
    memory_bytes = serializers.IntegerField(allow_null=True, help_text="resident now")
    version = serializers.CharField(help_text="of its service; may be empty")


class LoadSerializer(serializers.Serializer):
    rate = serializers.FloatField(help_text="requests per second, around which the profile moves")
    profile = serializers.ChoiceField(choices=PROFILES)
    period_s = serializers.FloatField(help_text="in which a day of the profile passes")
    series = serializers.ListField(child=serializers.FloatField(), help_text="what is replayed; else empty")


class LoadForm(Form):
    rate = fields.Number(min_value=0, max_value=1000, help_text="requests per second on average; 0 stops the load")
    profile = fields.Choice(
        choices=PROFILES, default=None, help_text="how the rate moves: left out, it goes on as it does now"
    )
    period_s = fields.Number(
        min_value=10, max_value=86_400, default=LoadShape().period_s, help_text="in which a day of the profile passes"
    )
    series = serializers.ListField(
        child=fields.Number(min_value=0, max_value=1e12),
        max_length=MOST,
        default=list,
        help_text="for replay, and for it alone: at least two numbers, in any unit; their mean counts as the rate",
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        replays, series = asked["profile"] == "replay", asked["series"]
        if replays and (len(series) < FEWEST or not any(series)):
            raise serializers.ValidationError({"series": EXPECTED})
        if series and not replays:
            raise serializers.ValidationError({"series": "is for the profile replay alone"})
        return asked

    @staticmethod
    def shape(asked: Mapping[str, Any]) -> LoadShape | None:
        """None: as it is."""
        if asked["profile"] is None:
            return None
        return LoadShape(asked["profile"], asked["period_s"], tuple(asked["series"]))
