"""The description of the API, for programs and for people."""

from functools import lru_cache
from threading import Lock
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from common import fields
from common.forms import Query
from common.roles import Role
from common.views import ApiView, operation

_making: Final = Lock()


class SchemaQuery(Query):
    format = fields.Choice(choices=("json", "yaml"), required=False, help_text="instead of Accept")


class SchemaView(ApiView, SpectacularAPIView):
    queries = {"get": SchemaQuery}

    @operation("schema", role=Role.VIEWER, exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        if wanted := self.query.get("format"):
            renderer = next(each for each in self.get_renderers() if each.format == wanted)
        with _making:  # it takes a second of work, which is enough once
            content = _rendered(renderer.media_type)
        return HttpResponse(content, content_type=renderer.media_type)


@lru_cache
def _rendered(media_type: str) -> bytes | str:
    """The same for everybody who may read it."""
    renderer = next(each for each in SchemaView.renderer_classes if each.media_type == media_type)
    schema = SpectacularAPIView.generator_class().get_schema(request=None, public=True)
    return renderer().render(schema, renderer_context={})


class DocsQuery(Query):
    script = fields.Text(required=False, allow_blank=True, help_text="the page's script instead of the page")


class DocsView(ApiView, SpectacularSwaggerSplitView):
    queries = {"get": DocsQuery}

    @operation("docs", role=Role.VIEWER, exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
