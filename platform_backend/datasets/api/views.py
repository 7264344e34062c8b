"""Datasets: ask for one, follow its build, keep or delete it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import user_of
from common.paging import NewestFirst
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation
from datasets import selectors, services
from datasets.api.examples import MANIFEST, QUEUED, READY, REQUEST
from datasets.api.serializers import DatasetChangeSerializer, DatasetCreateSerializer, DatasetSerializer, DatasetsQuery
from datasets.contents import DatasetManifest
from datasets.models import Dataset


class ByTime(NewestFirst):
    columns = ("created_at", "id")


class DatasetsView(ListView[Dataset]):
    queries = {"get": DatasetsQuery}
    bodies = {"post": DatasetCreateSerializer}
    serializer_class = DatasetSerializer
    pagination_class = ByTime
    sorts = {"created_at": "created_at", "name": "name", "size": "size", "finished_at": "finished_at"}
    search_in = ("name", "notes", "digest")
    queryset = Dataset.objects.none()

    @operation("datasets_list", role=Role.VIEWER, tags=["datasets"], examples=[page_example(READY)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Datasets, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.query
        return selectors.found(
            states=asked["state"],
            formats=asked["format"],
            origin=asked["origin"],
            campaign=asked["campaign"],
            created_by=asked["created_by"],
        )

    @operation(
        "datasets_create",
        role=Role.RESEARCHER,
        tags=["datasets"],
        responses={202: DatasetSerializer},
        examples=[
            OpenApiExample("five minutes", REQUEST, request_only=True),
            OpenApiExample("queued", QUEUED, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Build a dataset of a window of time, or of a campaign that is over.

        No fault of the window may still be running (409).

        With a quota (`datasets.quota_gigabytes_per_user`), your datasets and this one's estimate must keep to it (409).
        """
        dataset = services.dataset_create(by=user_of(request), **self.asked)
        return Response(
            DatasetSerializer(dataset).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"{request.path}/{dataset.pk}"},
        )


class DatasetView(ApiView):
    bodies = {"patch": DatasetChangeSerializer}

    @operation(
        "datasets_get",
        role=Role.VIEWER,
        tags=["datasets"],
        responses=DatasetSerializer,
        examples=[OpenApiExample("ready", READY)],
    )
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """One dataset: its state, the progress of its build, what came out."""
        return Response(DatasetSerializer(selectors.dataset_get(dataset_id)).data)

    @operation(
        "datasets_update",
        role=Role.RESEARCHER,
        tags=["datasets"],
        responses=DatasetSerializer,
        examples=[
            OpenApiExample("keep", {"keep": True}, request_only=True),
            OpenApiExample("kept", READY | {"keep": True}, response_only=True),
        ],
    )
    def patch(self, request: Request, dataset_id: UUID) -> Response:
        """Keep a dataset whatever its age, or no longer; change its notes. For who made it and admins (403)."""
        dataset = services.dataset_update(dataset_id=dataset_id, by=user_of(request), **self.asked)
        return Response(DatasetSerializer(dataset).data)

    @operation("datasets_delete", role=Role.RESEARCHER, tags=["datasets"], responses={204: None})
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        """Delete a dataset and its files. One that is being built has to be cancelled first (409).

        While it is being read, its state is `deleting`: those who read it may finish, nobody else may begin (410).
        For who made it and admins (403).
        """
        services.dataset_delete(dataset_id=dataset_id, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DatasetCancelView(ApiView):
    @operation(
        "datasets_cancel",
        role=Role.RESEARCHER,
        tags=["datasets"],
        responses={202: DatasetSerializer},
        examples=[OpenApiExample("cancelled", QUEUED | {"state": "cancelled", "cancel_requested": True})],
    )
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """End a build or an import. It leaves no files; one that is over already can't be cancelled (409).

        For who made it and admins (403).
        """
        dataset = services.dataset_cancel(dataset_id=dataset_id, by=user_of(request))
        return Response(DatasetSerializer(dataset).data, status=status.HTTP_202_ACCEPTED)


class DatasetManifestView(ApiView):
    @operation(
        "datasets_manifest",
        role=Role.VIEWER,
        tags=["datasets"],
        responses=DatasetManifest,
        examples=[OpenApiExample("an excerpt", MANIFEST)],
    )
    def get(self, request: Request, dataset_id: UUID) -> HttpResponse:
        """dataset.json of a ready dataset; the guide on the dataset format explains it."""
        dataset = selectors.dataset_get(dataset_id)
        with selectors.dataset_lease(dataset):
            content = selectors.manifest_path(dataset).read_bytes()
        return HttpResponse(content, content_type="application/json")  # byte by byte: its sha256 is the digest
