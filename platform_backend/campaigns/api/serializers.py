"""Campaigns in JSON."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns import selectors
from campaigns.case_plan import PlannedCase
from campaigns.models import Campaign, State, Step, StepState
from campaigns.planner import PlannedStep
from campaigns.schema import CampaignFile
from common import fields
from common.answers import Modelled
from common.forms import PageQuery


class CampaignsQuery(PageQuery):
    state = serializers.ListField(child=fields.Choice(choices=State.values), default=list, help_text="only in these")
    created_by = fields.Text(max_length=150, default="", help_text="only this user's")


class PlannedStepSerializer(serializers.Serializer[PlannedStep]):
    id = serializers.UUIDField(help_text="the same in every run of this plan")
    index = serializers.IntegerField()
    group = serializers.IntegerField(help_text="those of one group are ordered as one: together, or as a cascade")
    is_event = serializers.BooleanField(help_text="what a healthy system goes through, and no fault")
    fault = serializers.CharField(help_text="its kind, or that of the event")
    service = serializers.CharField(help_text="empty: the one that makes the load")
    pods = serializers.ChoiceField(choices=("one", "all"), help_text="one: drawn by the seed")
    parameters = serializers.DictField()
    duration_s = serializers.FloatField(source="duration")
    after_s = serializers.FloatField(source="after", help_text="seconds after the first of its group took hold")
    pause_s = serializers.FloatField(source="pause", help_text="seconds without faults before its group")
    allow_last_replica = serializers.BooleanField()
    repeat = serializers.IntegerField(help_text="from 1")


class PlannedCaseSerializer(serializers.Serializer[PlannedCase]):
    """Whole seconds, if no step has to wait."""

    group = serializers.IntegerField()
    begins_s = serializers.IntegerField(source="begins", help_text="after the start of the campaign")
    before_s = serializers.IntegerField(source="before", help_text="normal time before the fault")
    after_s = serializers.IntegerField(source="after", help_text="from its start until the next one, or the end")
    each_side_s = serializers.IntegerField(
        source="each_side", help_text="what a case of the rcaeval format has on either side of the fault's start"
    )


class PlanSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    seed = serializers.IntegerField()
    digest = serializers.CharField(help_text="of the file's content; the same digest, the same plan")
    expected_s = serializers.FloatField(help_text="how long it will take, if no step has to wait")
    steps = PlannedStepSerializer(many=True)
    cases = PlannedCaseSerializer(many=True, help_text="what each group will leave for a dataset")
    warnings = serializers.ListField(child=serializers.CharField(), help_text="what the data will not be good for")


class StepSerializer(serializers.ModelSerializer[Step]):
    state = serializers.ChoiceField(choices=StepState.choices)
    parameters = serializers.DictField()
    reason = serializers.CharField(help_text="why it waits, was skipped, failed or was ended early; may be empty")
    is_event = serializers.BooleanField(help_text="what a healthy system goes through, and no fault")
    injection = serializers.UUIDField(allow_null=True, help_text="of GET /api/v1/faults/injections/{id}")
    event = serializers.UUIDField(allow_null=True, help_text="of GET /api/v1/events/{id}")
    effect = serializers.CharField(help_text="confirmed on all its pods, absent on one, unknown; empty: not known yet")
    unusable = serializers.CharField(
        help_text="what else was wrong when its fault took hold, so that its telemetry is no case of it alone; or empty"
    )

    group = serializers.IntegerField(help_text="those of one group are ordered as one: together, or as a cascade")
    after_s = serializers.FloatField(help_text="seconds after the first of its group took hold")
    pause_s = serializers.FloatField(help_text="seconds without faults before its group")

    class Meta:
        model = Step
        fields = (
            "id",
            "plan_id",
            "index",
            "group",
            "after_s",
            "pause_s",
            "is_event",
            "fault",
            "service",
            "pods",
            "parameters",
            "duration_s",
            "allow_last_replica",
            "repeat",
            "state",
            "reason",
            "injection",
            "event",
            "effect",
            "unusable",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField(help_text="why it did not complete; may be empty")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    steps_done = serializers.IntegerField(source="steps_over", help_text="steps that are over, in whatever way")
    steps_total = serializers.IntegerField()
    steps_failed = serializers.IntegerField(help_text="of those over: the injection failed, or was ended early")
    steps_skipped = serializers.IntegerField(help_text="of those over: nothing was injected")
    steps_unusable = serializers.IntegerField(help_text="of those over: done, but something else was wrong meanwhile")

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            "id",
            "name",
            "seed",
            "digest",
            "state",
            "reason",
            "steps_done",
            "steps_total",
            "steps_failed",
            "steps_skipped",
            "steps_unusable",
            "expected_s",
            "created_by",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields


class ProgressSerializer(serializers.Serializer[Any]):
    steps_done = serializers.IntegerField()
    steps_total = serializers.IntegerField()
    current = serializers.IntegerField(allow_null=True, help_text="index of the step that is under way")
    seconds_left = serializers.FloatField(allow_null=True, help_text="expected; null when it is over")


class CampaignDetailSerializer(CampaignSerializer):
    progress = serializers.SerializerMethodField()
    text = serializers.CharField(help_text="the file as it was sent, with its comments; empty: it was sent as JSON")
    content = Modelled(CampaignFile, help_text="the file, defaults filled in")
    steps = StepSerializer(many=True)

    class Meta(CampaignSerializer.Meta):
        fields = (*CampaignSerializer.Meta.fields, "progress", "text", "content", "steps")
        read_only_fields = fields

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, campaign: Campaign) -> dict[str, Any]:
        progress = selectors.progress(campaign, timezone.now())
        return {
            "steps_done": progress.steps_done,
            "steps_total": progress.steps_total,
            "current": progress.current.index if progress.current else None,
            "seconds_left": progress.seconds_left,
        }
