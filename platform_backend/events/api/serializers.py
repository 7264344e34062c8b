"""Events in JSON."""

import dataclasses
from typing import Any

from rest_framework import serializers

from common import fields
from common.answers import Scalars
from common.forms import Form, PageQuery
from common.parameter_serializer import ParameterSerializer
from events.models import Event, State
from events.selectors import KindHere
from events.services import EventRequest


class EventKindSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    lasts = serializers.BooleanField(help_text="for the duration that is asked for; others take the time they take")
    supported = serializers.BooleanField(help_text="whether the system at hand can do it")
    reason = serializers.CharField(help_text="why not; empty when supported")

    def to_representation(self, instance: KindHere) -> dict[str, Any]:
        kind = dataclasses.asdict(instance.kind)
        told = {name: kind[name] for name in ("name", "title", "help", "parameters", "lasts")}
        return {**told, "supported": not instance.reason, "reason": instance.reason}


class EventCreateSerializer(Form):
    kind = fields.Text(max_length=40, help_text="one of GET /api/v1/events/kinds")
    service = fields.Text(max_length=253, default="", help_text="absent: the one that makes the load")
    parameters = serializers.DictField(default=dict, help_text="of this kind, by name")
    duration_s = fields.Number(
        allow_null=True,
        default=None,
        help_text="seconds, of kinds that last; absent: faults.default_duration_s of config.yaml",
    )
    allow_last_replica = fields.Flag(default=False, help_text="whether it may restart the only pod of a service")

    @property
    def event_request(self) -> EventRequest:
        return EventRequest(**self.validated_data)


class EventsQuery(PageQuery):
    state = serializers.ListField(child=fields.Choice(choices=State.values), default=list, help_text="only in these")
    kind = serializers.ListField(child=fields.Text(max_length=40), default=list, help_text="only of these")
    service = serializers.ListField(child=fields.Text(max_length=253), default=list, help_text="only of these")
    created_by = fields.Text(max_length=150, default="", help_text="only this user's")


class PodSpanSerializer(serializers.Serializer):
    pod = serializers.CharField()
    start = serializers.IntegerField(help_text="UTC microseconds, measured: it left service, or was made")
    end = serializers.IntegerField(allow_null=True, help_text="UTC microseconds, measured: it was ready, or gone")


class EventSerializer(serializers.ModelSerializer[Event]):
    state = serializers.ChoiceField(choices=State.choices)
    parameters = serializers.DictField()
    duration_s = serializers.FloatField(help_text="of kinds that last; else 0")
    campaign_step = serializers.UUIDField(allow_null=True, help_text="that ordered it")
    start = serializers.IntegerField(allow_null=True, help_text="UTC microseconds, measured: its first visible deed")
    end = serializers.IntegerField(allow_null=True, help_text="UTC microseconds, measured: its last one was done")
    end_reason = serializers.CharField(help_text="completed, stopped, failed, cluster-restarted; empty: not over")
    error = serializers.CharField(help_text="why it failed; may be empty")
    detail = Scalars(help_text="what it did, in numbers")
    pods = PodSpanSerializer(many=True, help_text="when each pod had part in it")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = Event
        fields = (
            "id",
            "kind",
            "service",
            "parameters",
            "duration_s",
            "campaign_step",
            "state",
            "stop_requested",
            "start",
            "end",
            "end_reason",
            "error",
            "detail",
            "pods",
            "created_by",
            "created_at",
        )
        read_only_fields = fields
