"""Datasets as zips: whole, in part, or resumed (RFC 9110, sections 13 and 14), and never deleted under the reader."""

from contextlib import ExitStack
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from werkzeug.http import parse_range_header

from common.api import PROBLEM, problem
from common.errors import said
from common.roles import Role
from common.transfers import take_place
from common.views import ApiView, operation
from datasets import selectors
from datasets.models import Dataset

ZIP: Final = "application/zip"
BLOCK: Final = 1 << 18
RANGE: Final = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="one range, such as bytes=1048576-")
IF_RANGE: Final = OpenApiParameter("If-Range", str, OpenApiParameter.HEADER, description="its ETag: else all is sent")


class Unsatisfiable(Exception):
    """No byte of the range that was asked for exists."""


class ZipRenderer(JSONRenderer):
    """Lets clients ask for application/zip alone; a problem is told in JSON all the same."""

    media_type = ZIP
    format = "zip"


class Span:
    """The bytes [start, end) of an open file; the server may send them by `fileno`, from where the file stands."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        self._file = file
        self._left = end - start

    def read(self, size: int = BLOCK) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data

    def fileno(self) -> int:
        return self._file.fileno()


class SpanResponse(FileResponse):
    block_size = BLOCK


class DatasetDownloadView(ApiView):
    renderer_classes = (JSONRenderer, ZipRenderer)

    @operation(
        "datasets_download",
        role=Role.VIEWER,
        tags=["datasets"],
        parameters=[RANGE, IF_RANGE],
        responses={
            (200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "The dataset as a zip; its ETag is the digest."),
            (206, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "The part that was asked for."),
            304: OpenApiResponse(None, "The client has it already."),
        },
    )
    def get(self, request: Request, dataset_id: UUID) -> HttpResponseBase:
        """The dataset as a zip, streamed.

        A download that broke off is resumed with `Range` (`curl -C -`), safely with its ETag as `If-Range`; with
        `If-None-Match` nothing is sent twice (304). The dataset stays until the download has ended, also when somebody
        deletes it meanwhile; then a resumed one finds it gone (410, later 404).
        """
        dataset = selectors.dataset_get(dataset_id)
        with ExitStack() as held:
            lease = held.enter_context(selectors.dataset_lease(dataset))
            unchanged = get_conditional_response(request._request, etag=_etag(dataset))
            if unchanged is not None:
                return unchanged
            file = held.enter_context((lease.folder / f"{dataset.name}.zip").open("rb", buffering=0))
            size = file.seek(0, 2)
            try:
                wanted = _range(request, dataset, size)
            except Unsatisfiable:
                return _unsatisfiable(size)
            response = _response(held, Span(file, *(wanted or (0, size))), dataset)
            response.status_code = status.HTTP_206_PARTIAL_CONTENT if wanted else status.HTTP_200_OK
            return _with_headers(response, dataset, size, wanted)

    def head(self, request: Request, dataset_id: UUID) -> HttpResponseBase:
        """As `get`, without the content."""
        dataset = selectors.dataset_get(dataset_id)
        size = selectors.archive_path(dataset).stat().st_size
        unchanged = get_conditional_response(request._request, etag=_etag(dataset))
        response = HttpResponse(content_type=ZIP)
        response.headers["Content-Disposition"] = f'attachment; filename="{dataset.name}.zip"'
        return unchanged if unchanged is not None else _with_headers(response, dataset, size, None)


def _response(held: ExitStack, span: Span, dataset: Dataset) -> HttpResponseBase:
    """What is held is given back when the response is closed, however it ended."""
    held.callback(take_place())
    response = SpanResponse(span, as_attachment=True, filename=f"{dataset.name}.zip", content_type=ZIP)
    response._resource_closers.append(held.pop_all().close)  # type: ignore[attr-defined]  # as for its files
    return response


def _with_headers(
    response: HttpResponseBase, dataset: Dataset, size: int, wanted: tuple[int, int] | None
) -> HttpResponseBase:
    start, end = wanted or (0, size)
    response.headers["Content-Length"] = str(end - start)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = _etag(dataset)
    if wanted:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _range(request: Request, dataset: Dataset, size: int) -> tuple[int, int] | None:
    """[start, end) of the one range that was asked for; None: send all. Raises Unsatisfiable."""
    condition = request.headers.get("If-Range")
    found = parse_range_header(request.headers.get("Range"))
    if found is None or found.units != "bytes" or len(found.ranges) != 1:
        return None  # what is not understood is to be ignored, and several ranges may be
    if condition is not None and condition.strip() != _etag(dataset):
        return None
    start, end = found.ranges[0]
    if start < 0:
        start = max(0, size + start)
    if start >= size:
        raise Unsatisfiable
    return start, size if end is None else min(end, size)


def _unsatisfiable(size: int) -> HttpResponseBase:
    body: dict[str, Any] = problem(
        416, said("download.range", "The dataset has {size} bytes; the range lies behind them.", size=size)
    )
    return Response(
        body,
        status=status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE,
        headers={"Content-Range": f"bytes */{size}"},
        content_type=PROBLEM,
    )


def _etag(dataset: Dataset) -> str:
    return f'"{dataset.digest}"'
