"""Fault kinds, injections, labels."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import user_of
from common.paging import NewestFirst
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation
from faults import selectors, services
from faults.api.examples import INJECTION, KIND, LABEL, REQUEST
from faults.api.serializers import (
    InjectionCreateSerializer,
    InjectionSerializer,
    InjectionsQuery,
    KindSerializer,
    LabelSerializer,
    LabelsQuery,
)
from faults.models import Injection, Label


class KindsView(ApiView):
    @operation(
        "faults_kinds",
        role=Role.VIEWER,
        tags=["faults"],
        responses=KindSerializer(many=True),
        examples=[OpenApiExample("a kind", KIND)],
    )
    def get(self, request: Request) -> Response:
        """All kinds of fault, their parameters, and whether the system at hand can do them."""
        return Response(KindSerializer(selectors.kinds(), many=True).data)


class InjectionPages(NewestFirst):
    columns = ("requested_at", "id")


class InjectionsView(ListView[Injection]):
    queries = {"get": InjectionsQuery}
    bodies = {"post": InjectionCreateSerializer}
    serializer_class = InjectionSerializer
    pagination_class = InjectionPages
    sorts = {"requested_at": "requested_at", "kind": "kind", "state": "state", "ended_at": "ended_at"}
    search_in = ("kind", "error", "created_by__username")
    queryset = selectors.injections()

    @operation(
        "injections_list",
        role=Role.VIEWER,
        tags=["faults"],
        examples=[page_example(INJECTION)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Injections, newest first."""
        return self.list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        return selectors.injections_where(queryset, self.query)

    @operation(
        "injections_create",
        role=Role.OPERATOR,
        tags=["faults"],
        responses={201: InjectionSerializer},
        examples=[
            OpenApiExample("a slow cart", REQUEST, request_only=True),
            OpenApiExample(
                "accepted", INJECTION | {"state": "planned", "labels": []}, response_only=True, status_codes=["201"]
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Inject a fault now. It ends by itself after its duration."""
        created = services.injection_create(request=self.body.injection_request, by=user_of(request))
        return Response(_body(created.id), status=status.HTTP_201_CREATED)


class InjectionView(ApiView):
    @operation(
        "injections_get",
        role=Role.VIEWER,
        tags=["faults"],
        responses=InjectionSerializer,
        examples=[OpenApiExample("over", INJECTION)],
    )
    def get(self, request: Request, injection_id: UUID) -> Response:
        """One injection with its labels."""
        return Response(_body(injection_id))


class InjectionStopView(ApiView):
    @operation(
        "injections_stop",
        role=Role.OPERATOR,
        tags=["faults"],
        responses={202: InjectionSerializer},
        examples=[OpenApiExample("asked for", INJECTION | {"state": "active", "stop_requested": True})],
    )
    def post(self, request: Request, injection_id: UUID) -> Response:
        """End a fault early. Asking again, or when it is over, changes nothing.

        For who made it and admins (403); in an emergency, anyone ends all faults with the emergency stop.
        """
        services.injection_stop(injection_id=injection_id, by=user_of(request))
        return Response(_body(injection_id), status=status.HTTP_202_ACCEPTED)


class LabelPages(NewestFirst):
    columns = ("start", "id")


class LabelsView(ListView[Label]):
    queries = {"get": LabelsQuery}
    serializer_class = LabelSerializer
    pagination_class = LabelPages
    sorts = {"start": "start", "end": "end", "pod": "pod", "service": "service", "kind": "kind"}
    search_in = ("pod", "kind")
    queryset = Label.objects.all()

    @operation(
        "labels_list",
        role=Role.VIEWER,
        tags=["faults"],
        examples=[page_example(LABEL)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who was really hurt, how, from when to when: labels that overlap the window, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.labels_where(selectors.labels(self.query["window"]), self.query)


class LabelView(ApiView):
    @operation(
        "labels_get",
        role=Role.VIEWER,
        tags=["faults"],
        responses=LabelSerializer,
        examples=[OpenApiExample("a label", LABEL)],
    )
    def get(self, request: Request, label_id: int) -> Response:
        """One label."""
        return Response(LabelSerializer(selectors.label(label_id)).data)


def _body(injection_id: UUID) -> dict[str, Any]:
    return dict(InjectionSerializer(selectors.injection(injection_id)).data)
