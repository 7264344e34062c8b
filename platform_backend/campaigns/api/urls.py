"""Addresses of campaigns."""

from django.urls import path

from campaigns.api import views

urlpatterns = [
    path("", views.CampaignsView.as_view(), name="campaigns"),
    path("/plan", views.CampaignPlanView.as_view(), name="campaign-plan"),
    path("/<uuid:campaign_id>", views.CampaignView.as_view(), name="campaign"),
    path("/<uuid:campaign_id>/stop", views.CampaignStopView.as_view(), name="campaign-stop"),
]
