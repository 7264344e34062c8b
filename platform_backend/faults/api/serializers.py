"""Faults in JSON."""

import dataclasses
from typing import Any

from rest_framework import serializers

from common import fields
from common.forms import Form, PageQuery
from common.parameter_serializer import ParameterSerializer
from faults.api.evidence import EvidenceSerializer
from faults.catalogue import CATALOGUE
from faults.experiment_changes import ExperimentChange
from faults.experiments import MOST_PREVIEWED, ExperimentRequest, Preview, ScheduleRequest
from faults.guards import TAKES_DOWN
from faults.models import (
    Effect,
    Experiment,
    ExperimentState,
    ExperimentVersion,
    Injection,
    Label,
    Occurrence,
    PodQuarantine,
    Recovery,
    State,
)
from faults.selectors import KindHere
from faults.targets import InjectionRequest
from telemetry.api.windows import WindowPageQuery


class KindSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    protocols = serializers.ListField(child=serializers.CharField(), help_text="of the target; empty: any")
    files = serializers.BooleanField(help_text="it hits files: only pods of services that have volumes can take it")
    at_once = serializers.BooleanField(help_text="done and over; its duration does not matter")
    takes_down = serializers.BooleanField(help_text="its pods serve nobody meanwhile: see allow_last_replica")
    supported = serializers.BooleanField(help_text="whether the system at hand can do it")
    reason = serializers.CharField(help_text="why not; empty when supported")

    def to_representation(self, instance: KindHere) -> dict[str, Any]:
        kind, support = dataclasses.asdict(instance.kind), instance.support
        takes_down = instance.kind.name in TAKES_DOWN
        return {**kind, "takes_down": takes_down, "supported": support.supported, "reason": support.reason}


class InjectionCreateSerializer(Form):
    kind = fields.Text(max_length=40, help_text="one of GET /api/v1/faults/kinds")
    pods = serializers.ListField(
        child=fields.Text(max_length=253), default=list, max_length=200, help_text="names of pods"
    )
    services = serializers.ListField(
        child=fields.Text(max_length=253), default=list, max_length=200, help_text="all pods of these"
    )
    parameters = serializers.DictField(default=dict, help_text="of this kind, by name")
    duration_s = fields.Number(
        allow_null=True, default=None, help_text="seconds; absent: faults.default_duration_s of config.yaml"
    )

    allow_last_replica = fields.Flag(
        default=False, help_text="whether it may take down the only ready pod of a service"
    )

    @property
    def injection_request(self) -> InjectionRequest:
        names = {each.name for each in dataclasses.fields(InjectionRequest)}
        return InjectionRequest(**{name: value for name, value in self.validated_data.items() if name in names})


def _several(child: serializers.Field, help_text: str) -> serializers.ListField:
    """A parameter that may be given several times; absent: any."""
    return serializers.ListField(child=child, default=list, max_length=100, help_text=help_text)


def _kinds() -> serializers.ListField:
    return _several(fields.Choice(choices=list(CATALOGUE)), "only of these kinds")


def _services() -> serializers.ListField:
    return _several(fields.Text(max_length=253), "only on pods of these services")


def _pods() -> serializers.ListField:
    return _several(fields.Text(max_length=253), "only on these pods")


def _who() -> fields.Text:
    return fields.Text(max_length=150, default="", help_text="only what this user ordered, by name")


class InjectionsQuery(PageQuery):
    state = _several(fields.Choice(choices=State.values), "only in these states")
    kind = _kinds()
    service = _services()
    pod = _pods()
    created_by = _who()
    experiment = fields.Uuid(default=None, help_text="only what this one ordered")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python."""
        times = {
            "from": fields.Instant(default=None, help_text="only what lasted until after this time, or still does"),
            "to": fields.Instant(default=None, help_text="only what was ordered before this time"),
        }
        return {**super().get_fields(), **times}


class LabelsQuery(WindowPageQuery):
    kind = _kinds()
    service = _services()
    pod = _pods()
    effect = _several(fields.Choice(choices=Effect.values), "only with these outcomes of the effect check")
    created_by = _who()
    injection = fields.Uuid(default=None, help_text="only of this one")


class LabelSerializer(serializers.ModelSerializer[Label]):
    id = serializers.IntegerField(help_text="the same for good")
    injection = serializers.UUIDField(source="injection_id")
    start = serializers.IntegerField(help_text="UTC microseconds, measured: the fault really took hold")
    end = serializers.IntegerField(
        allow_null=True, help_text="UTC microseconds, measured: it was really gone; null while it lasts or not known"
    )
    end_reason = serializers.CharField(
        help_text="deadline, recovered, completed; before it was asked for: pod-restarted, cluster-restarted, or "
        "ended-early (its own processes died, the injection's `error` says of what); unknown: nobody could tell the end"
    )
    effect = serializers.ChoiceField(
        choices=Effect.choices, help_text="whether the telemetry shows the fault on this pod"
    )
    effect_checked = serializers.BooleanField(help_text="whether `effect` is final")
    onset = serializers.IntegerField(allow_null=True, help_text="UTC microseconds: the first visible change")
    evidence = EvidenceSerializer(help_text="of the effect; empty while it is not checked")

    class Meta:
        model = Label
        fields = (
            "id",
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
    group = serializers.UUIDField(allow_null=True, help_text="the same for faults that were ordered as one")
    after_s = serializers.FloatField(help_text="how long after the first of its group it was meant to begin")
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
            "group",
            "after_s",
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


class ScheduleSerializer(Form):
    type = fields.Choice(choices=Experiment.Schedule.choices, default=Experiment.Schedule.NOW)
    at = fields.Instant(allow_null=True, default=None, help_text="with its time zone; of `at` only")
    cron = fields.Text(
        allow_blank=True,
        default="",
        max_length=100,
        help_text="minute hour day-of-month month day-of-week, as Vixie's cron reads them; of `cron` only",
    )
    time_zone = fields.Text(default="UTC", max_length=64, help_text="of `cron`, such as Europe/Paris")

    @property
    def schedule_request(self) -> ScheduleRequest:
        return ScheduleRequest(**self.validated_data)


class ExperimentCreateSerializer(InjectionCreateSerializer):
    name = fields.Text(max_length=100)
    schedule = ScheduleSerializer(required=False, help_text="absent: now")

    @property
    def experiment_request(self) -> ExperimentRequest:
        schedule = ScheduleRequest(**self.validated_data.get("schedule", {}))
        return ExperimentRequest(self.validated_data["name"], self.injection_request, schedule)


class ExperimentUpdateSerializer(Form):
    """What is absent stays as it is. Lists, parameters and the schedule are replaced as a whole."""

    name = fields.Text(required=False, max_length=100)
    kind = fields.Text(required=False, max_length=40, help_text="one of GET /api/v1/faults/kinds")
    pods = serializers.ListField(child=fields.Text(max_length=253), required=False, max_length=200)
    services = serializers.ListField(child=fields.Text(max_length=253), required=False, max_length=200)
    parameters = serializers.DictField(required=False, help_text="of the kind, by name")
    duration_s = fields.Number(required=False, allow_null=True, help_text="null: faults.default_duration_s")
    allow_last_replica = fields.Flag(required=False)
    schedule = ScheduleSerializer(required=False)
    revision = fields.Integer(
        required=False, min_value=1, help_text="of the experiment as you have seen it: 409 if it is another by now"
    )

    @property
    def change(self) -> ExperimentChange:
        given = dict(self.validated_data)
        schedule, revision = given.pop("schedule", None), given.pop("revision", None)
        return ExperimentChange(given, ScheduleRequest(**schedule) if schedule is not None else None, revision)


class PreviewRequestSerializer(InjectionCreateSerializer):
    schedule = ScheduleSerializer(required=False, help_text="absent: now")
    name = fields.Text(required=False, allow_blank=True, max_length=100, help_text="not looked at")
    count = fields.Integer(
        default=5, min_value=1, max_value=MOST_PREVIEWED, help_text="how many of the next occurrences"
    )

    @property
    def schedule_request(self) -> ScheduleRequest:
        return ScheduleRequest(**self.validated_data.get("schedule", {}))


class PreviewPodSerializer(serializers.Serializer):
    name = serializers.CharField()
    service = serializers.CharField()
    ready = serializers.BooleanField()


class PreviewSerializer(serializers.Serializer):
    possible = serializers.BooleanField(help_text="whether nothing speaks against it now")
    pods = PreviewPodSerializer(many=True, help_text="exactly these would be given the fault, as of now")
    parameters = serializers.DictField(help_text="with all defaults")
    duration_s = serializers.FloatField()
    occurrences = serializers.ListField(child=serializers.DateTimeField(), help_text="the next ones, in UTC")
    refusals = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="why it would be refused, by field of the request; empty name: not about a field",
    )

    def to_representation(self, instance: Preview) -> dict[str, Any]:
        plan = instance.examination.plan
        shown = {
            "possible": not instance.refusals,
            "pods": plan.pods,
            "parameters": plan.parameters,
            "duration_s": plan.duration_s,
            "occurrences": instance.occurrences,
            "refusals": instance.refusals,
        }
        return super().to_representation(shown)


class ExperimentScheduleSerializer(serializers.Serializer):
    type = serializers.ChoiceField(choices=Experiment.Schedule.choices, source="schedule")
    cron = serializers.CharField(help_text="may be empty")
    time_zone = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True, help_text="null: no occurrence will follow")


class ExperimentSerializer(serializers.ModelSerializer[Experiment]):
    state = serializers.ChoiceField(choices=ExperimentState.choices)
    services = serializers.ListField(child=serializers.CharField(), source="requested.services")
    pods = serializers.ListField(child=serializers.CharField(), source="requested.pods")
    parameters = serializers.DictField(help_text="as asked for")
    schedule = ExperimentScheduleSerializer(source="*")
    revision = serializers.IntegerField(help_text="counted up by each change")
    created_by = serializers.CharField(allow_null=True, help_text="user name")

    class Meta:
        model = Experiment
        fields = (
            "id",
            "name",
            "state",
            "kind",
            "services",
            "pods",
            "parameters",
            "duration_s",
            "allow_last_replica",
            "schedule",
            "revision",
            "created_by",
            "created_at",
        )


class VersionScheduleSerializer(serializers.Serializer):
    type = serializers.ChoiceField(choices=Experiment.Schedule.choices)
    at = serializers.DateTimeField(allow_null=True, help_text="of `at` only")
    cron = serializers.CharField(help_text="may be empty")
    time_zone = serializers.CharField()


class VersionContentSerializer(serializers.Serializer):
    name = serializers.CharField()
    kind = serializers.CharField()
    services = serializers.ListField(child=serializers.CharField())
    pods = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField(help_text="as asked for")
    duration_s = serializers.FloatField()
    allow_last_replica = serializers.BooleanField()
    schedule = VersionScheduleSerializer()


class ExperimentVersionSerializer(serializers.ModelSerializer[ExperimentVersion]):
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="names in content that differ from the version before; empty: none was"
    )
    content = VersionContentSerializer(help_text="what the experiment ordered from then on")
    created_by = serializers.CharField(allow_null=True, help_text="user name")

    class Meta:
        model = ExperimentVersion
        fields = ("revision", "created_at", "created_by", "changed", "content")


class OccurrenceSerializer(serializers.ModelSerializer[Occurrence]):
    outcome = serializers.ChoiceField(choices=Occurrence.Outcome.choices)
    reason = serializers.CharField(help_text="why it was skipped; empty otherwise")
    revision = serializers.IntegerField(help_text="of the experiment, by which it ran or was skipped")
    injection = InjectionSerializer(allow_null=True)

    class Meta:
        model = Occurrence
        fields = ("scheduled_for", "outcome", "reason", "revision", "injection")


class EmergencyStopCreateSerializer(Form):
    reason = fields.Text(max_length=400, help_text="why; kept in the audit log")
    id = fields.Uuid(default=None, allow_null=True, help_text="your own, to make a repeated call harmless")


class EmergencyStopSerializer(serializers.Serializer):
    blocked = serializers.BooleanField(help_text="whether faults are refused now")
    id = serializers.UUIDField(allow_null=True)
    by = serializers.CharField(allow_null=True, help_text="who stopped")
    reason = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class StoppedSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="stop.id")
    by = serializers.CharField(source="stop.by")
    reason = serializers.CharField(source="stop.reason")
    at = serializers.DateTimeField(source="stop.at")
    ended = serializers.ListField(child=serializers.UUIDField(), help_text="injections whose fault is gone")
    ending = serializers.ListField(child=serializers.UUIDField(), help_text="injections not verified as gone yet")
    unreachable = serializers.CharField(help_text="why the system could not be told; empty when it was")


class QuarantineSerializer(serializers.ModelSerializer[PodQuarantine]):
    injection = serializers.UUIDField(
        source="injection_id", allow_null=True, help_text="after which it did not recover"
    )
    cleared_by = serializers.CharField(allow_null=True, help_text="user name")

    class Meta:
        model = PodQuarantine
        fields = ("pod", "reason", "injection", "since", "cleared_at", "cleared_by")
