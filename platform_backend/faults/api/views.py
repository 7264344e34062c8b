"""Fault kinds, injections, labels."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import NewestFirst, checked, user_of
from common.errors import UserError
from common.schema import page_example
from faults import selectors, services
from faults.api.examples import INJECTION, KIND, LABEL, REQUEST
from faults.api.serializers import InjectionCreateSerializer, InjectionSerializer, KindSerializer, LabelSerializer
from faults.models import Injection, Label, State
from telemetry.api import windows


class KindsView(APIView):
    @extend_schema(
        operation_id="faults_kinds",
        tags=["faults"],
        responses=KindSerializer(many=True),
        examples=[OpenApiExample("a kind", KIND)],
    )
    def get(self, request: Request) -> Response:
        """All kinds of fault, their parameters, and whether the system at hand can do them."""
        return Response(KindSerializer(selectors.kinds(), many=True).data)


class InjectionPages(NewestFirst):
    ordering = ("-requested_at", "-id")


class InjectionsView(generics.ListAPIView[Injection]):
    serializer_class = InjectionSerializer
    pagination_class = InjectionPages
    queryset = selectors.injections()

    @extend_schema(
        operation_id="injections_list",
        tags=["faults"],
        parameters=[
            OpenApiParameter(
                "state", OpenApiTypes.STR, enum=State.values, many=True, description="only in these states"
            )
        ],
        examples=[page_example(INJECTION)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Injections, newest first."""
        return self.list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        states = self.request.query_params.getlist("state")
        if unknown := [state for state in states if state not in State.values]:
            message = f"no state {unknown[0]!r}; one of: {', '.join(State.values)}"
            raise UserError("The filter is not valid; see errors.", fields={"state": [message]})
        return queryset.filter(state__in=states) if states else queryset

    @extend_schema(
        operation_id="injections_create",
        tags=["faults"],
        request=InjectionCreateSerializer,
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
        serializer = checked(InjectionCreateSerializer(data=request.data))
        created = services.injection_create(request=serializer.injection_request, by=user_of(request))
        return Response(_body(created.id), status=status.HTTP_201_CREATED)


class InjectionView(APIView):
    @extend_schema(
        operation_id="injections_get",
        tags=["faults"],
        responses=InjectionSerializer,
        examples=[OpenApiExample("over", INJECTION)],
    )
    def get(self, request: Request, injection_id: UUID) -> Response:
        """One injection with its labels."""
        return Response(_body(injection_id))


class InjectionStopView(APIView):
    @extend_schema(
        operation_id="injections_stop",
        tags=["faults"],
        request=None,
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
    ordering = ("-start", "-id")


class LabelsView(generics.ListAPIView[Label]):
    serializer_class = LabelSerializer
    pagination_class = LabelPages
    queryset = Label.objects.all()

    @extend_schema(
        operation_id="labels_list",
        tags=["faults"],
        parameters=windows.PARAMETERS,
        examples=[page_example(LABEL)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who was really hurt, how, from when to when: labels that overlap the window, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.labels(windows.window_of(self.request.query_params))


def _body(injection_id: UUID) -> dict[str, Any]:
    return dict(InjectionSerializer(selectors.injection(injection_id)).data)
