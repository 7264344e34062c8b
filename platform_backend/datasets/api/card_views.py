"""The data card of a dataset, read from its zip: so it is there for imported datasets too."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common import fields
from common.errors import NotFound
from common.forms import Query
from common.views import ApiView
from dataset_builder.card.files import ANSWERS_CARD, CARD, README, TIMELINE
from datasets import selectors
from datasets.api import examples
from datasets.models import Dataset

MARKDOWN: Final = "text/markdown"
LARGEST: Final = 16 << 20  # bytes; a card has a few thousand


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

    @extend_schema(
        operation_id="datasets_card",
        tags=["datasets"],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, MARKDOWN): OpenApiResponse(OpenApiTypes.STR, "The same as a page to read."),
        },
        examples=[OpenApiExample("an excerpt", examples.CARD, media_type="application/json")],
    )
    def get(self, request: Request, dataset_id: UUID) -> HttpResponseBase:
        """The data card of a ready dataset: what ran, what is missing, key figures, and what was injected."""
        dataset = selectors.dataset_get(dataset_id)
        as_page = self.query.get("format", request.accepted_renderer.format) == MarkdownRenderer.format
        with selectors.archive_reading(dataset) as path:
            found = _members(path, dataset, (README, TIMELINE) if as_page else (CARD, ANSWERS_CARD))
        if as_page:
            return HttpResponse("\n".join(found), content_type=f"{MARKDOWN}; charset=utf-8")
        card, answers = (_parsed(text, dataset) for text in found)
        return Response({"card": card, "answers": answers})


def _members(path: Path, dataset: Dataset, names: Sequence[str]) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [_member(archive, dataset, name) for name in names]


def _member(archive: zipfile.ZipFile, dataset: Dataset, name: str) -> str:
    """An imported dataset may lie in a folder of another name."""
    members = [each for each in archive.infolist() if each.filename.partition("/")[2] == name]
    if len(members) != 1 or members[0].file_size > LARGEST:
        raise NotFound(f"Dataset {dataset.name} has no {name} that can be shown: it was not made by this platform.")
    return archive.read(members[0]).decode(errors="replace")


def _parsed(text: str, dataset: Dataset) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise NotFound(f"The data card of dataset {dataset.name} is not JSON: it was not made here.") from None
