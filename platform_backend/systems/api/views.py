"""Services, pods and load of the system under test."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import user_of
from common.roles import Role
from common.views import ApiView, operation
from systems import selectors, services
from systems.api.examples import DAY, LOAD, POD, SERVICE
from systems.api.serializers import LoadForm, LoadSerializer, PodSerializer, ServiceSerializer


class ServicesView(ApiView):
    @operation(
        "system_services",
        role=Role.VIEWER,
        tags=["system"],
        responses=ServiceSerializer(many=True),
        examples=[OpenApiExample("a service", SERVICE)],
    )
    def get(self, request: Request) -> Response:
        """The services, and which ones each calls."""
        return Response(ServiceSerializer(selectors.services(), many=True).data)


class PodsView(ApiView):
    @operation(
        "system_pods",
        role=Role.VIEWER,
        tags=["system"],
        responses=PodSerializer(many=True),
        examples=[OpenApiExample("a pod", POD)],
    )
    def get(self, request: Request) -> Response:
        """The pods as they are now."""
        return Response(PodSerializer(selectors.pods(), many=True).data)


class LoadView(ApiView):
    bodies = {"put": LoadForm}

    @operation(
        "system_load_get",
        role=Role.VIEWER,
        tags=["system"],
        responses=LoadSerializer,
        examples=[OpenApiExample("the default", LOAD)],
    )
    def get(self, request: Request) -> Response:
        """Requests per second that the load generator aims at, and how they move."""
        return Response(_load())

    @operation(
        "system_load_set",
        role=Role.OPERATOR,
        tags=["system"],
        responses=LoadSerializer,
        examples=[
            OpenApiExample("twice the default", {"rate": 20.0}, request_only=True),
            OpenApiExample("a day in ten minutes", DAY, request_only=True),
            OpenApiExample("the default", LOAD, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        """Change the load while it runs."""
        services.load_set(rate=self.asked["rate"], shape=LoadForm.shape(self.asked), by=user_of(request))
        return Response(_load())


def _load() -> dict[str, Any]:
    return {"rate": selectors.load(), **asdict(selectors.load_shape())}
