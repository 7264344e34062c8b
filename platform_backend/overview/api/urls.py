"""Addresses of the overview."""

from django.urls import path

from overview.api import views

urlpatterns = [
    path("config", views.ConfigView.as_view(), name="config"),
    path("status", views.StatusView.as_view(), name="status"),
    path("topology", views.TopologyView.as_view(), name="overview-topology"),
    path("faults/calendar", views.CalendarView.as_view(), name="calendar"),
    path("activity", views.ActivityView.as_view(), name="activity"),
]
