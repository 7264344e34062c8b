"""Campaign files to pick from: those that come along, and those that users saved; and the schema for editors."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import saved as services
from campaigns.api.examples import LIBRARY_FILE, SAVED, SAVED_DETAIL, SAVED_VERSION, TEXT
from campaigns.api.library_serializers import (
    LibraryFileSerializer,
    SavedCampaignCreateSerializer,
    SavedCampaignDetailSerializer,
    SavedCampaignSerializer,
    SavedCampaignsQuery,
    SavedCampaignUpdateSerializer,
    SavedVersionSerializer,
)
from campaigns.json_schema import json_schema
from campaigns.library import library
from campaigns.models import SavedCampaign, SavedVersion
from common.api import user_of
from common.paging import NewestFirst
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation


class SchemaRenderer(JSONRenderer):
    media_type = "application/schema+json"


class CampaignSchemaView(ApiView):
    renderer_classes = (JSONRenderer, SchemaRenderer)

    # Not in the description of the API: it is a description by itself, and a client made of that can't type it.
    @operation("campaigns_schema", role=Role.ANYONE, exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The campaign file as JSON Schema, for editors, which do not sign in."""
        return HttpResponse(JSONRenderer().render(json_schema()), content_type=SchemaRenderer.media_type)


class LibraryView(ApiView):
    @operation(
        "campaigns_library",
        role=Role.VIEWER,
        tags=["campaigns"],
        responses=LibraryFileSerializer(many=True),
        examples=[OpenApiExample("a file", LIBRARY_FILE)],
    )
    def get(self, request: Request) -> Response:
        """The campaign files that come along with the platform. The schema for editors is at /campaigns/schema."""
        return Response(LibraryFileSerializer(library(), many=True).data)


class SavedPages(NewestFirst):
    columns = ("updated_at", "id")


class SavedCampaignsView(ListView[SavedCampaign]):
    queries = {"get": SavedCampaignsQuery}
    bodies = {"post": SavedCampaignCreateSerializer}
    serializer_class = SavedCampaignSerializer
    pagination_class = SavedPages
    sorts = {"updated_at": "updated_at", "name": "name"}
    search_in = ("name", "notes")
    queryset = SavedCampaign.objects.all()

    @operation("saved_campaigns_list", role=Role.VIEWER, tags=["campaigns"], examples=[page_example(SAVED)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Saved campaigns of all users, the latest saved first, without their texts."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return services.saved_campaigns(created_by=self.query["created_by"])

    @operation(
        "saved_campaigns_create",
        role=Role.OPERATOR,
        tags=["campaigns"],
        responses={201: SavedCampaignDetailSerializer},
        examples=[
            OpenApiExample("a draft", {"name": "slow carts", "text": TEXT}, request_only=True),
            OpenApiExample("saved", SAVED_DETAIL, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Save a campaign file as it is, comments included. It need not be valid yet; `sketch` says what is wrong."""
        made = services.saved_create(by=user_of(request), **self.asked)
        return Response(_body(made.id), status=status.HTTP_201_CREATED)


class SavedCampaignView(ApiView):
    bodies = {"patch": SavedCampaignUpdateSerializer}

    @operation(
        "saved_campaigns_get",
        role=Role.VIEWER,
        tags=["campaigns"],
        responses=SavedCampaignDetailSerializer,
        examples=[OpenApiExample("a saved one", SAVED_DETAIL)],
    )
    def get(self, request: Request, saved_id: UUID) -> Response:
        """One saved campaign with its text and what it comes to."""
        return Response(_body(saved_id))

    @operation(
        "saved_campaigns_update",
        role=Role.OPERATOR,
        tags=["campaigns"],
        responses=SavedCampaignDetailSerializer,
        examples=[
            OpenApiExample("another text", {"text": TEXT, "version": 1}, request_only=True),
            OpenApiExample("changed", SAVED_DETAIL | {"version": 2}, response_only=True),
        ],
    )
    def patch(self, request: Request, saved_id: UUID) -> Response:
        """Change name, notes or text; another text is another version. For who saved it and admins (403)."""
        changes = dict(self.asked)
        version = changes.pop("version", None)
        services.saved_update(saved_id=saved_id, changes=changes, version=version, by=user_of(request))
        return Response(_body(saved_id))

    @operation("saved_campaigns_delete", role=Role.OPERATOR, tags=["campaigns"], responses={204: None})
    def delete(self, request: Request, saved_id: UUID) -> Response:
        """Delete it with all its versions. For who saved it and admins (403)."""
        services.saved_delete(saved_id=saved_id, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VersionPages(NewestFirst):
    columns = ("version", "id")


class SavedVersionsView(ListView[SavedVersion]):
    serializer_class = SavedVersionSerializer
    pagination_class = VersionPages
    sorts = {"version": "version"}
    queryset = SavedVersion.objects.all()

    @operation("saved_campaigns_versions", role=Role.VIEWER, tags=["campaigns"], examples=[page_example(SAVED_VERSION)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All texts that it has had, the latest first, and who saved them."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return SavedVersion.objects.none()
        return services.versions(services.saved_campaign(self.kwargs["saved_id"]))


def _body(saved_id: UUID) -> dict[str, Any]:
    return dict(SavedCampaignDetailSerializer(services.saved_campaign(saved_id)).data)
