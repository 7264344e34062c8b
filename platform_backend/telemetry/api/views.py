"""Logs, traces, topology and metrics of a window of time."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import checked
from common.errors import NotFound
from telemetry import services
from telemetry.api import examples, windows
from telemetry.api import serializers as forms
from telemetry.ports import LogQuery, MetricQuery, Page, TelemetrySource, TraceQuery
from telemetry.records import Window

STEPS: Final = 100
SECOND: Final = 1_000_000


def _source() -> TelemetrySource:
    return services.telemetry_source()


def _query(request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    return dict(checked(form(data=request.query_params)).validated_data)


def _page(page: Page[Any], form: type[serializers.Serializer[Any]]) -> Response:
    return Response({"results": form(page.rows, many=True).data, "cursor": page.cursor})


def _step(asked: float | None, window: Window) -> int:
    """Microseconds; without a wish, whole seconds that cut the window into at most STEPS."""
    if asked is not None:
        return round(asked * SECOND)
    return SECOND * max(1, math.ceil((window.end - window.start) / SECOND / STEPS))


class LogsView(APIView):
    @extend_schema(
        operation_id="logs",
        tags=["telemetry"],
        parameters=[*windows.PARAMETERS, forms.LogQuerySerializer],
        responses=forms.LogPageSerializer,
        examples=[examples.LOGS],
    )
    def get(self, request: Request) -> Response:
        """Log lines, newest first."""
        query = _query(request, forms.LogQuerySerializer)
        page = _source().logs(LogQuery(window=windows.window_of(request.query_params), **query))
        return _page(page, forms.LogSerializer)


class LogHistogramView(APIView):
    @extend_schema(
        operation_id="logs_histogram",
        tags=["telemetry"],
        parameters=[*windows.PARAMETERS, forms.HistogramQuerySerializer],
        responses=forms.HistogramSerializer,
        examples=[examples.HISTOGRAM],
    )
    def get(self, request: Request) -> Response:
        """How many log lines of each level there are in each step of the window."""
        query = _query(request, forms.HistogramQuerySerializer)
        window = windows.window_of(request.query_params)
        step = _step(query.pop("step"), window)
        buckets = _source().log_histogram(LogQuery(window=window, **query), step=step)
        return Response({"step": step / SECOND, "buckets": [asdict(bucket) for bucket in buckets]})


class TracesView(APIView):
    @extend_schema(
        operation_id="traces",
        tags=["telemetry"],
        parameters=[*windows.PARAMETERS, forms.TraceQuerySerializer],
        responses=forms.TracePageSerializer,
        examples=[examples.TRACES],
    )
    def get(self, request: Request) -> Response:
        """Traces, newest first."""
        query = _query(request, forms.TraceQuerySerializer)
        page = _source().traces(TraceQuery(window=windows.window_of(request.query_params), **query))
        return _page(page, forms.TraceSerializer)


class TraceView(APIView):
    @extend_schema(
        operation_id="trace",
        tags=["telemetry"],
        parameters=windows.PARAMETERS,
        responses=forms.SpanSerializer(many=True),
        examples=[examples.SPANS],
    )
    def get(self, request: Request, trace_id: str) -> Response:
        """The spans of a trace. A window makes it faster; without one all telemetry is searched."""
        spans = _source().spans(trace_id, _window_if_asked(request))
        if not spans:
            raise NotFound(f"There is no trace {trace_id} in this window, or it is too old to be kept.")
        return Response(forms.SpanSerializer(spans, many=True).data)


def _window_if_asked(request: Request) -> Window | None:
    asked = any(request.query_params.get(name) for name in ("from", "to"))
    return windows.window_of(request.query_params) if asked else None


class TopologyView(APIView):
    @extend_schema(
        operation_id="topology",
        tags=["telemetry"],
        parameters=windows.PARAMETERS,
        responses=forms.EdgeSerializer(many=True),
        examples=[examples.TOPOLOGY],
    )
    def get(self, request: Request) -> Response:
        """Who calls whom: rate, errors and latency of each edge."""
        edges = _source().topology(windows.window_of(request.query_params))
        return Response(forms.EdgeSerializer(edges, many=True).data)


class MetricsView(APIView):
    @extend_schema(
        operation_id="metrics",
        tags=["telemetry"],
        parameters=windows.PARAMETERS,
        responses={200: serializers.ListSerializer(child=serializers.CharField())},
        examples=[examples.METRICS],
    )
    def get(self, request: Request) -> Response:
        """Names of the metrics in the window."""
        names: Sequence[str] = _source().metric_names(windows.window_of(request.query_params))
        return Response(list(names))


class MetricRangeView(APIView):
    @extend_schema(
        operation_id="metrics_range",
        tags=["telemetry"],
        parameters=[*windows.PARAMETERS, forms.RangeQuerySerializer],
        responses=forms.RangeSerializer,
        examples=[examples.RANGE],
    )
    def get(self, request: Request, name: str) -> Response:
        """One metric over the window, a point a step: the last value in it, or the rate."""
        query = _query(request, forms.RangeQuerySerializer)
        window = windows.window_of(request.query_params)
        step = _step(query.pop("step"), window)
        series = _source().metric_range(MetricQuery(metric=name, window=window, step=step, **query))
        body = forms.SeriesSerializer(series, many=True).data
        return Response({"metric": name, "step": step / SECOND, "series": body})
