"""Addresses of campaigns."""

from django.urls import path

from campaigns.api import library, report, views

urlpatterns = [
    path("", views.CampaignsView.as_view(), name="campaigns"),
    path("/plan", views.CampaignPlanView.as_view(), name="campaign-plan"),
    path("/schema", library.CampaignSchemaView.as_view(), name="campaign-schema"),
    path("/library", library.LibraryView.as_view(), name="campaign-library"),
    path("/saved", library.SavedCampaignsView.as_view(), name="saved-campaigns"),
    path("/saved/<uuid:saved_id>", library.SavedCampaignView.as_view(), name="saved-campaign"),
    path("/saved/<uuid:saved_id>/versions", library.SavedVersionsView.as_view(), name="saved-campaign-versions"),
    path("/<uuid:campaign_id>", views.CampaignView.as_view(), name="campaign"),
    path("/<uuid:campaign_id>/report", report.CampaignReportView.as_view(), name="campaign-report"),
    path("/<uuid:campaign_id>/stop", views.CampaignStopView.as_view(), name="campaign-stop"),
]
