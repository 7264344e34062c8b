"""Addresses of datasets."""

from django.urls import path

from datasets.api import views

urlpatterns = [
    path("", views.DatasetsView.as_view(), name="datasets"),
    path("/<uuid:dataset_id>", views.DatasetView.as_view(), name="dataset"),
    path("/<uuid:dataset_id>/cancel", views.DatasetCancelView.as_view(), name="dataset-cancel"),
    path("/<uuid:dataset_id>/manifest", views.DatasetManifestView.as_view(), name="dataset-manifest"),
    path("/<uuid:dataset_id>/download", views.DatasetDownloadView.as_view(), name="dataset-download"),
]
