"""Addresses of the system under test."""

from django.urls import path

from systems.api import views

urlpatterns = [
    path("services", views.ServicesView.as_view(), name="system-services"),
    path("pods", views.PodsView.as_view(), name="system-pods"),
    path("load", views.LoadView.as_view(), name="system-load"),
]
