"""Faults in JSON."""

from dataclasses import asdict, fields
from typing import Any

from rest_framework import serializers

from faults.models import Effect, Injection, Label, Recovery, State
from faults.selectors import KindHere
from faults.targets import InjectionRequest


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


class KindSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    protocols = serializers.ListField(child=serializers.CharField(), help_text="of the target; empty: any")
    supported = serializers.BooleanField(help_text="whether the system at hand can do it")
    reason = serializers.CharField(help_text="why not; empty when supported")

    def to_representation(self, instance: KindHere) -> dict[str, Any]:
        return {**asdict(instance.kind), "supported": instance.support.supported, "reason": instance.support.reason}


class InjectionCreateSerializer(serializers.Serializer):
    kind = serializers.CharField(max_length=40, help_text="one of GET /api/v1/faults/kinds")
    pods = serializers.ListField(
        child=serializers.CharField(max_length=253), default=list, max_length=200, help_text="names of pods"
    )
    services = serializers.ListField(
        child=serializers.CharField(max_length=253), default=list, max_length=200, help_text="all pods of these"
    )
    parameters = serializers.DictField(default=dict, help_text="of this kind, by name")
    duration_s = serializers.FloatField(
        allow_null=True, default=None, help_text="seconds; absent: faults.default_duration_s of config.yaml"
    )

    allow_last_replica = serializers.BooleanField(
        default=False, help_text="whether it may take down the only ready pod of a service"
    )

    @property
    def injection_request(self) -> InjectionRequest:
        names = {each.name for each in fields(InjectionRequest)}
        return InjectionRequest(**{name: value for name, value in self.validated_data.items() if name in names})


class LabelSerializer(serializers.ModelSerializer[Label]):
    injection = serializers.UUIDField(source="injection_id")
    start = serializers.IntegerField(help_text="UTC microseconds, measured: the fault really took hold")
    end = serializers.IntegerField(
        allow_null=True, help_text="UTC microseconds, measured: it was really gone; null while it lasts or not known"
    )
    end_reason = serializers.CharField(
        help_text="deadline, recovered, pod-restarted, cluster-restarted, failed; unknown: nobody could tell the end"
    )
    effect = serializers.ChoiceField(
        choices=Effect.choices, help_text="whether the telemetry shows the fault on this pod"
    )
    effect_checked = serializers.BooleanField(help_text="whether `effect` is final")
    onset = serializers.IntegerField(allow_null=True, help_text="UTC microseconds: the first visible change")
    evidence = serializers.DictField(help_text="of the effect: KPI, test, statistic, p-value, effect size")

    class Meta:
        model = Label
        fields = (
            "injection",
            "pod",
            "service",
            "kind",
            "start",
            "end",
            "end_reason",
            "effect",
            "effect_checked",
            "onset",
            "evidence",
        )


class InjectionSerializer(serializers.ModelSerializer[Injection]):
    state = serializers.ChoiceField(choices=State.choices)
    parameters = serializers.DictField()
    targets = serializers.SerializerMethodField(help_text="names of the pods")
    labels = LabelSerializer(many=True)
    created_by = serializers.CharField(allow_null=True, help_text="user name")
    error = serializers.CharField(help_text="why it failed, or which pods it missed; may be empty")
    started_at = serializers.DateTimeField(allow_null=True, help_text="measured: on the first pod")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="measured: on the last pod")
    experiment = serializers.UUIDField(source="experiment_id", allow_null=True, help_text="that ordered it")
    scheduled_for = serializers.DateTimeField(allow_null=True, help_text="the experiment's planned time")
    campaign_step = serializers.UUIDField(allow_null=True, help_text="that ordered it")
    recovery = serializers.ChoiceField(
        choices=Recovery.choices, help_text="whether the pods came back; empty: not checked (yet)"
    )
    recovery_detail = serializers.CharField(help_text="what did not come back; may be empty")

    class Meta:
        model = Injection
        fields = (
            "id",
            "kind",
            "parameters",
            "targets",
            "duration_s",
            "allow_last_replica",
            "experiment",
            "scheduled_for",
            "campaign_step",
            "state",
            "stop_requested",
            "error",
            "created_by",
            "requested_at",
            "deadline",
            "started_at",
            "ended_at",
            "recovery",
            "recovery_detail",
            "labels",
        )

    def get_targets(self, injection: Injection) -> list[str]:
        return [target.pod for target in injection.targets.all()]
