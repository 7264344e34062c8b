"""Datasets from outside, sent as a zip. The body is the file itself, so that it goes to the disk as it comes."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final, NoReturn

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from common import fields
from common.api import user_of
from common.errors import UserError, said
from common.forms import Query
from common.limits import BODY_BYTES
from common.roles import Role
from common.transfers import take_place
from common.views import ApiView, operation
from datasets import services
from datasets.api.examples import IMPORTING
from datasets.api.serializers import DatasetSerializer

BLOCK: Final = 1 << 18


class ZipParser(BaseParser):
    """Names what is accepted; the view reads the body by itself."""

    media_type = "application/zip"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> NoReturn:
        raise exceptions.ParseError("read the body as it comes")


class ImportQuery(Query):
    name = fields.Text(
        max_length=300,
        default="",
        allow_blank=True,
        help_text="for a dataset that does not name itself; the file's, say",
    )


class DatasetImportView(ApiView):
    queries = {"post": ImportQuery}
    bodies = {"post": None}  # the zip
    parser_classes = (ZipParser,)

    @operation(
        "datasets_import",
        role=Role.RESEARCHER,
        tags=["datasets"],
        request={"application/zip": OpenApiTypes.BINARY},
        responses={202: DatasetSerializer},
        examples=[OpenApiExample("queued", IMPORTING, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Import a dataset: the zip is the body. It is checked to the last byte before it becomes `ready`.

        Accepted are all formats of this platform and the layout of the original MicroServo. What fails the check
        becomes `failed`, and `error` names the file and the place. One that is here already is refused (409), as is
        one for which your quota has no room.
        """
        length = _length(request)
        with ExitStack() as held:
            if length > BODY_BYTES:  # smaller ones have come whole before they are handled
                held.callback(take_place())
            dataset = services.dataset_import(
                by=user_of(request), name=self.query["name"], chunks=_chunks(request), expected=length
            )
        return Response(
            DatasetSerializer(dataset).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"{request.path.removesuffix('/import')}/{dataset.pk}"},
        )


class LengthRequired(UserError):
    status = 411


def _length(request: Request) -> int:
    if (request.content_type or "").partition(";")[0].strip().lower() != ZipParser.media_type:
        raise exceptions.UnsupportedMediaType(request.content_type or "none", "Send the zip with application/zip.")
    try:
        return int(request.META.get("CONTENT_LENGTH") or "")
    except ValueError:
        raise LengthRequired(said("upload.no_length", "Send the zip with a Content-Length.")) from None


def _chunks(request: Request) -> Iterator[bytes]:
    try:
        while chunk := request._request.read(BLOCK):
            yield chunk
    except OSError as error:
        raise UserError(
            said("upload.broken_off", "The upload broke off ({error}); send it again.", error=error)
        ) from None
