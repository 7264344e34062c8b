"""The data card of a dataset, read from its zip: so it is there for imported datasets too."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common import fields
from common.forms import Query
from common.roles import Role
from common.views import ApiView, operation
from datasets import selectors, shown_card
from datasets.api import examples
from datasets.contents import DatasetCard

MARKDOWN: Final = "text/markdown"


class MarkdownRenderer(JSONRenderer):
    """Chosen for text/markdown; a problem is told in JSON all the same."""

    media_type = MARKDOWN
    format = "markdown"


class CardQuery(Query):
    format = fields.Choice(
        choices=("json", "markdown"),
        required=False,
        help_text="instead of Accept: json, or markdown as a page to read",
    )


class DatasetCardView(ApiView):
    queries = {"get": CardQuery}
    renderer_classes = (JSONRenderer, MarkdownRenderer)

    @operation(
        "datasets_card",
        role=Role.VIEWER,
        tags=["datasets"],
        responses={
            (200, "application/json"): DatasetCard,
            (200, MARKDOWN): OpenApiResponse(OpenApiTypes.STR, "The same as a page to read."),
        },
        examples=[OpenApiExample("an excerpt", examples.CARD, media_type="application/json")],
    )
    def get(self, request: Request, dataset_id: UUID) -> HttpResponseBase:
        """The data card of a ready dataset: what ran, what is missing, key figures, and what was injected.

        Of a dataset from elsewhere, without a card, it is what the manifest tells, and `answers` is null. `series` are
        key figures over time, to draw when the telemetry itself has expired; also of imports. `warnings` are what was
        found when it was imported: clocks that disagree, files that were left out.
        """
        dataset = selectors.dataset_get(dataset_id)
        as_page = self.query.get("format", request.accepted_renderer.format) == MarkdownRenderer.format
        with selectors.archive_reading(dataset) as path:
            if as_page:
                return HttpResponse(shown_card.as_page(path, dataset), content_type=f"{MARKDOWN}; charset=utf-8")
            return Response(shown_card.as_json(path, dataset).model_dump())
