"""Addresses of events."""

from django.urls import path

from events.api import views

urlpatterns = [
    path("", views.EventsView.as_view(), name="events"),
    path("/kinds", views.EventKindsView.as_view(), name="event-kinds"),
    path("/<uuid:event_id>", views.EventView.as_view(), name="event"),
    path("/<uuid:event_id>/stop", views.EventStopView.as_view(), name="event-stop"),
]
