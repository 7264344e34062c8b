"""Addresses of accounts."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("session", views.SessionView.as_view(), name="session"),
    path("tokens", views.TokensView.as_view(), name="tokens"),
    path("tokens/<uuid:token_id>", views.TokenView.as_view(), name="token"),
    path("audit", views.AuditView.as_view(), name="audit"),
]
