"""Logs, traces, topology and metrics of a window of time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common import cursors, moments
from common.errors import NotFound, said
from common.paging import list_of
from common.roles import Role
from common.views import ApiView, operation
from telemetry import services
from telemetry.api import examples
from telemetry.api import serializers as forms
from telemetry.api.windows import OpenWindowQuery, WindowQuery
from telemetry.metrics import described
from telemetry.ports import AroundQuery, DurationQuery, LogQuery, MetricQuery, Page, Series, TelemetrySource, TraceQuery
from telemetry.records import Window
from telemetry.series import aggregated, quantile

STEPS: Final = 100
SECOND: Final = 1_000_000
ALWAYS: Final = Window(0, moments.END)


def _source() -> TelemetrySource:
    return services.telemetry_source()


def _paged(request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """The query with the place that its cursor stands for."""
    cursor = query["cursor"]
    place = None if cursor is None else cursors.decode(cursor, of=list_of(request))
    return {**query, "cursor": None if place is None else tuple(place)}


def _page(request: Request, page: Page[Any], form: type[serializers.Serializer[Any]]) -> Response:
    cursor = None if page.cursor is None else cursors.encode(page.cursor, of=list_of(request))
    return Response({"results": form(page.rows, many=True).data, "cursor": cursor})


def _step(asked: float | None, window: Window) -> int:
    """Microseconds; without a wish, whole seconds that cut the window into at most STEPS."""
    if asked is not None:
        return round(asked * SECOND)
    return SECOND * max(1, math.ceil((window.end - window.start) / SECOND / STEPS))


def _without(query: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in query.items() if key != name}


class LogsView(ApiView):
    queries = {"get": forms.LogsQuery}

    @operation(
        "logs",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.LogPageSerializer,
        examples=[examples.LOGS],
    )
    def get(self, request: Request) -> Response:
        """Log lines, newest first."""
        page = _source().logs(LogQuery(**_paged(request, self.query)))
        return _page(request, page, forms.LogSerializer)


class LogArrivalsView(ApiView):
    queries = {"get": forms.ArrivalsQuery}

    @operation(
        "logs_arrivals",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.ArrivalsSerializer,
        examples=[examples.ARRIVALS],
    )
    def get(self, request: Request) -> Response:
        """Log lines in the order of their arrival, to follow them live: none is lost, however late it comes."""
        place = _paged(request, self.query).pop("cursor")
        query = LogQuery(window=ALWAYS, **{**self.query, "cursor": None})
        found = _source().arrivals(query, None if place is None else place[0])
        cursor = cursors.encode([found.last], of=list_of(request))
        results = forms.LogSerializer(found.rows, many=True).data
        return Response({"results": results, "cursor": cursor, "more": found.more})


class LogsAroundView(ApiView):
    queries = {"get": forms.AroundLogsQuery}

    @operation(
        "logs_around",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.AroundSerializer,
        examples=[examples.AROUND],
    )
    def get(self, request: Request) -> Response:
        """The lines before and after one, oldest first, itself among them; as far as an hour away."""
        rows = _source().logs_around(AroundQuery(**self.query))
        if not rows:
            raise NotFound(
                said(
                    "log.unknown",
                    "There is no log line {log_id} at this time, or it is too old to be kept.",
                    log_id=self.query["log_id"],
                )
            )
        return Response({"results": forms.LogSerializer(rows, many=True).data})


class LogHistogramView(ApiView):
    queries = {"get": forms.HistogramQuery}

    @operation(
        "logs_histogram",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.HistogramSerializer,
        examples=[examples.HISTOGRAM],
    )
    def get(self, request: Request) -> Response:
        """How many log lines of each level there are in each step of the window."""
        query = dict(self.query)
        step = _step(query.pop("step"), query["window"])
        buckets = _source().log_histogram(LogQuery(**query), step=step)
        return Response({"step": step / SECOND, "buckets": [asdict(bucket) for bucket in buckets]})


class TracesView(ApiView):
    queries = {"get": forms.TracesQuery}

    @operation(
        "traces",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.TracePageSerializer,
        examples=[examples.TRACES],
    )
    def get(self, request: Request) -> Response:
        """Traces, newest first."""
        page = _source().traces(TraceQuery(**_paged(request, self.query)))
        return _page(request, page, forms.TraceSerializer)


class DurationsView(ApiView):
    queries = {"get": forms.DurationsQuery}

    @operation(
        "traces_durations",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.DurationsSerializer,
        examples=[examples.DURATIONS],
    )
    def get(self, request: Request) -> Response:
        """How long root spans, or the spans of the filters, took: counts by step of time and by duration."""
        query = dict(self.query)
        step = _step(query.pop("step"), query["window"])
        buckets = _source().durations(DurationQuery(**query), step=step)
        return Response({"step": step / SECOND, "buckets": forms.DurationBucketSerializer(buckets, many=True).data})


class DurationPointsView(ApiView):
    queries = {"get": forms.DurationPointsQuery}

    @operation(
        "traces_points",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.DurationPointsSerializer,
        examples=[examples.POINTS],
    )
    def get(self, request: Request) -> Response:
        """Root spans, or the spans of the filters, as points to plot: when they began, and how long they took."""
        query = dict(self.query)
        found = _source().duration_points(DurationQuery(**_without(query, "limit")), limit=query["limit"])
        points = forms.DurationPointSerializer(found.points, many=True).data
        return Response({"points": points, "total": found.total, "sampled": found.total > len(found.points)})


class TraceView(ApiView):
    queries = {"get": OpenWindowQuery}

    @operation(
        "trace",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.SpanSerializer(many=True),
        examples=[examples.SPANS],
    )
    def get(self, request: Request, trace_id: str) -> Response:
        """The spans of a trace. A window makes it faster; without one all telemetry is searched."""
        spans = _source().spans(trace_id, self.query["window"])
        if not spans:
            raise NotFound(
                said(
                    "trace.unknown",
                    "There is no trace {trace_id} in this window, or it is too old to be kept.",
                    trace_id=trace_id,
                )
            )
        return Response(forms.SpanSerializer(spans, many=True).data)


class TopologyView(ApiView):
    queries = {"get": WindowQuery}

    @operation(
        "topology",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.EdgeSerializer(many=True),
        examples=[examples.TOPOLOGY],
    )
    def get(self, request: Request) -> Response:
        """Who calls whom: rate, errors and latency of each edge."""
        edges = _source().topology(self.query["window"])
        return Response(forms.EdgeSerializer(edges, many=True).data)


class MetricsView(ApiView):
    queries = {"get": WindowQuery}

    @operation(
        "metrics",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.MetricSerializer(many=True),
        examples=[examples.METRICS],
    )
    def get(self, request: Request) -> Response:
        """The metrics in the window, by name."""
        metrics = [described(name) for name in _source().metric_names(self.query["window"])]
        return Response(forms.MetricSerializer(metrics, many=True).data)


class MetricRangeView(ApiView):
    queries = {"get": forms.RangeQuery}

    @operation(
        "metrics_range",
        role=Role.VIEWER,
        tags=["telemetry"],
        responses=forms.RangeSerializer,
        examples=[examples.RANGE],
    )
    def get(self, request: Request) -> Response:
        """Metrics over the window, a point a step: the last value in it, the rate, or a quantile of a histogram."""
        step = _step(self.query["step"], self.query["window"])
        results = [self._result(name, step) for name in dict.fromkeys(self.query["metrics"])]
        return Response({"step": step / SECOND, "results": results})

    def _result(self, name: str, step: int) -> dict[str, Any]:
        series, limit = self._series(name, step), self.query["limit"]
        body = forms.SeriesSerializer(series[:limit], many=True).data
        return {"metric": name, "series": body, "truncated": len(series) > limit}

    def _series(self, name: str, step: int) -> Sequence[Series]:
        asked = self.query
        filters = {key: asked[key] for key in ("window", "services", "pods", "labels")}
        by, how, share = asked["by"], asked["aggregate"], asked["quantile"]
        if share is not None:
            buckets = _source().metric_range(MetricQuery(f"{name}_bucket", step=step, rate=True, **filters))
            return quantile(buckets, share, by)
        series = _source().metric_range(MetricQuery(name, step=step, rate=asked["rate"], **filters))
        return series if by is None and how is None else aggregated(series, by or (), how or "sum")
