"""Addresses of telemetry."""

from django.urls import path, register_converter

from telemetry.api import views
from telemetry.api.downloads import LogsDownloadView


class TraceId:
    """32 hex digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TraceId, "trace_id")

urlpatterns = [
    path("logs", views.LogsView.as_view(), name="logs"),
    path("logs/arrivals", views.LogArrivalsView.as_view(), name="logs-arrivals"),
    path("logs/around", views.LogsAroundView.as_view(), name="logs-around"),
    path("logs/download", LogsDownloadView.as_view(), name="logs-download"),
    path("logs/histogram", views.LogHistogramView.as_view(), name="logs-histogram"),
    path("traces", views.TracesView.as_view(), name="traces"),
    path("traces/durations", views.DurationsView.as_view(), name="traces-durations"),
    path("traces/points", views.DurationPointsView.as_view(), name="traces-points"),
    path("traces/<trace_id:trace_id>", views.TraceView.as_view(), name="trace"),
    path("topology", views.TopologyView.as_view(), name="topology"),
    path("metrics", views.MetricsView.as_view(), name="metrics"),
    path("metrics/range", views.MetricRangeView.as_view(), name="metrics-range"),
]
