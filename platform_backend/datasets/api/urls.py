"""Addresses of datasets."""

from django.urls import path

from datasets.api import card_views, downloads, imports, views

urlpatterns = [
    path("", views.DatasetsView.as_view(), name="datasets"),
    path("/import", imports.DatasetImportView.as_view(), name="dataset-import"),
    path("/<uuid:dataset_id>", views.DatasetView.as_view(), name="dataset"),
    path("/<uuid:dataset_id>/cancel", views.DatasetCancelView.as_view(), name="dataset-cancel"),
    path("/<uuid:dataset_id>/manifest", views.DatasetManifestView.as_view(), name="dataset-manifest"),
    path("/<uuid:dataset_id>/card", card_views.DatasetCardView.as_view(), name="dataset-card"),
    path("/<uuid:dataset_id>/download", downloads.DatasetDownloadView.as_view(), name="dataset-download"),
]
