"""Settings, state and what happened lately."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import AuditEntry
from common.api import user_of
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation
from overview import selectors, settings
from overview.api.examples import ACTIVITY, CALENDAR, CONFIG, STATUS, TOPOLOGY
from overview.api.serializers import (
    ActivityQuery,
    ActivitySerializer,
    CalendarQuery,
    CalendarSerializer,
    ConfigSerializer,
    StatusSerializer,
    TopologySerializer,
)
from overview.calendar import calendar
from overview.status import status
from overview.topology import topology
from telemetry.api.windows import WindowQuery


class ConfigView(ApiView):
    @operation(
        "config",
        role=Role.VIEWER,
        tags=["overview"],
        responses=ConfigSerializer,
        examples=[OpenApiExample("embedded", CONFIG)],
    )
    def get(self, request: Request) -> Response:
        """What a client must know of the settings: mode, limits, formats, and the caller's use of the quota."""
        return Response(ConfigSerializer(settings.shown(user_of(request))).data)


class StatusView(ApiView):
    @operation(
        "status",
        role=Role.VIEWER,
        tags=["overview"],
        responses=StatusSerializer,
        examples=[OpenApiExample("well", STATUS)],
    )
    def get(self, request: Request) -> Response:
        """Parts, pods, queues, newest telemetry, disk and safety. Not older than two seconds, however many ask."""
        return Response(StatusSerializer(status()).data)


class TopologyView(ApiView):
    queries = {"get": WindowQuery}

    @operation(
        "overview_topology",
        role=Role.VIEWER,
        tags=["overview"],
        responses=TopologySerializer,
        examples=[OpenApiExample("two services", TOPOLOGY)],
    )
    def get(self, request: Request) -> Response:
        """All services with pods, load, errors and faults, and who calls whom; the window is rounded to 5 s."""
        return Response(TopologySerializer(topology(self.query["window"])).data)


class CalendarView(ApiView):
    queries = {"get": CalendarQuery}

    @operation(
        "faults_calendar",
        role=Role.VIEWER,
        tags=["faults"],
        responses=CalendarSerializer,
        examples=[OpenApiExample("a day", CALENDAR)],
    )
    def get(self, request: Request) -> Response:
        """What is planned, runs, has been or was skipped in a window, in the order of time.

        Cron is expanded in the experiment's time zone; the steps of the campaign that runs have the times at which
        they are expected. `left_out` says what there is more of than is shown. Paused experiments plan nothing.
        """
        return Response(CalendarSerializer(calendar(self.query["wanted"])).data)


class ActivityView(ListView[AuditEntry]):
    queries = {"get": ActivityQuery}
    serializer_class = ActivitySerializer
    sorts = {"at": "pk"}
    search_in = ("actor_name", "action", "subject")
    queryset = AuditEntry.objects.none()

    @operation("activity", role=Role.VIEWER, tags=["overview"], examples=[page_example(ACTIVITY)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who did what, newest first, in words. Sign-ins and users are in the audit log alone."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return selectors.activity(topics=self.query["thing"])
