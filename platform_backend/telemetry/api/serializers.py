"""Telemetry queries and their answers in JSON."""

import math
from typing import Any, Final, get_args

from django.core.validators import RegexValidator
from rest_framework import serializers

from common import fields
from common.answers import FiniteFloat
from common.forms import PageQuery, Query
from telemetry.api.windows import WindowQuery
from telemetry.metrics import Kind
from telemetry.paging import LONGEST_REGEX, MAX_AROUND, MAX_LIMIT
from telemetry.ports import DurationBucket, Status
from telemetry.series import Aggregate

MAX_NAMES: Final = 200
LONGEST_NAME: Final = 253
MAX_METRICS: Final = 20
MAX_KEYS: Final = 10
LONGEST_OPERATION: Final = 500
LONGEST_DURATION: Final = 10**15
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _names(text: str, *, longest: int = LONGEST_NAME) -> serializers.ListField:
    child = fields.Text(max_length=longest)
    return serializers.ListField(child=child, default=list, max_length=MAX_NAMES, help_text=text)


def _hex(digits: int, text: str) -> fields.Text:
    """Lower case, as trace contexts have it."""
    lower = RegexValidator(f"^[0-9a-f]{{{digits}}}\\Z", f"must be {digits} lower-case hex digits")
    return fields.Text(validators=[lower], default="", help_text=text)


CURSOR_HELP: Final = (
    "continues after the last row; null at the end. A search that finds little returns fewer results than asked for, "
    "even none, with a cursor that goes on further back"
)


class LongPageQuery(PageQuery):
    limit = fields.Integer(min_value=1, max_value=MAX_LIMIT, default=50, help_text="how many rows at most")


class LogChoiceQuery(Query):
    services = _names("only of these services; repeat the parameter for more than one")
    pods = _names("only of these pods")
    levels = serializers.ListField(
        child=fields.Choice(choices=LEVELS), default=list, max_length=len(LEVELS), help_text="only of these levels"
    )
    contains = fields.Text(
        max_length=500,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="part of the message; case matters",
    )
    search = fields.Text(
        max_length=500,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="part of the message; case does not matter",
    )
    regex = fields.Text(
        max_length=LONGEST_REGEX,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="regular expression of RE2 that is found in the message; (?i) in front: case does not matter",
    )
    trace_id = _hex(32, "only of this trace")
    span_id = _hex(16, "only of this span")


class LogFilterQuery(LogChoiceQuery, WindowQuery):
    pass


class LogsQuery(LogFilterQuery, LongPageQuery):
    pass


class ArrivalsQuery(LogChoiceQuery, LongPageQuery):
    cursor = fields.Text(max_length=1000, default=None, help_text="of the answer before; without it: begin now")


class AroundLogsQuery(Query):
    timestamp = fields.Moment(help_text="of the line")
    log_id = fields.Integer(help_text="of the line")
    before = fields.Integer(min_value=0, max_value=MAX_AROUND, default=20, help_text="how many lines before it at most")
    after = fields.Integer(min_value=0, max_value=MAX_AROUND, default=20, help_text="how many lines after it at most")
    services = _names("neighbours only of these services")
    pods = _names("neighbours only of these pods")


class StepQuery(Query):
    step = fields.Number(
        min_value=0.001, max_value=1e7, default=None, help_text="seconds; default: some 100 steps in the window"
    )


class HistogramQuery(LogFilterQuery, StepQuery):
    pass


class DurationFilterQuery(WindowQuery):
    services = _names("spans of these services, and not root spans")
    pods = _names("spans of these pods, and not root spans")
    operations = _names("spans of these operations, and not root spans", longest=LONGEST_OPERATION)


class DurationsQuery(DurationFilterQuery, StepQuery):
    pass


class DurationPointsQuery(DurationFilterQuery):
    limit = fields.Integer(min_value=1, max_value=MAX_LIMIT, default=MAX_LIMIT, help_text="how many points at most")


class TracesQuery(WindowQuery, LongPageQuery):
    services = _names("with a span of any of these services; one span must fit services, pods and operations")
    pods = _names("with a span of any of these pods")
    operations = _names("with a span of any of these operations", longest=LONGEST_OPERATION)
    status = fields.Choice(choices=get_args(Status), default="any", help_text="error: with a failed span; ok: without")
    min_duration = fields.Integer(
        min_value=0, max_value=LONGEST_DURATION, default=0, help_text="microseconds, of the whole trace"
    )
    max_duration = fields.Integer(
        min_value=0, max_value=LONGEST_DURATION, default=None, help_text="microseconds, of the whole trace"
    )


class RangeQuery(WindowQuery, StepQuery):
    metrics = serializers.ListField(
        child=fields.Text(max_length=LONGEST_NAME), min_length=1, max_length=MAX_METRICS, help_text="their names"
    )
    services = _names("only of these services")
    pods = _names("only of these pods")
    labels = serializers.ListField(
        child=fields.Text(max_length=LONGEST_OPERATION, validators=[RegexValidator("^[^=,]+=", "must be key=value")]),
        default=list,
        max_length=MAX_NAMES,
        help_text="only with this key=value; several of one key: any of them",
    )
    by = serializers.ListField(
        child=fields.Text(max_length=LONGEST_NAME),
        default=None,
        max_length=MAX_KEYS,
        help_text="one series for each value of these: service, pod, or the key of a label; none are told apart else",
    )
    aggregate = fields.Choice(
        choices=get_args(Aggregate), default=None, help_text="how those that `by` does not tell apart become one; sum"
    )
    rate = fields.Flag(default=False, help_text="increase per second of a counter, resets considered")
    quantile = fields.Number(
        min_value=0,
        max_value=1,
        default=None,
        help_text="of the histograms whose buckets are named so with _bucket; of the rates, those of one `by` together",
    )
    limit = fields.Integer(
        min_value=1, max_value=MAX_LIMIT, default=200, help_text="how many series of a metric at most"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["quantile"] is not None:
            doubled = {name: ["does not go with quantile"] for name in ("rate", "aggregate") if attrs[name]}
            if doubled:
                raise serializers.ValidationError(doubled)
        return super().validate(attrs)


class LogSerializer(serializers.Serializer):
    log_id = serializers.IntegerField()
    timestamp = serializers.IntegerField(help_text="UTC microseconds")
    service = serializers.CharField()
    pod = serializers.CharField()
    level = serializers.CharField()
    message = serializers.CharField()
    trace_id = serializers.CharField(allow_null=True)
    span_id = serializers.CharField(allow_null=True)


class TraceSerializer(serializers.Serializer):
    trace_id = serializers.CharField()
    timestamp = serializers.IntegerField(help_text="UTC microseconds of its start")
    duration = serializers.IntegerField(help_text="microseconds")
    service = serializers.CharField(help_text="of the root span")
    operation_name = serializers.CharField()
    span_count = serializers.IntegerField()
    error_count = serializers.IntegerField()


class SpanSerializer(serializers.Serializer):
    timestamp = serializers.IntegerField(help_text="UTC microseconds of its start")
    duration = serializers.IntegerField(help_text="microseconds")
    trace_id = serializers.CharField()
    span_id = serializers.CharField()
    parent_span_id = serializers.CharField(allow_null=True)
    service = serializers.CharField()
    pod = serializers.CharField()
    operation_name = serializers.CharField()
    kind = serializers.CharField()
    type = serializers.CharField(help_text="http, grpc, db or app")
    status_code = serializers.IntegerField(help_text="HTTP or gRPC code; db and app: 0 ok, 2 error")
    is_error = serializers.BooleanField()


class BucketSerializer(serializers.Serializer):
    start = serializers.IntegerField(help_text="UTC microseconds")
    level = serializers.CharField()
    count = serializers.IntegerField()


class HistogramSerializer(serializers.Serializer):
    step = serializers.FloatField(help_text="seconds")
    buckets = BucketSerializer(many=True)


class EdgeSerializer(serializers.Serializer):
    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()
    rate = FiniteFloat(help_text="calls per second")
    error_ratio = FiniteFloat(help_text="0 to 1")
    p50 = FiniteFloat(allow_null=True, help_text="microseconds, as the caller saw it")
    p95 = FiniteFloat(allow_null=True, help_text="microseconds, as the caller saw it")


class SeriesSerializer(serializers.Serializer):
    service = serializers.CharField(help_text='"" when summed over')
    pod = serializers.CharField(help_text='"" when summed over')
    labels = serializers.CharField(help_text="key=value,key=value")
    points = serializers.ListField(
        child=serializers.ListField(child=FiniteFloat(allow_null=True), min_length=2, max_length=2),
        help_text="[UTC microseconds of the step's start, value]",
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        points = [[start, value if math.isfinite(value) else None] for start, value in instance.points]
        return {"service": instance.service, "pod": instance.pod, "labels": instance.labels, "points": points}


class MetricSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=get_args(Kind), help_text="by the conventions of its name")
    unit = serializers.CharField(help_text='"" for a number of things')
    help = serializers.CharField(help_text='"" when nothing is known')


class MetricRangeSerializer(serializers.Serializer):
    metric = serializers.CharField()
    series = SeriesSerializer(many=True)
    truncated = serializers.BooleanField(help_text="there are more series than `limit`; these are the first by name")


class RangeSerializer(serializers.Serializer):
    step = serializers.FloatField(help_text="seconds")
    results = MetricRangeSerializer(many=True)


class LogPageSerializer(serializers.Serializer):
    results = LogSerializer(many=True)
    cursor = serializers.CharField(allow_null=True, help_text=CURSOR_HELP)


class ArrivalsSerializer(serializers.Serializer):
    results = LogSerializer(many=True)
    cursor = serializers.CharField(help_text="what comes later comes after it; there is always one")
    more = serializers.BooleanField(help_text="there is more already; false: ask again in a while")


class DurationBucketSerializer(serializers.Serializer):
    start = serializers.IntegerField(help_text="UTC microseconds")
    shortest = serializers.FloatField(help_text="microseconds")
    longest = serializers.FloatField(help_text="microseconds, exclusive")
    count = serializers.IntegerField()
    error_count = serializers.IntegerField(help_text="how many of them failed")

    def to_representation(self, instance: DurationBucket) -> dict[str, Any]:
        bounds = {"shortest": 2 ** (instance.level / 2), "longest": 2 ** ((instance.level + 1) / 2)}
        return {"start": instance.start, **bounds, "count": instance.count, "error_count": instance.errors}


class DurationsSerializer(serializers.Serializer):
    step = serializers.FloatField(help_text="seconds")
    buckets = DurationBucketSerializer(many=True)


class DurationPointSerializer(serializers.Serializer):
    timestamp = serializers.IntegerField(help_text="UTC microseconds of its start")
    duration = serializers.IntegerField(help_text="microseconds")
    trace_id = serializers.CharField()
    span_id = serializers.CharField()
    service = serializers.CharField()
    operation_name = serializers.CharField()
    is_error = serializers.BooleanField()


class DurationPointsSerializer(serializers.Serializer):
    points = DurationPointSerializer(many=True, help_text="oldest first")
    total = serializers.IntegerField(help_text="spans that there are")
    sampled = serializers.BooleanField(
        help_text="these are not all: the longest quarter of `limit`, and an even choice of the others"
    )


class AroundSerializer(serializers.Serializer):
    results = LogSerializer(many=True)


class TracePageSerializer(serializers.Serializer):
    results = TraceSerializer(many=True)
    cursor = serializers.CharField(allow_null=True, help_text=CURSOR_HELP)
