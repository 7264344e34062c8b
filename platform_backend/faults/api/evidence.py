"""What an effect was judged by, in JSON. Keys that the check had nothing to say about are not there."""

from rest_framework import serializers

from common.answers import FiniteFloat


class MeasuredSerializer(serializers.Serializer):
    """One KPI before and during the fault."""

    kpi = serializers.CharField(required=False)
    unit = serializers.CharField(required=False, allow_blank=True)
    test = serializers.CharField(required=False, help_text="name of the statistical test")
    statistic = FiniteFloat(required=False, allow_null=True)
    p_value = FiniteFloat(required=False, allow_null=True)
    effect_size = FiniteFloat(
        required=False, allow_null=True, help_text="above 0 when values rose: Cliff's delta, or a difference of shares"
    )
    before = FiniteFloat(required=False, allow_null=True)
    during = FiniteFloat(required=False, allow_null=True)
    before_on_this_host = FiniteFloat(
        required=False, allow_null=True, help_text="what `before` would have been on a machine as busy as during"
    )


class HostSerializer(serializers.Serializer):
    """How busy the machine was during the fault; shares from 0 to 1."""

    strained = serializers.BooleanField(required=False)
    cpu_busy = FiniteFloat(required=False, allow_null=True)
    cpu_waiting = FiniteFloat(required=False, allow_null=True)
    cpu_stolen = FiniteFloat(required=False, allow_null=True)
    ticks_missed = FiniteFloat(required=False, allow_null=True, help_text="share of samples that did not come")
    slowdown_of_others = FiniteFloat(required=False, allow_null=True, help_text="times as long as before")


class EvidenceSerializer(MeasuredSerializer):
    """The telling KPI on top, the rest of them in `others`."""

    reason = serializers.CharField(required=False, help_text="why the effect is unknown")
    others = MeasuredSerializer(many=True, required=False)
    compared_with = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2),
        required=False,
        help_text="[start, end] of times before, UTC microseconds",
    )
    host = HostSerializer(required=False)
    load = serializers.CharField(required=False, help_text="that the load changed, in words")
