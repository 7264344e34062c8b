"""Log lines as a file, sent while it is made. That it is whole is told by HTTP: the last chunk comes only then."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from common import fields
from common.moments import as_datetime
from common.roles import Role
from common.transfers import take_place
from common.views import ApiView, operation
from telemetry import export, services
from telemetry.api.serializers import LogFilterQuery
from telemetry.export import MOST_ROWS
from telemetry.ports import LogQuery
from telemetry.records import Window

TRUNCATED: Final = "X-Truncated"
_SAID: Final = OpenApiParameter(
    TRUNCATED,
    OpenApiTypes.BOOL,
    OpenApiParameter.HEADER,
    response=[200],
    description="whether there are more lines than `limit`; then the file's name says so too",
)


class CsvRenderer(JSONRenderer):
    """Chosen for text/csv; a problem is told in JSON all the same."""

    media_type = "text/csv"
    format = "csv"


class NdjsonRenderer(JSONRenderer):
    media_type = "application/x-ndjson"
    format = "ndjson"


TYPES: Final = {each.format: each.media_type for each in (CsvRenderer, NdjsonRenderer)}


class LogsDownloadQuery(LogFilterQuery):
    format = fields.Choice(choices=tuple(TYPES), required=False, help_text="instead of Accept; csv if neither says")
    limit = fields.Integer(
        min_value=1, max_value=MOST_ROWS, default=MOST_ROWS, help_text="how many lines at most, the newest"
    )


class LogsDownloadView(ApiView):
    queries = {"get": LogsDownloadQuery}
    renderer_classes = (CsvRenderer, NdjsonRenderer, JSONRenderer)

    @operation(
        "logs_download",
        role=Role.VIEWER,
        tags=["telemetry"],
        parameters=[_SAID],
        responses={
            (200, TYPES["csv"]): OpenApiResponse(OpenApiTypes.STR, "A line each, below their names."),
            (200, TYPES["ndjson"]): OpenApiResponse(OpenApiTypes.STR, "A JSON object a line."),
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The log lines of a window and filters as a file, newest first, streamed.

        In csv, a text that a spreadsheet would take for a formula begins with an apostrophe; ndjson has all as it was.
        As many run at once as uploads and downloads may (503). One that breaks off lacks its last chunk, which HTTP
        clients report.
        """
        asked = dict(self.query)
        limit, kind = asked.pop("limit"), asked.pop("format", request.accepted_renderer.format)
        kind = kind if kind in TYPES else "csv"
        query, source = LogQuery(**asked), services.telemetry_source()
        truncated = export.matching(source, query, limit) > limit
        release = take_place()
        head, text_of = export.FORMATS[kind]
        try:
            pages = _begun(export.pages(source, query, limit))
        except BaseException:
            release()
            raise
        texts = chain([head()], map(text_of, pages))
        response = StreamingHttpResponse(_sent(texts, release), content_type=_type(kind))
        response._resource_closers.append(release)  # type: ignore[attr-defined]  # whatever ends it
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{_name(query.window, kind, limit, truncated)}"'
        )
        response.headers[TRUNCATED] = "true" if truncated else "false"
        return response


def _sent(texts: Iterator[str], release: Callable[[], None]) -> Iterator[bytes]:
    try:
        for text in texts:
            if text:
                yield text.encode()
    finally:
        release()


def _begun(pages: "Iterator[export.Page]") -> "Iterator[export.Page]":
    """With the first page at hand: what is wrong with the query is said before anything is sent."""
    return chain([next(pages)], pages)


def _type(kind: str) -> str:
    return f"{TYPES[kind]}; charset=utf-8"


def _name(window: Window, kind: str, limit: int, truncated: bool) -> str:
    ends = "-".join(f"{as_datetime(end):%Y%m%dT%H%M%SZ}" for end in (window.start, window.end))
    return f"logs-{ends}{f'-newest-{limit}' if truncated else ''}.{kind}"
