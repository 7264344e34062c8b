"""Addresses of faults."""

from django.urls import path

from faults.api import views

urlpatterns = [
    path("kinds", views.KindsView.as_view(), name="fault-kinds"),
    path("injections", views.InjectionsView.as_view(), name="injections"),
    path("injections/<uuid:injection_id>", views.InjectionView.as_view(), name="injection"),
    path("injections/<uuid:injection_id>/stop", views.InjectionStopView.as_view(), name="injection-stop"),
    path("labels", views.LabelsView.as_view(), name="labels"),
]
