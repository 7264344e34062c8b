"""Events: what a healthy system goes through on purpose."""

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
from events import selectors, services
from events.api.examples import EVENT, KIND, REQUEST
from events.api.serializers import EventCreateSerializer, EventKindSerializer, EventSerializer, EventsQuery
from events.models import Event


class EventKindsView(ApiView):
    @operation(
        "events_kinds",
        role=Role.VIEWER,
        tags=["events"],
        responses=EventKindSerializer(many=True),
        examples=[OpenApiExample("a kind", KIND)],
    )
    def get(self, request: Request) -> Response:
        """All kinds of event, their parameters, and whether the system at hand can do them."""
        return Response(EventKindSerializer(selectors.kinds(), many=True).data)


class EventPages(NewestFirst):
    columns = ("created_at", "id")


class EventsView(ListView[Event]):
    bodies = {"post": EventCreateSerializer}
    serializer_class = EventSerializer
    queries = {"get": EventsQuery}
    pagination_class = EventPages
    sorts = {"created_at": "created_at", "kind": "kind", "service": "service"}
    search_in = ("kind", "service", "error")
    queryset = selectors.events()

    @operation("events_list", role=Role.VIEWER, tags=["events"], examples=[page_example(EVENT)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Events, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.events_where(self.query)

    @operation(
        "events_create",
        role=Role.OPERATOR,
        tags=["events"],
        responses={201: EventSerializer},
        examples=[
            OpenApiExample("a rolling restart", REQUEST, request_only=True),
            OpenApiExample(
                "begun",
                EVENT | {"state": "planned", "start": None, "end": None, "end_reason": "", "pods": []},
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Begin an event now. It ends by itself. Refused (409) on a service one of whose pods has a fault."""
        created = services.event_create(request=self.body.event_request, by=user_of(request))
        return Response(_body(created.id), status=status.HTTP_201_CREATED)


class EventView(ApiView):
    @operation(
        "events_get",
        role=Role.VIEWER,
        tags=["events"],
        responses=EventSerializer,
        examples=[OpenApiExample("over", EVENT)],
    )
    def get(self, request: Request, event_id: UUID) -> Response:
        """One event."""
        return Response(_body(event_id))


class EventStopView(ApiView):
    @operation(
        "events_stop",
        role=Role.OPERATOR,
        tags=["events"],
        responses={202: EventSerializer},
        examples=[OpenApiExample("asked for", EVENT | {"state": "running", "stop_requested": True})],
    )
    def post(self, request: Request, event_id: UUID) -> Response:
        """Have an event take the way back now. Asking again, or when it is over, changes nothing.

        For who made it and admins (403); the emergency stop ends events, too.
        """
        services.event_stop(event_id=event_id, by=user_of(request))
        return Response(_body(event_id), status=status.HTTP_202_ACCEPTED)


def _body(event_id: UUID) -> dict[str, Any]:
    return dict(EventSerializer(selectors.event(event_id)).data)
