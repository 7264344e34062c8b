"""Datasets: ask for one, follow its build, fetch it."""

import json
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import NewestFirst, checked, user_of
from common.schema import page_example
from datasets import selectors, services
from datasets.api.serializers import DatasetCreateSerializer, DatasetSerializer
from datasets.models import Dataset

ZIP: Final = "application/zip"
READY: Final[dict[str, Any]] = {
    "id": "3f0c2a8e-6f5b-4d8e-9a57-6c1c3a0f1b22",
    "name": "checkout-abort",
    "format": "csv",
    "state": "ready",
    "cancel_requested": False,
    "progress": {"rows_done": 61350, "rows_total": 61350, "bytes_written": 8912345},
    "size": 1203456,
    "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "counts": {"tables": {"logs": 18200, "spans": 21050, "samples": 22100}, "metrics": {"container_memory_rss": 3600}},
    "error": "",
    "created_by": "admin",
    "created_at": "2026-01-05T09:06:00Z",
    "finished_at": "2026-01-05T09:06:05Z",
    "from": 1767603600000000,
    "to": 1767603900000000,
}
QUEUED: Final = READY | {
    "state": "queued",
    "progress": {"rows_done": 0, "rows_total": 0, "bytes_written": 0},
    "size": None,
    "digest": "",
    "counts": {},
    "finished_at": None,
}
REQUEST: Final = {
    "name": "checkout-abort",
    "format": "csv",
    "from": "2026-01-05T09:00:00Z",
    "to": "2026-01-05T09:05:00Z",
}


class ZipRenderer(JSONRenderer):
    """Lets clients ask for application/zip alone; a problem is told in JSON all the same."""

    media_type = ZIP
    format = "zip"


class ByTime(NewestFirst):
    ordering = "-created_at"


class DatasetsView(generics.ListAPIView[Dataset]):
    serializer_class = DatasetSerializer
    pagination_class = ByTime
    queryset = selectors.datasets()

    @extend_schema(operation_id="datasets_list", tags=["datasets"], examples=[page_example(READY)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Datasets, newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="datasets_create",
        tags=["datasets"],
        request=DatasetCreateSerializer,
        responses={202: DatasetSerializer},
        examples=[
            OpenApiExample("five minutes", REQUEST, request_only=True),
            OpenApiExample("queued", QUEUED, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Build a dataset of a window of time. No fault of the window may still be running (409)."""
        wanted = checked(DatasetCreateSerializer(data=request.data)).validated_data
        dataset = services.dataset_create(by=user_of(request), **wanted)
        return Response(
            DatasetSerializer(dataset).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"{request.path}/{dataset.pk}"},
        )


class DatasetView(APIView):
    @extend_schema(
        operation_id="datasets_get",
        tags=["datasets"],
        responses=DatasetSerializer,
        examples=[OpenApiExample("ready", READY)],
    )
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """One dataset: its state, the progress of its build, what came out."""
        return Response(DatasetSerializer(selectors.dataset_get(dataset_id)).data)

    @extend_schema(operation_id="datasets_delete", tags=["datasets"], responses={204: None})
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        """Delete a dataset and its files. One that is being built has to be cancelled first (409)."""
        services.dataset_delete(dataset_id=dataset_id, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DatasetCancelView(APIView):
    @extend_schema(
        operation_id="datasets_cancel",
        tags=["datasets"],
        request=None,
        responses={202: DatasetSerializer},
        examples=[OpenApiExample("cancelled", QUEUED | {"state": "cancelled", "cancel_requested": True})],
    )
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """End a build. It leaves no files; one that is over already can't be cancelled (409)."""
        dataset = services.dataset_cancel(dataset_id=dataset_id, by=user_of(request))
        return Response(DatasetSerializer(dataset).data, status=status.HTTP_202_ACCEPTED)


class DatasetManifestView(APIView):
    @extend_schema(
        operation_id="datasets_manifest",
        tags=["datasets"],
        responses=OpenApiTypes.OBJECT,
        examples=[OpenApiExample("an excerpt", {"name": "checkout-abort", "format": "csv", "format_version": 1})],
    )
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """dataset.json of a ready dataset; the guide on the dataset format explains it."""
        path = selectors.manifest_path(selectors.dataset_get(dataset_id))
        return Response(json.loads(path.read_bytes()))


class DatasetDownloadView(APIView):
    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(
        operation_id="datasets_download",
        tags=["datasets"],
        responses={(200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "The dataset as a zip; its ETag is the digest.")},
    )
    def get(self, request: Request, dataset_id: UUID) -> HttpResponseBase:
        """The dataset as a zip. Streamed; with If-None-Match and its digest nothing is sent twice (304)."""
        dataset = selectors.dataset_get(dataset_id)
        path = selectors.archive_path(dataset)
        etag = f'"{dataset.digest}"'
        unchanged = get_conditional_response(request._request, etag=etag)
        if unchanged is not None:
            return unchanged
        response = FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=ZIP)
        response.headers["ETag"] = etag
        return response
