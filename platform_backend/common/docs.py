"""The description of the API, for programs and for people."""

from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from common import fields
from common.forms import Query
from common.roles import Role
from common.views import ApiView, operation


class SchemaQuery(Query):
    format = fields.Choice(choices=("json", "yaml"), required=False, help_text="instead of Accept")


class SchemaView(ApiView, SpectacularAPIView):
    queries = {"get": SchemaQuery}

    @operation("schema", role=Role.VIEWER, exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if wanted := self.query.get("format"):
            renderer = next(each for each in self.get_renderers() if each.format == wanted)
            request.accepted_renderer, request.accepted_media_type = renderer, renderer.media_type
        return super().get(request, *args, **kwargs)


class DocsQuery(Query):
    script = fields.Text(required=False, allow_blank=True, help_text="the page's script instead of the page")


class DocsView(ApiView, SpectacularSwaggerSplitView):
    queries = {"get": DocsQuery}

    @operation("docs", role=Role.VIEWER, exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
