"""Campaigns: plan one, start it, follow it, stop it."""

from typing import Any, Final
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import selectors, services
from campaigns.api import examples
from campaigns.api.parsers import YamlParser
from campaigns.api.serializers import CampaignDetailSerializer, CampaignSerializer, CampaignsQuery, PlanSerializer
from campaigns.case_plan import planned_cases, warnings
from campaigns.loading import load, places_in
from campaigns.models import Campaign
from campaigns.schema import CampaignFile, validate
from common.api import user_of
from common.paging import NewestFirst
from common.parsers import JsonParser
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation

BODY: Final = {"application/json": CampaignFile, "application/yaml": OpenApiTypes.STR}
FILES: Final = [
    OpenApiExample("as JSON", examples.FILE, request_only=True, media_type="application/json"),
    OpenApiExample("as a file", examples.TEXT, request_only=True, media_type="application/yaml"),
]


class ByTime(NewestFirst):
    columns = ("created_at", "id")


class CampaignsView(ListView[Campaign]):
    queries = {"get": CampaignsQuery}
    bodies = {"post": None}  # the file, in one of two languages
    serializer_class = CampaignSerializer
    pagination_class = ByTime
    sorts = {"created_at": "created_at", "name": "name", "state": "state"}
    search_in = ("name",)
    parser_classes = (JsonParser, YamlParser)
    queryset = selectors.campaigns()

    @operation("campaigns_list", role=Role.VIEWER, tags=["campaigns"], examples=[page_example(examples.CAMPAIGN)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Campaigns, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.campaigns_where(self.query)

    @operation(
        "campaigns_create",
        role=Role.OPERATOR,
        tags=["campaigns"],
        request=BODY,
        responses={201: CampaignDetailSerializer},
        examples=[*FILES, OpenApiExample("begun", examples.DETAIL, response_only=True, status_codes=["201"])],
    )
    def post(self, request: Request) -> Response:
        """Start a campaign from its file, in YAML or as the same content in JSON. One runs at a time (409).

        What is wrong with it has path, line and column in the problem's `places`.
        """
        text = request.data if isinstance(request.data, str) else None
        with places_in(text):
            campaign = services.campaign_create(file=_file(request), by=user_of(request), text=text or "")
        return Response(_body(campaign.id), status=status.HTTP_201_CREATED)


class CampaignPlanView(ApiView):
    bodies = {"post": None}
    parser_classes = (JsonParser, YamlParser)

    @operation(
        "campaigns_plan",
        role=Role.VIEWER,
        tags=["campaigns"],
        request=BODY,
        responses={200: PlanSerializer},
        examples=[*FILES, OpenApiExample("a plan", examples.PLAN, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        """What a campaign would do, in which order and how long, checked against the system. Nothing is changed.

        `cases` tells how much time each fault will have on either side of its start, as the rcaeval format cuts it.
        """
        with places_in(request.data if isinstance(request.data, str) else None):
            file = _file(request)
            plan = services.campaign_plan(file=file)
        cases = planned_cases(file, plan)
        body = {
            "name": file.name,
            "seed": file.seed,
            "digest": plan.digest,
            "expected_s": plan.seconds,
            "steps": plan.steps,
            "cases": cases,
            "warnings": warnings(cases),
        }
        return Response(PlanSerializer(body).data)


class CampaignView(ApiView):
    @operation(
        "campaigns_get",
        role=Role.VIEWER,
        tags=["campaigns"],
        responses=CampaignDetailSerializer,
        examples=[OpenApiExample("under way", examples.DETAIL)],
    )
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """One campaign with its progress and all its steps."""
        return Response(_body(campaign_id))


class CampaignStopView(ApiView):
    @operation(
        "campaigns_stop",
        role=Role.OPERATOR,
        tags=["campaigns"],
        responses={202: CampaignDetailSerializer},
        examples=[OpenApiExample("stopping", examples.DETAIL | {"state": "stopping", "reason": "stopped by admin"})],
    )
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """End a campaign and the injection it has begun. Asking again, or when it is over, changes nothing.

        For who made it and admins (403).
        """
        services.campaign_stop(campaign_id=campaign_id, by=user_of(request))
        return Response(_body(campaign_id), status=status.HTTP_202_ACCEPTED)


def _file(request: Request) -> CampaignFile:
    return load(request.data) if isinstance(request.data, str) else validate(request.data)


def _body(campaign_id: UUID) -> dict[str, Any]:
    return dict(CampaignDetailSerializer(selectors.campaign(campaign_id)).data)
